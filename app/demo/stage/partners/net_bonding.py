"""DPDK's net_bonding driver over kernel interfaces, in a small program of ours (net_bonding/partner.c)."""

import os
import shlex
import shutil
import subprocess
import time

from ..partner import NamespacePartner, PartnerError
from ..stage import end

SOURCE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "net_bonding", "partner.c")
START_PATIENCE_S = 20


class NetBondingPartner(NamespacePartner):
    """The rate is net_bonding's own affair: it asks for long timeouts, and has no setting for it.

    `program` is the compiled partner; without it, it is compiled here."""

    name = "net_bonding"

    def __init__(self, program=None):
        super().__init__()
        self._program = program
        self._process = None

    def _start(self, rate):
        self._prefix = f"{self.stage.tag}-nb"
        self._state_file = self.stage.path("net_bonding.state")
        self._log = self.stage.path("net_bonding.log")
        program = self._program or self._compile()
        last_cpu = max(os.sched_getaffinity(0))
        with open(self._log, "wb") as log:
            self._process = self.stage.popen_partner(
                [program, self._prefix, str(last_cpu), self._state_file, self.far_access, *self.stage.far_ifaces],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_PATIENCE_S
        while not os.path.exists(self._state_file):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise PartnerError(f"net_bonding did not start: {self._log_end()}")
            time.sleep(0.01)

    def _compile(self):
        def pkg_config(what):
            return shlex.split(subprocess.run(["pkg-config", what, "libdpdk"], check=True, capture_output=True,
                                              text=True).stdout)

        program = self.stage.path("net_bonding_partner")
        compiled = subprocess.run(
            ["cc", "-O2", *pkg_config("--cflags"), "-o", program, SOURCE, *pkg_config("--libs"), "-lrte_net_bond"],
            check=False, capture_output=True, text=True)
        if compiled.returncode != 0:
            raise PartnerError(f"{SOURCE} does not compile: {compiled.stderr}")
        return program

    def _log_end(self):
        with open(self._log, encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def status(self):
        with open(self._state_file, encoding="ascii") as file:
            return file.read()

    def link_states(self):
        index_of = {link.far: link.index for link in self.stage.links}
        states = {}
        for line in self.status().splitlines():
            interface, actor, partner, distributes = line.split()
            if distributes == "active":
                states[index_of[interface]] = int(actor, 16), int(partner, 16)
        return states

    def _stop(self):
        if self._process is not None:
            end([self._process])
        shutil.rmtree(f"/var/run/dpdk/{self._prefix}", ignore_errors=True)


PARTNER = NetBondingPartner
