"""A lagoond with four LAGs on wires and no traffic, and ways to speak to its console. Needs no root."""

import json
import os
import socket
import subprocess
import sys
import tempfile

from stage.lagoond import Appliance, eal_section

from .waiting import wait_for

PATIENCE_S = 20
MESSAGE_MAX = 1 << 20


def configuration(prefix):
    def lag(name, mode, last, wires, **more):
        return {"name": name, "mode": mode, "mac": f"02:00:00:00:0{last}:01", "hash-seed": 7,
                "members": [{"wire": wire} for wire in wires], **more}
    fast = {"lacp": {"rate": "fast"}}
    # (ports that nothing comes in at)
    return {"eal": eal_section(prefix, memory="300M"),
            "ports": [{"name": f"p{i}", "dev": f"net_null{i},no-rx=1"} for i in range(4)],
            "lags": [lag("laga", "lacp", "a", ("w0", "w1"), **fast), lag("lagb", "lacp", "b", ("w0", "w1"), **fast),
                     lag("ab0", "active-backup", "c", ("w2", "w3")), lag("ab1", "active-backup", "d", ("w2", "w3"))],
            "forward": [["p0", "laga"], ["lagb", "p1"], ["p2", "ab0"], ["ab1", "p3"]]}


class Lab:
    """Use as a context manager; `folder` is where DPDK and lagoond keep their files, unless it is root."""

    def __init__(self, lagoond, console, name, config=configuration):
        self.console = console
        self._folder = tempfile.TemporaryDirectory(prefix="lagoon-console-")
        self.folder = self._folder.name
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": self.folder}
        os.environ["XDG_RUNTIME_DIR"] = self.folder
        prefix = f"lg{os.getpid()}-{name}"
        self.lagoond = Appliance(lagoond, config(prefix), subprocess.Popen,
                                 lambda file: os.path.join(self.folder, file), "lagoond", "laga")
        base = "/run" if os.geteuid() == 0 else self.folder
        self.socket_path = f"{base}/lagoon/{prefix}.sock"

    def __enter__(self):
        try:
            self.lagoond.start()
            self.await_members(2)
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, *exception):
        try:
            self.lagoond.__exit__(*exception)
        finally:
            self._folder.cleanup()

    def await_members(self, count):
        if not wait_for(lambda: self.lagoond.status()["distributing_members"] == count, PATIENCE_S):
            raise RuntimeError(f"not {count} members after {PATIENCE_S} s: {self.lagoond.status()}")

    def await_settled(self):
        """Until both ends of both LACP LAGs have heard that the other distributes."""
        if not wait_for(lambda: all(self.run("show", "lacp", what).stdout.count("ATGSCD--") == 4
                                    for what in ("neighbors", "internal")), PATIENCE_S):
            raise RuntimeError(f"not settled after {PATIENCE_S} s: {self.run('show', 'lag').stdout}")

    def run(self, *words, **more):
        """lagoon-console with those arguments, attached to the lagoond."""
        return subprocess.run([self.console, "--prefix", self.lagoond.prefix, *words], check=False, text=True,
                              capture_output=True, env=self.environment, timeout=PATIENCE_S, **more)


class Client:
    """The control socket as a script speaks it: docs/control-socket.md."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask_raw(self, message):
        self.socket.send(message)
        return json.loads(self.socket.recv(MESSAGE_MAX))

    def ask(self, line, command="run"):
        return self.ask_raw(json.dumps({"version": 1, "id": 7, "command": command, "line": line}).encode())

    def text(self, line):
        reply = self.ask(line)
        if not reply["ok"]:
            raise RuntimeError(f"{line}: {reply}")
        return reply["result"]["text"]
