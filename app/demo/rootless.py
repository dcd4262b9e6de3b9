"""The demonstration without privileges: two LAGs back to back in one lagoond, on links inside the process.

    lagoon-feed --memif-- lan [laga] ==w0, w1, ..== [lagb] far --memif-- lagoon-feed

No kernel interface is needed: lagoon-feed plays a capture file into both sides, and takes in what comes out.
"""

import os
import subprocess
import tempfile
import time

import capture
import hosts
import verdict
from live import LiveView
from scenario import Scenario
from stage import telemetry
from stage.lagoond import Appliance, LagoondError, eal_section
from stage.stage import end

START_PATIENCE_S = 15
# mbufs for both ends of each link
MEMORY_MB, MEMORY_PER_LINK_MB = 160, 32


def run(options, binaries):
    view = LiveView("two LAGs of one lagoond", options.seconds + 12)
    with tempfile.TemporaryDirectory(prefix=f"lg{os.getpid()}-rootless-") as workdir:
        os.environ["XDG_RUNTIME_DIR"] = workdir  # where DPDK keeps its own files
        started = []

        def popen(argv, **more):
            # (a session of its own, so that an interrupt from the keyboard reaches only this program)
            started.append(subprocess.Popen(argv, start_new_session=True, **more))
            return started[-1]

        def path(name):
            return os.path.join(workdir, name)

        lagoond = BackToBack(binaries["lagoond"], options.links, popen, path)
        feed = Feed(binaries["feed"], options.capture, popen, path)
        try:
            scenario = Scenario(lagoond.wires, OtherLag(lagoond), lagoond, feed, options.seconds, view)
            return verdict.report({**scenario.run(), "rootless": True})
        finally:
            end(started)


class BackToBack(Appliance):
    """laga is the one that is watched, lagb its partner."""

    def __init__(self, binary, links, popen, path):
        self.wires = [Wire(index, self) for index in range(links)]
        members = [{"wire": wire.name} for wire in self.wires]
        memif = f"role=server,socket={path('memif')},socket-abstract=no"
        config = {
            "eal": eal_section(f"lg{os.getpid()}-rootless", memory=f"{MEMORY_MB + MEMORY_PER_LINK_MB * links}M"),
            "ports": [{"name": "lan", "dev": f"net_memif0,id=0,{memif}"},
                      {"name": "far", "dev": f"net_memif1,id=1,{memif}"}],
            "lags": [{"name": "laga", "mac": "02:00:00:00:0a:01", "members": members,
                      "lacp": {"rate": "fast", "system-priority": 100}},
                     {"name": "lagb", "mac": "02:00:00:00:0b:01", "members": members, "lacp": {"rate": "fast"}}],
            "forward": [["lan", "laga"], ["lagb", "far"]]}
        super().__init__(binary, config, popen, path, "lagoond", "laga")

    def start(self):
        """Wires that were pulled before are so from now on."""
        super().start()
        for wire in self.wires:
            if not wire.carrier:
                wire.pull()
        return self

    def act(self, wire, action):
        """Gives the time just before. While lagoond does not run there is no wire to act on."""
        before = time.monotonic_ns()
        if self._process is not None:
            telemetry.ask(self.prefix, f"/lagoon/wire,{wire.name},{action}")
        return before


class Wire:
    """A link of the process, to be broken like stage.link.Link."""

    def __init__(self, index, lagoond):
        self.index = index
        self.name = f"w{index}"
        self.carrier = True
        self._lagoond = lagoond

    def pull(self):
        self.carrier = False
        return self._lagoond.act(self, "down")

    def restore(self):
        self.carrier = True
        return self._lagoond.act(self, "up")

    def blackhole(self):
        return self._lagoond.act(self, "blackhole")

    def heal(self):
        return self._lagoond.act(self, "heal")


class OtherLag:
    name = "lagoon"

    def __init__(self, lagoond):
        self._lagoond = lagoond

    def status(self):
        return str(telemetry.ask(self._lagoond.prefix, "/lagoon/lag,lagb"))


class Feed:
    """Both hosts in one program. Which wire a frame takes nobody sees, and there is no kernel to speak TCP."""

    def __init__(self, binary, capture_file, popen, path):
        self._binary, self._capture, self._popen, self._path = binary, capture_file, popen, path

    def start(self):
        file = self._capture or self._path("capture.pcap")
        if not self._capture:
            capture.write(file, hosts.FLOWS)
        with open(self._path("feed.out"), "wb") as out, open(self._path("feed.err"), "wb") as errors:
            self._process = self._popen(
                [self._binary, "--capture", file, "--socket", self._path("memif"), "--prefix",
                 f"lg{os.getpid()}-feed", "--log", self._path(""), "--rate", str(hosts.RATE)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
        deadline = time.monotonic() + START_PATIENCE_S
        while not hosts.last_counts(self._path("feed.out")):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise LagoondError(f"the feed does not start: {self._errors()}")
            time.sleep(0.02)
        return f"traffic: {hosts.RATE} frames/s each way from a capture, {self._errors().splitlines()[0]}"

    def progress(self):
        counts = hosts.last_counts(self._path("feed.out"))
        return {"to-partner": (counts[0], counts[3]), "from-partner": (counts[2], counts[1])} if counts else {}

    def stop(self):
        self._process.terminate()
        if self._process.wait(timeout=15) != 0:
            raise LagoondError(f"the feed ended with {self._process.returncode}: {self._errors()}")
        return {"tcp": None, "seen": None, **hosts.read_ends(self._path)}

    @staticmethod
    def nothing():
        return {"tcp": None, "seen": None, **hosts.no_ends()}

    def _errors(self):
        with open(self._path("feed.err"), encoding="utf-8", errors="replace") as file:
            return file.read()
