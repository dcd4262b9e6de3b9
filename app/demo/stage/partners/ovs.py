"""Open vSwitch: a bond in a userspace datapath."""

import re

from ..openvswitch import OpenVSwitch
from ..partner import NamespacePartner, PartnerError, state_from_names

BRIDGE, BOND = "lagbr", "lag"
OTHER_BRIDGE = "lagbr2"


class OvsPartner(NamespacePartner):
    name = "ovs"

    def __init__(self):
        super().__init__()
        self._switch = None
        self._rate = None

    def _start(self, rate):
        self._rate = rate
        links = self.stage.far_ifaces
        if len(links) < 2:
            raise PartnerError("Open vSwitch bonds two links or more")
        self._switch = OpenVSwitch(self.stage)
        self._switch.start()
        # (one command: the bond's members never see traffic as single ports)
        self._switch.vsctl("add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "datapath_type=netdev",
                           "--", "add-port", BRIDGE, self.far_access, *self._bond(links))

    def _bond(self, links):
        return ["--", "add-bond", BRIDGE, BOND, *links, "lacp=active", "bond_mode=balance-tcp", f"other_config:lacp-time={self._rate}"]

    def miswire(self):
        """Of two links the second goes to another bridge, which is a System of its own."""
        words = ["del-port", BOND, "--", "add-br", OTHER_BRIDGE, "--", "set", "bridge", OTHER_BRIDGE, "datapath_type=netdev"]
        for bridge, port in zip((BRIDGE, OTHER_BRIDGE), self.stage.far_ifaces):
            words += ["--", "add-port", bridge, port, "--", "set", "port", port, "lacp=active", f"other_config:lacp-time={self._rate}"]
        self._switch.vsctl(*words)

    def wire(self):
        """After miswire()."""
        self._switch.vsctl("del-br", OTHER_BRIDGE, "--", "del-port", self.stage.far_ifaces[0], *self._bond(self.stage.far_ifaces))

    def status(self):
        return self._switch.appctl("lacp/show", BOND) + self._switch.appctl("bond/show", BOND)

    def link_states(self):
        # Open vSwitch says Collecting and Distributing as soon as it is attached; it sends on what is "enabled".
        enabled = set(re.findall(r"^(?:member|slave) (\S+): enabled", self._switch.appctl("bond/show", BOND), re.M))
        return {index: states for index, states in self._lacp_states().items()
                if self.stage.links[index].far in enabled}

    def _lacp_states(self):
        index_of = {link.far: link.index for link in self.stage.links}
        states = {}
        parts = re.split(r"^(?:member|slave): (\S+):.*$", self._switch.appctl("lacp/show", BOND), flags=re.M)
        for interface, text in zip(parts[1::2], parts[2::2]):
            words = dict(re.findall(r"^\s*(actor|partner) state:(.*)$", text, re.M))
            states[index_of[interface]] = tuple(
                state_from_names(words.get(who, "").replace("synchronized", "synchronization").split())
                for who in ("actor", "partner"))
        return states

    def _stop(self):
        if self._switch is not None:
            self._switch.stop()


PARTNER = OvsPartner
