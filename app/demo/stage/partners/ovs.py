"""Open vSwitch: a bond in a userspace datapath."""

import re

from ..openvswitch import OpenVSwitch
from ..partner import NamespacePartner, PartnerError, state_from_names

BRIDGE, BOND = "lagbr", "lag"


class OvsPartner(NamespacePartner):
    name = "ovs"

    def __init__(self):
        super().__init__()
        self._switch = None

    def _start(self, rate):
        links = self.stage.far_ifaces
        if len(links) < 2:
            raise PartnerError("Open vSwitch bonds two links or more")
        self._switch = OpenVSwitch(self.stage)
        self._switch.start()
        # (one command: the bond's members never see traffic as single ports)
        self._switch.vsctl("add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "datapath_type=netdev",
                           "--", "add-port", BRIDGE, self.far_access,
                           "--", "add-bond", BRIDGE, BOND, *links, "lacp=active", "bond_mode=balance-tcp",
                           f"other_config:lacp-time={rate}")

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
