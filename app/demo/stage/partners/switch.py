"""A switch that learns addresses and knows nothing of aggregation, with hosts on ports of its own: the kernel's bridge,
or, where it has none, Open vSwitch. (That one notices up to 0.5 s late that an address has moved.)"""

import subprocess

from .. import netns
from ..openvswitch import OpenVSwitch
from ..partner import Partner

BRIDGE = "lagbr"
AGEING_S = 300


class Client:
    """A host behind the switch: the kernel's own ARP, in a namespace."""

    is_guest = False

    def __init__(self, stage, index):
        self._stage = stage
        self.index = index
        self.namespace = f"{stage.tag}-c{index}"
        self.port = f"cl{index}"
        self.ip = f"10.77.0.{11 + index}"
        self.mac = f"02:00:00:00:02:{index + 1:02x}"

    def popen(self, argv, stdout_path):
        with open(stdout_path, "wb") as out, open(f"{stdout_path}.err", "wb") as err:
            return self._stage.popen_in(self.namespace, argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def output_of(self, argv):
        return subprocess.run(netns.command_in(self.namespace, argv), check=True, capture_output=True,
                              text=True).stdout

    def neighbour(self, address):
        """The MAC address that the kernel has in mind for that address; None: it knows of none."""
        words = self.output_of(["ip", "neigh", "show", address]).split()
        return words[words.index("lladdr") + 1] if "lladdr" in words else None


class SwitchPartner(Partner):
    name = "switch"

    def __init__(self, clients=1):
        super().__init__()
        self._clients_wanted = clients
        self._switch = None
        self.clients = []

    def _start(self, rate):
        self.clients = [Client(self.stage, index) for index in range(self._clients_wanted)]
        for client in self.clients:
            self.stage.add_host(client.namespace, self.stage.par, client.port, client.ip, client.mac)
        ports = [*self.stage.far_ifaces, *(client.port for client in self.clients)]
        self._switch = (_Bridge if _kernel_has_bridges() else _Ovs)(self.stage)
        self._switch.start(ports)

    @property
    def where(self):
        """Which switch it is, for the reader of a report."""
        return self._switch.where

    def status(self):
        """The addresses it has learnt."""
        return self._switch.status()

    def forget(self):
        """Forgets what it has learnt."""
        self._switch.forget()

    def popen(self, argv, stdout_path):
        return self.clients[0].popen(argv, stdout_path)

    def stop(self):
        if self._switch is not None:
            self._switch.stop()
        for client in self.clients:
            netns.remove(client.namespace)
        self.stage.partner = None


class _Bridge:
    where = "the kernel's bridge"

    def __init__(self, stage):
        self._stage = stage

    def start(self, ports):
        # (no snooping: groups and reports go everywhere, as in a plain switch)
        netns.ip_batch(self._stage.par, [
            f"link add {BRIDGE} type bridge mcast_snooping 0 stp_state 0 forward_delay 0 ageing_time {AGEING_S * 100}",
            *(f"link set {port} master {BRIDGE}" for port in ports), f"link set {BRIDGE} arp off up"])

    def status(self):
        return subprocess.run(netns.command_in(self._stage.par, ["bridge", "fdb", "show", "br", BRIDGE]), check=True,
                              capture_output=True, text=True).stdout

    def forget(self):
        netns.ip_batch(self._stage.par, [f"link set {BRIDGE} type bridge fdb_flush"])

    def stop(self):
        """It goes with its namespace."""


class _Ovs:
    where = "Open vSwitch"

    def __init__(self, stage):
        self._ovs = OpenVSwitch(stage)

    def start(self, ports):
        self._ovs.start()
        self._ovs.vsctl("set", "Open_vSwitch", ".", "other_config:max-revalidator=100", "--", "add-br", BRIDGE,
                        "--", "set", "bridge", BRIDGE, "datapath_type=netdev", f"other_config:mac-aging-time={AGEING_S}",
                        *(word for port in ports for word in ("--", "add-port", BRIDGE, port)))

    def status(self):
        return self._ovs.appctl("fdb/show", BRIDGE)

    def forget(self):
        self._ovs.appctl("fdb/flush", BRIDGE)

    def stop(self):
        self._ovs.stop()


def _kernel_has_bridges():
    """Tried in a namespace that is thrown away."""
    tried = subprocess.run(["unshare", "--net", "ip", "link", "add", "trial", "type", "bridge"], check=False,
                           capture_output=True)
    return tried.returncode == 0


PARTNER = SwitchPartner
