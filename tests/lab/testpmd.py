"""Testpmd: DPDK's own dpdk-testpmd, as Debian packages it, at its prompt, with our driver as a plugin."""

import contextlib
import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time

# testpmd writes its prompt octet by octet, and from another thread, in two pieces, what DPDK tells it of a port: so that may
# stand anywhere within the prompt.
EVENT = rb"(?:\n|Port \d+: [^\n]* event\n)*"
PROMPT = re.compile(EVENT.join(re.escape(bytes([octet])) for octet in b"testpmd> "))
ESCAPES = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]|\r")
START_PATIENCE_S = 60
ANSWER_PATIENCE_S = 20
PLUGIN = "librte_net_lagoon.so"


class TestpmdError(RuntimeError):
    """testpmd has ended or does not answer; the text has what it wrote."""


def environment(build, preload=False):
    """Where DPDK finds the driver, and with `preload` programs net_bonding's API over it. (By name, not by path:
    EAL takes no plugins below folders that everybody may write to.)"""
    folder = os.path.join(build, "drivers", "net", "lagoon")
    env = {**os.environ, "LD_LIBRARY_PATH": folder}
    if preload:
        env["LD_PRELOAD"] = os.path.join(folder, "librte_net_lagoon_bondapi.so")
    return env


def capture_environment(build):
    """For dpdk-dumpcap beside a testpmd: it takes no -d, and it must number the drivers of mempools as the primary
    does, where testpmd is linked with dpaa's and so has that first."""
    first = subprocess.run(["ldd", shutil.which("dpdk-testpmd")], check=True, capture_output=True, text=True).stdout
    linked = re.findall(r"=> (\S*librte_mempool_\w+\.so\S*)", first)
    return {**os.environ, "LD_PRELOAD": ":".join([*linked, os.path.join(build, "drivers", "net", "lagoon", PLUGIN)])}


def before_prompt(data):
    """What the terminal's octets say before the last prompt; None: no prompt is among them yet."""
    said = ESCAPES.sub(b"", data)
    prompts = list(PROMPT.finditer(said))
    return said[:prompts[-1].start()].decode(errors="replace") if prompts else None


class Testpmd:
    """`vdevs` in the order of the command line; `options` are testpmd's own. `memory` are EAL's words on memory, `pci` the
    addresses of NICs that it may take."""

    def __init__(self, build, vdevs, options=(), popen=subprocess.Popen, preload=False, memory=("--no-huge", "-m", "192"),
                 eal=(), plugin=True, pci=()):
        self._folder = tempfile.mkdtemp(prefix="lagoon-testpmd-")
        self._log = os.path.join(self._folder, "log")
        self._logged = ""
        self.prefix = os.path.basename(self._folder)
        lcores = sorted(os.sched_getaffinity(0))
        # Three lcores on the CPUs there are: one for the prompt, two that forward.
        spread = ",".join(f"{i}@{lcores[i % len(lcores)]}" for i in range(3))
        nics = [word for address in pci for word in ("-a", address)] or ["--no-pci"]
        self.argv = ["dpdk-testpmd", "--lcores", spread, *memory, *nics, "--file-prefix", self.prefix,
                     *(["-d", PLUGIN] if plugin else []), *eal]
        for vdev in vdevs:
            self.argv += ["--vdev", vdev]
        self.argv += ["--", "-i", "--total-num-mbufs=8192", "--no-flush-rx", *options]
        self.environment = environment(build, preload)
        self._popen = popen
        self._process = self._terminal = None
        self._said = ""

    @property
    def text(self):
        """All that it wrote and logged."""
        with contextlib.suppress(OSError), open(self._log, encoding="utf-8", errors="replace") as log:
            self._logged = log.read()
        return self._said + self._logged

    @property
    def pid(self):
        return self._process.pid

    def __enter__(self):
        self._terminal, theirs = pty.openpty()
        # (what is logged may come amid the prompt)
        with open(self._log, "wb") as log:
            self._process = self._popen(self.argv, stdin=theirs, stdout=theirs, stderr=log, env=self.environment,
                                        cwd=self._folder)
        os.close(theirs)
        try:
            self.banner = self._read_to_prompt(START_PATIENCE_S)
        except BaseException:
            self.__exit__()
            raise
        return self

    def do(self, command, patience=ANSWER_PATIENCE_S):
        """What testpmd answers."""
        os.write(self._terminal, command.encode() + b"\n")
        answer = self._read_to_prompt(patience)
        return answer.split("\n", 1)[1] if "\n" in answer else answer

    def until(self, command, pattern, patience=ANSWER_PATIENCE_S):
        """Asks until the answer has it."""
        deadline = time.monotonic() + patience
        while True:
            answer = self.do(command)
            if re.search(pattern, answer):
                return answer
            if time.monotonic() > deadline:
                raise TestpmdError(f"{command}: never {pattern!r}, at last\n{answer}")
            time.sleep(0.1)

    def _read_to_prompt(self, patience):
        deadline, data = time.monotonic() + patience, b""
        # (an event may be told after the prompt)
        while (answer := before_prompt(data)) is None:
            ready, _, _ = select.select([self._terminal], [], [], max(0.0, deadline - time.monotonic()))
            try:
                chunk = os.read(self._terminal, 65536) if ready else b""
            except OSError:
                chunk = b""
            data += chunk
            self._said += chunk.decode(errors="replace")
            if not chunk:
                said, logged = self._said, self.text[len(self._said):]
                raise TestpmdError(f"{' '.join(self.argv)}\ngives no prompt:\n{said[-3000:]}\n--- it logged\n{logged[-3000:]}")
        return answer

    def quit(self):
        """Its exit code; what it wrote last is in `text`."""
        os.write(self._terminal, b"quit\n")
        deadline = time.monotonic() + ANSWER_PATIENCE_S
        while self._process.poll() is None and time.monotonic() < deadline:
            if select.select([self._terminal], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):
                    self._said += os.read(self._terminal, 65536).decode(errors="replace")
        return self._process.poll()

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        os.close(self._terminal)
        self._logged = self.text[len(self._said):]
        shutil.rmtree(self._folder, ignore_errors=True)
        for parent in ("/var/run/dpdk", os.environ.get("XDG_RUNTIME_DIR", "/tmp") + "/dpdk"):
            shutil.rmtree(os.path.join(parent, self.prefix), ignore_errors=True)
