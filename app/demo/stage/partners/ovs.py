"""Open vSwitch: a bond in a userspace datapath, with a database, sockets and logs of its own."""

import os
import re
import shutil
import subprocess
import time

from ..partner import NamespacePartner, PartnerError, state_from_names
from ..stage import end

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
# Debian's build without DPDK, where both are installed: that one does not want hugepages.
SWITCHD = ("/usr/lib/openvswitch-switch/ovs-vswitchd", "ovs-vswitchd")
BRIDGE, BOND = "lagbr", "lag"


class OvsPartner(NamespacePartner):
    name = "ovs"

    def __init__(self):
        super().__init__()
        self._daemons = []

    def _start(self, rate):
        self._dir = self.stage.path("ovs")
        os.makedirs(self._dir)
        links = self.stage.far_ifaces
        if len(links) < 2:
            raise PartnerError("Open vSwitch bonds two links or more")
        subprocess.run(["ovsdb-tool", "create", f"{self._dir}/conf.db", SCHEMA], check=True)
        self._daemon("ovsdb-server", f"{self._dir}/conf.db", f"--remote=punix:{self._dir}/db.sock")
        self._await(f"{self._dir}/db.sock")
        self._vsctl("--no-wait", "init")
        switchd = next((path for path in map(shutil.which, SWITCHD) if path), None)
        if switchd is None:
            raise PartnerError("ovs-vswitchd not found (Debian package openvswitch-switch)")
        self._daemon(switchd, f"unix:{self._dir}/db.sock")
        # (one command: the bond's members never see traffic as single ports)
        self._vsctl("add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "datapath_type=netdev",
                    "--", "add-port", BRIDGE, self.far_access,
                    "--", "add-bond", BRIDGE, BOND, *links, "lacp=active", "bond_mode=balance-tcp",
                    f"other_config:lacp-time={rate}")

    def _daemon(self, program, *arguments):
        kind = os.path.basename(program)
        with open(f"{self._dir}/{kind}.log", "wb") as log:
            self._daemons.append(self.stage.popen_partner(
                [program, *arguments, f"--unixctl={self._dir}/{kind}.ctl", "-vconsole:info", "-vsyslog:off"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment()))

    def _environment(self):
        return {**os.environ, "OVS_RUNDIR": self._dir, "OVS_LOGDIR": self._dir, "OVS_DBDIR": self._dir}

    def _await(self, path):
        deadline = time.monotonic() + 10
        while not os.path.exists(path):
            if time.monotonic() > deadline or self._daemons[-1].poll() is not None:
                raise PartnerError(f"{os.path.basename(path)} of Open vSwitch did not appear; see {self._dir}")
            time.sleep(0.005)

    def _vsctl(self, *arguments):
        done = subprocess.run(["ovs-vsctl", f"--db=unix:{self._dir}/db.sock", "--timeout=10", *arguments],
                              check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise PartnerError(f"ovs-vsctl: {done.stderr.strip()}")

    def _appctl(self, *arguments):
        done = subprocess.run(["ovs-appctl", "--timeout=5", "-t", f"{self._dir}/ovs-vswitchd.ctl", *arguments],
                              check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise PartnerError(f"ovs-appctl: {done.stderr.strip()}")
        return done.stdout

    def status(self):
        return self._appctl("lacp/show", BOND) + self._appctl("bond/show", BOND)

    def link_states(self):
        # Open vSwitch says Collecting and Distributing as soon as it is attached; it sends on what is "enabled".
        enabled = set(re.findall(r"^(?:member|slave) (\S+): enabled", self._appctl("bond/show", BOND), re.M))
        return {index: states for index, states in self._lacp_states().items()
                if self.stage.links[index].far in enabled}

    def _lacp_states(self):
        index_of = {link.far: link.index for link in self.stage.links}
        states = {}
        parts = re.split(r"^(?:member|slave): (\S+):.*$", self._appctl("lacp/show", BOND), flags=re.M)
        for interface, text in zip(parts[1::2], parts[2::2]):
            words = dict(re.findall(r"^\s*(actor|partner) state:(.*)$", text, re.M))
            states[index_of[interface]] = tuple(
                state_from_names(words.get(who, "").replace("synchronized", "synchronization").split())
                for who in ("actor", "partner"))
        return states

    def _stop(self):
        try:
            self._appctl("exit", "--cleanup")
        except PartnerError:
            pass
        end(reversed(self._daemons))


PARTNER = OvsPartner
