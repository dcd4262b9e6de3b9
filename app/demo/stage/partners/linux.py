"""Linux bonding: the host's own, or, where its kernel has none, Debian's kernel in User-Mode Linux."""

import re
import subprocess
from typing import NamedTuple

from ..partner import Partner
from ..stage import ADDRESS_LENGTH, end
from ..uml.guest import Guest
from .. import netns

STATUS_FILE = "/proc/net/bonding/bond0"


class Bond(NamedTuple):
    """What `ip` makes a bond with. `primary` is the index of a link."""

    mode: str = "802.3ad"
    options: str = "miimon 20 lacp_rate fast xmit_hash_policy layer3+4"
    primary: int | None = None

    def lines(self, members, address):
        """Lines of `ip` that make it, of interfaces that are no members yet."""
        return [f"link add bond0 type bond mode {self.mode} {self.options}",
                *(f"link set {member} down" for member in members),
                *(f"link set {member} master bond0" for member in members),
                *([] if self.primary is None else [f"link set bond0 type bond primary {members[self.primary]}"]),
                "link set bond0 up", f"addr add {address}/{ADDRESS_LENGTH} dev bond0"]


def parse_bonding(text, index_of):
    """{index: (actor state, partner state)} of members with carrier, out of /proc/net/bonding/bond0."""
    states = {}
    for part in re.split(r"^Slave Interface: ", text, flags=re.M)[1:]:
        interface = part.split(None, 1)[0]
        octets = [int(octet) for octet in re.findall(r"^\s*port state: (\d+)", part, re.M)]
        if re.search(r"^MII Status: up", part, re.M) and len(octets) == 2:
            states[index_of(interface)] = tuple(octets)
    return states


class LinuxPartner(Partner):
    name = "linux"

    def __init__(self, bond=None):
        super().__init__()
        self._bond = bond
        self._place = None

    def _start(self, rate):
        bond = self._bond or Bond(options=f"miimon 20 lacp_rate {rate} xmit_hash_policy layer3+4")
        self._place = _Native(self.stage) if _kernel_has_bonding() else Uml(self.stage)
        self._place.start(bond)

    def remake(self, bond):
        """Another bond, of the same links and with the same address."""
        self._place.remake(bond)

    def output_of(self, argv):
        """What a program says there that ends well."""
        return self._place.output_of(argv)

    @property
    def where(self):
        """Which kernel it is, for the reader of a report."""
        return self._place.where

    def status(self):
        return self._place.status()

    def link_states(self):
        return parse_bonding(self.status(), self._place.index_of)

    def popen(self, argv, stdout_path):
        return self._place.popen(argv, stdout_path)

    def link_down(self, index):
        self._place.set_carrier(index, False)

    def link_up(self, index):
        self._place.set_carrier(index, True)

    def stop(self):
        if self._place is not None:
            self._place.stop()
        self.stage.partner = None


class Uml:
    """A bond in a guest at the far ends of the links, or at the near ones."""

    where = "User-Mode Linux"

    def __init__(self, stage, near=False):
        self._stage = stage
        self._near = near
        self._guest = None

    def start(self, bond):
        self._guest = Guest(self._stage, "/run/modprobe bonding max_bonds=0 && ip -batch - <<'END'\n" +
                            "\n".join(self._lines(bond)) + "\nEND\n", self._near)
        self._guest.boot()

    def _lines(self, bond):
        return bond.lines([f"eth{link.index}" for link in self._stage.links],
                          self._stage.lan_ip if self._near else self._stage.far_ip)

    def remake(self, bond):
        self.output_of(["sh", "-c", 'ip link del bond0; printf "%s\\n" "$0" | ip -batch -',
                        "\n".join(self._lines(bond))])

    def output_of(self, argv):
        return self._guest.output_of(argv)

    @staticmethod
    def index_of(interface):
        return int(interface.removeprefix("eth"))

    def status(self):
        return self.output_of(["cat", STATUS_FILE])

    def popen(self, argv, stdout_path):
        return self._guest.popen(argv, stdout_path)

    def set_carrier(self, index, up):
        self._guest.set_carrier(index, up)

    def stop(self):
        if self._guest is not None:
            self._guest.halt()


class _Native:
    where = "the host's kernel"

    def __init__(self, stage):
        self._stage = stage
        self._processes = []

    def start(self, bond):
        stage = self._stage
        netns.create(stage.far)
        netns.ip_batch(stage.par, [f"link set {far} netns {stage.far}" for far in stage.far_ifaces])
        netns.ip_batch(stage.far, bond.lines(stage.far_ifaces, stage.far_ip))

    def remake(self, bond):
        netns.ip_batch(self._stage.far, ["link del bond0", *bond.lines(self._stage.far_ifaces, self._stage.far_ip)])

    def index_of(self, interface):
        return self._stage.far_ifaces.index(interface)

    def status(self):
        return self.output_of(["cat", STATUS_FILE])

    def output_of(self, argv):
        return subprocess.run(netns.command_in(self._stage.far, argv), check=True, capture_output=True,
                              text=True).stdout

    def popen(self, argv, stdout_path):
        with open(stdout_path, "wb") as out, open(f"{stdout_path}.err", "wb") as err:
            process = self._stage.popen_in(self._stage.far, argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        self._processes.append(process)
        return process

    def set_carrier(self, index, up):
        """The links' far ends are the bond's own members: they lose their carrier with the link."""

    def stop(self):
        end(self._processes)
        netns.remove(self._stage.far)


def _kernel_has_bonding():
    """Whether the kernel makes a bond, loading its module if it is one. Tried in a namespace that is thrown away."""
    tried = subprocess.run(["unshare", "--net", "sh", "-c",
                            "modprobe -q bonding max_bonds=0; ip link add trial type bond mode 802.3ad"],
                           check=False, capture_output=True)
    return tried.returncode == 0


PARTNER = LinuxPartner
