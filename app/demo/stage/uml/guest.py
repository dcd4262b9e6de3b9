"""Guest: a User-Mode Linux whose interfaces eth0, eth1, ... are the far ends of the stage's links (or the near ones).

    vb0 <-- spliced by tc --> tp0 (tap) = vec0 <-- spliced --> sp0 [veth] eth0
    host, namespace par                 | guest

Guest and host talk over a pair of pipes, which are the guest's serial line: a line per order, a line per answer.
"""

import itertools
import os
import shlex
import shutil
import signal
import subprocess
import threading

from .. import netns
from ..partner import PartnerError

HERE = os.path.dirname(__file__)
BOOT_PATIENCE_S = 30
MEMORY = "128M"


class GuestProcess:
    """A program in the guest, to be waited for as if it were one of ours."""

    def __init__(self, guest, identity):
        self._guest = guest
        self.identity = identity
        self.pid_known = threading.Event()
        self.ended = threading.Event()
        self.pid = None
        self.returncode = None

    def poll(self):
        return self.returncode

    def wait(self, timeout=None):
        if not self.ended.wait(timeout):
            raise subprocess.TimeoutExpired(self.identity, timeout)
        return self.returncode

    def terminate(self):
        if self.pid_known.wait(5) and not self.ended.is_set():
            self._guest.order(f"kill {self.pid}")

    kill = terminate


class Guest:
    def __init__(self, stage, setup, near=False):
        """`setup` is what the guest's shell runs once eth0, eth1, ... are there."""
        self._stage = stage
        self._setup = setup
        self._near = near
        self._name = "guest-near" if near else "guest"
        self._dir = stage.path(self._name)
        self._processes = {}
        self._numbers = itertools.count()
        self._ready = threading.Event()
        self._failure = None
        self._process = None
        self._orders = None

    def boot(self):
        os.makedirs(self._dir)
        with open(f"{self._dir}/setup.sh", "w", encoding="utf-8") as file:
            file.write(self._setup)
        shutil.copy(f"{HERE}/init.sh", f"{self._dir}/init.sh")
        shim = f"{self._dir}/shim.so"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", shim, f"{HERE}/shim.c", "-ldl"], check=True)
        for link in self._stage.links:
            self._add_tap(link)
        from_host, self._orders = os.pipe()
        answers, to_host = os.pipe()
        with open(f"{self._dir}/console", "wb") as console:
            popen = self._stage.popen_net if self._near else self._stage.popen_partner
            self._process = popen(
                self._command_line(from_host, to_host), stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                pass_fds=(from_host, to_host),
                env={**os.environ, "LD_PRELOAD": shim, "TMPDIR": _memory_directory(self._dir)})
        os.close(from_host)
        os.close(to_host)
        threading.Thread(target=self._listen, args=(answers,), daemon=True).start()
        if not self._ready.wait(BOOT_PATIENCE_S) or self._failure:
            raise PartnerError(f"the guest did not start: {self._failure or 'no word from it'}\n{self._console_end()}")

    def _add_tap(self, link):
        tap = f"tp{link.index}"
        place = self._stage.net if self._near else self._stage.par
        netns.ip_batch(place, [f"tuntap add dev {tap} mode tap", f"link set {tap} arp off up"])
        self._stage.splice(link.near if self._near else link.far, tap, self._near)

    def _command_line(self, from_host, to_host):
        vectors = [f"vec{link.index}:transport=tap,ifname=tp{link.index},depth=128,gro=0,"
                   f"mac=02:00:00:00:{'0f' if self._near else '0d'}:{link.index + 1:02x}" for link in self._stage.links]
        # (words the kernel does not know and that have a value become init's environment)
        return ["linux.uml", f"mem={MEMORY}", f"umid={self._stage.tag}{self._name}", f"uml_dir={self._dir}",
                "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", f"init={self._dir}/init.sh", "quiet",
                "con=null", "con0=null,fd:1", "ssl=null", f"ssl0=fd:{from_host},fd:{to_host}", *vectors,
                f"LAGOON_DIR={os.path.abspath(self._stage.workdir)}", f"LAGOON_LINKS={len(self._stage.links)}",
                f"LAGOON_GUEST={self._name}", f"LAGOON_MAC={'02:00:00:00:0a' if self._near else '02:00:00:00:0c'}"]

    def _console_end(self):
        with open(f"{self._dir}/console", encoding="utf-8", errors="replace") as console:
            return console.read()[-2000:]

    def _listen(self, answers):
        with os.fdopen(answers, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self._heard(*line.split(maxsplit=1))
        self._failure = self._failure or "it has ended"
        self._ready.set()
        for process in list(self._processes.values()):
            process.ended.set()

    def _heard(self, verb="", rest=""):
        if verb == "failed":
            self._failure = rest.strip()
        if verb in ("ready", "failed"):
            self._ready.set()
        elif verb in ("pid", "done"):
            identity, number = rest.split()
            process = self._processes[identity]
            if verb == "pid":
                process.pid = int(number)
                process.pid_known.set()
            else:
                process.returncode = int(number)
                process.ended.set()
                del self._processes[identity]

    def order(self, line):
        """One write, which the guest reads at once."""
        if self._failure:
            raise PartnerError(f"the guest: {self._failure}")
        os.write(self._orders, f"{line}\n".encode())

    def popen(self, argv, stdout_path):
        identity = str(next(self._numbers))
        out = os.path.abspath(stdout_path)
        with open(f"{self._dir}/{identity}.sh", "w", encoding="utf-8") as script:
            script.write(f"exec {shlex.join(argv)} >{shlex.quote(out)} 2>{shlex.quote(out + '.err')}\n")
        process = GuestProcess(self, identity)
        self._processes[identity] = process
        self.order(f"run {identity}")
        return process

    def output_of(self, argv, timeout=10):
        path = f"{self._dir}/{next(self._numbers)}.out"
        process = self.popen(argv, path)
        if process.wait(timeout) != 0:
            raise PartnerError(f"{argv[0]} in the guest ended with {process.returncode}")
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def set_carrier(self, index, up):
        self.order(f"{'up' if up else 'down'} {index}")

    def halt(self, patience=3.0):
        if self._process is None:
            return
        try:
            if self._failure is None:
                self.order("halt")
            self._process.wait(patience)
        except (OSError, PartnerError, subprocess.TimeoutExpired):
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.wait()
        os.close(self._orders)
        self._process = None


def _memory_directory(otherwise):
    """The guest's memory is a file: where that is memory too, if there is such a place."""
    return "/dev/shm" if os.path.isdir("/dev/shm") else otherwise
