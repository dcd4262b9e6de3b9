"""Hosts: the programs on both sides of the LAG that talk through it, and what they have to say afterwards."""

import json
import subprocess
import time

import records
from stage import netns
from stage.partner import PartnerError
from stage.stage import ADDRESS_LENGTH

FLOWS = 16
RATE = 2000  # frames in a second, each way
START_PATIENCE_S = 10


class Hosts:
    """On a stage: lagoon-traffic at the kernel's own sockets, ping, and TCP. The host behind lagoond has a namespace of
    its own, or is lagoond's kernel, with a tap of that name."""

    def __init__(self, stage, partner, traffic, tap=None):
        self.stage, self.partner, self._traffic, self._tap = stage, partner, traffic, tap

    def start(self):
        """Gives words about it."""
        if self._tap:
            netns.ip_batch(self.stage.net, [f"addr add {self.stage.lan_ip}/{ADDRESS_LENGTH} dev {self._tap}",
                                            f"link set {self._tap} up"])
        pinged = self._ping()
        stage, path = self.stage, self.stage.path
        common = ["--flows", str(FLOWS), "--rate", str(RATE)]
        self._watcher = stage.popen_net([self._traffic, "watch", "--log", path("seen"),
                                         *(link.middle[0] for link in stage.links)])
        self._far = self.partner.popen([self._traffic, "udp", "--bind", stage.far_ip, "--peer", stage.lan_ip, "--log",
                                        path("far"), *common], path("far.out"))
        self.partner.popen([self._traffic, "tcp-serve", "--bind", stage.far_ip], path("serve.out"))
        await_line(path("serve.out"))
        with open(path("lan.out"), "wb") as out:
            self._lan = self._popen_near([self._traffic, "udp", "--bind", stage.lan_ip, "--peer", stage.far_ip, "--log",
                                         path("lan"), *common], stdout=out)
        self._tcp = self._popen_near([self._traffic, "tcp-send", "--peer", stage.far_ip], stdout=subprocess.PIPE,
                                     text=True)
        return (f"ping: {pinged}; traffic: {RATE} UDP frames/s in {FLOWS} flows each way, and a TCP transfer there and "
                f"back")

    def progress(self):
        """{direction: (frames sent, frames received)}; empty while there is nothing to tell."""
        lan, far = last_counts(self.stage.path("lan.out")), last_counts(self.stage.path("far.out"))
        return {"to-partner": (lan[0], far[1]), "from-partner": (far[0], lan[1])} if lan and far else {}

    def stop(self):
        """Gives the records, and what became of the TCP transfer."""
        for program in (self._lan, self._far, self._tcp):
            program.terminate()
        out, _ = self._tcp.communicate(timeout=30)
        for program in (self._lan, self._far):
            program.wait(timeout=15)
        self._watcher.terminate()
        self._watcher.wait(timeout=5)
        return {"tcp": tcp_result(out), "seen": records.read(self.stage.path("seen")), **read_ends(self.stage.path)}

    @staticmethod
    def nothing():
        """What stop() gives where nothing was started."""
        return {"tcp": tcp_result(""), "seen": [], **no_ends()}

    def _popen_near(self, argv, **options):
        return self.stage.popen_in(self.stage.net if self._tap else self.stage.lan, argv, **options)

    def _ping(self):
        ping = self._popen_near(["ping", "-c", "5", "-i", "0.1", "-W", "1", self.stage.far_ip],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        out, _ = ping.communicate(timeout=15)
        return " / ".join(line for line in out.splitlines()[-2:] if line)


def await_line(path):
    """Until a program has said something, so it is at work: a guest may take its time to start one."""
    deadline = time.monotonic() + START_PATIENCE_S
    while not _has_line(path):
        if time.monotonic() > deadline:
            raise PartnerError(f"nothing in {path} after {START_PATIENCE_S} s")
        time.sleep(0.02)


def _has_line(path):
    try:
        with open(path, "rb") as file:
            return b"\n" in file.read()
    except FileNotFoundError:
        return False


def last_counts(path):
    """The numbers in the last whole line of a file; empty where there is none."""
    try:
        with open(path, encoding="ascii") as file:
            return [int(word) for word in file.read().rsplit("\n", 2)[-2].split()]
    except (OSError, ValueError, IndexError):
        return []


def tcp_result(text):
    """From what lagoon-traffic prints."""
    try:
        said = json.loads(text)
        return {"bytes": said["bytes"], "ok": said["ok"]}
    except (ValueError, KeyError, TypeError):
        return {"bytes": 0, "ok": False}


ENDS = ("lan_sent", "lan_received", "far_sent", "far_received")


def read_ends(path):
    """The frames; not what a socket says that it had no room for, those are lost frames like others."""
    return {name: [r for r in records.read(path(name.replace("_", "."))) if r.kind in (b"S", b"R")] for name in ENDS}


def no_ends():
    return {name: [] for name in ENDS}
