"""The ends under test, at the near ends of the links: lagoond, or (for figures to compare with) Linux's own bonding.

Both speak as the host 10.77.0.1: lagoond's is behind its access port, or is the kernel with a tap of lagoond's.
"""

import json
import subprocess

from stage import netns
from stage.lagoond import Lagoond
from stage.partner import IN_USE
from stage.partners.linux import Bond, Uml, parse_bonding
from stage.stage import ADDRESS_LENGTH

TAP = "host0"


class LagoonEnd:
    """`tap`: the host is the kernel of net, with a tap; else it is the host `lan` behind an access port."""

    name = "lagoon"
    is_guest = False

    def __init__(self, stage, binary, tap=False):
        self.stage = stage
        self._binary = binary
        self.tap = TAP if tap else None
        self.ip = stage.lan_ip
        self.namespace = stage.net if tap else stage.lan
        self.lagoond = None

    def start(self, mode, **options):
        """Keys of the LAG come with underscores for hyphens."""
        keys = {key.replace("_", "-"): value for key, value in options.items() if key != "bond_options"}
        number = int(mode) if mode.isdigit() else mode
        self.lagoond = Lagoond(self.stage, self._binary, options={"mode": number, **keys}, tap=self.tap)
        self.lagoond.start()
        if self.tap:
            netns.ip_batch(self.stage.net, [f"addr add {self.ip}/{ADDRESS_LENGTH} dev {TAP}", f"link set {TAP} up"])

    def stop(self):
        if self.lagoond is not None:
            lagoond, self.lagoond = self.lagoond, None
            lagoond.stop()

    def kill(self):
        """Whatever state it is in."""
        lagoond, self.lagoond = self.lagoond, None
        if lagoond is not None:
            lagoond.__exit__(RuntimeError)

    def popen(self, argv, stdout_path):
        with open(stdout_path, "wb") as out, open(f"{stdout_path}.err", "wb") as err:
            return self.stage.popen_in(self.namespace, argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def output_of(self, argv):
        return subprocess.run(netns.command_in(self.namespace, argv), check=True, capture_output=True,
                              text=True).stdout

    # what it says of itself

    def status(self):
        return json.loads(self.lagoond.view("json"))

    def members(self):
        return self.status()["members"]

    def active(self):
        """The index of the active member; None: there is none."""
        return next((i for i, member in enumerate(self.members()) if member["active"]), None)

    def works(self, index):
        """Whether the member is ready: it may be one that stands by."""
        status = self.status()
        member = status["members"][index]
        return member["collecting"] and member["distributing"] if status["mode"] == "lacp" else member["works"]

    def in_use(self, index):
        member = self.members()[index]
        return member["collecting"] and member["distributing"]

    def member_mac(self, index):
        return mac_of(self.stage.net, self.stage.links[index].near)

    def lag_mac(self):
        return self.status()["address"]


class LinuxEnd:
    """A kernel with bond0, as the figures to compare with have it."""

    name = "linux"
    is_guest = True

    def __init__(self, stage, tap=False):
        del tap  # (its host is the kernel in any case)
        self.stage = stage
        self.ip = stage.lan_ip
        self._place = Uml(stage, near=True)
        self._booted = False
        stage.near_end = self

    def start(self, mode, bond_options="miimon 20", primary=None, **_):
        bond = Bond(mode, bond_options, primary)
        if self._booted:
            self._place.remake(bond)
        else:
            self._booted = True
            self._place.start(bond)

    def stop(self):
        """The bond stays till the next start, the guest till the stage goes."""

    kill = stop

    def halt(self):
        self._place.stop()
        self.stage.near_end = None

    def link_down(self, index):
        self._place.set_carrier(index, False)

    def link_up(self, index):
        self._place.set_carrier(index, True)

    def popen(self, argv, stdout_path):
        return self._place.popen(argv, stdout_path)

    def output_of(self, argv):
        return self._place.output_of(argv)

    def active(self):
        text = self._place.status()
        for line in text.splitlines():
            if line.startswith("Currently Active Slave: eth"):
                return int(line.rpartition("eth")[2])
        return None

    def works(self, index):
        """Whether the member is ready: it may be one that stands by."""
        text = self._place.status()
        if "802.3ad" in text:
            states = parse_bonding(text, self._place.index_of)
            return index in states and all(state & IN_USE == IN_USE for state in states[index])
        return self.in_use(index)

    def in_use(self, index):
        part = self._place.status().partition(f"Slave Interface: eth{index}\n")[2]
        return part.startswith("MII Status: up")

    def member_mac(self, index):
        return self._mac(f"eth{index}")

    def lag_mac(self):
        return self._mac("bond0")

    def _mac(self, interface):
        return json.loads(self.output_of(["ip", "-j", "link", "show", interface]))[0]["address"]


def mac_of(namespace, interface):
    return link_of(namespace, interface)["address"]


def link_of(namespace, interface):
    """What `ip` tells of an interface. (`ip -n` mounts /sys anew, which a chroot does not allow.)"""
    done = subprocess.run(netns.command_in(namespace, ["ip", "-j", "-s", "link", "show", interface]), check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)[0]
