"""Linux's and FreeBSD's own files, imported: the LAG that comes out carries traffic to Linux's bonding in the same mode.

usage: import_test.py BUILD
"""

import json
import os
import subprocess
import time

from lab.case import Case, main, tries
from lab.waiting import wait_for
from hosts import await_line  # isort: skip (lab says where it is)
from stage import netns
from stage.lagoond import Appliance, eal_section
from stage.partners.linux import Bond
from stage.stage import ADDRESS_LENGTH

HASHED = "miimon 20 xmit_hash_policy layer3+4"
MEMBER = "DEVICE={name}\nBOOTPROTO=none\nONBOOT=yes\nMASTER=bond0\nSLAVE=yes\n"
BOND = ("DEVICE=bond0\nTYPE=Bond\nIPADDR={ip}\nPREFIX=24\nMTU=9000\nBONDING_MASTER=yes\n"
        'BONDING_OPTS="{options}"\n')
RC_CONF = 'ifconfig_va0="up"\nifconfig_va1="up"\ncloned_interfaces="lagg0"\n' \
          'ifconfig_lagg0="laggproto {protocol} laggport va0 laggport va1 {ip}/24"\n'


class Imported(Appliance):
    """A lagoond of what --import has printed; the place of its EAL is the stage's."""

    def __init__(self, stage, binary, text, lag):
        self._text = text
        super().__init__(binary, {"eal": eal_section(f"{stage.tag}-near")}, stage.popen_net, stage.path, "lagoond-near", lag)

    def _write(self, config):
        super()._write(config)
        with open(self.config_path, "a", encoding="utf-8") as file:
            file.write(self._text)


class Import(Case):
    links = 2
    tap = True

    def imported(self, files):
        """The configuration of what these files say, which --check takes."""
        folder = self.stage.path("imported")
        os.makedirs(folder, exist_ok=True)
        paths = []
        for name, text in files.items():
            paths.append(os.path.join(folder, name))
            with open(paths[-1], "w", encoding="utf-8") as file:
                file.write(text)
        lagoond = self.binaries["lagoond"]
        text = subprocess.run([lagoond, "--import", *paths], check=True, capture_output=True, text=True).stdout
        made = os.path.join(folder, "made.yaml")
        with open(made, "w", encoding="utf-8") as file:
            file.write(text)
        checked = subprocess.run([lagoond, "--check", "-c", made], check=False, capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""), text)
        return text

    def carries(self, files, interface, partner):
        """What comes out of the files works as `interface` with a bond of Linux's, and carries TCP both ways."""
        self.far.remake(partner)
        lagoond = self.end.lagoond = Imported(self.stage, self.binaries["lagoond"], self.imported(files), interface)
        lagoond.start()
        netns.ip_batch(self.stage.net, [f"addr add {self.end.ip}/{ADDRESS_LENGTH} dev {interface}",
                                        f"link set {interface} up"])
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(self.links)), 10),
                             "not all members work")
        self.assertIsNotNone(wait_for(self._is_answered, 10), "nothing comes back")
        self._tcp()
        self.end.stop()

    def _is_answered(self):
        ping = netns.command_in(self.stage.net, ["ping", "-c", "1", "-W", "1", self.far.ip])
        return subprocess.run(ping, check=False, capture_output=True).returncode == 0

    def _tcp(self):
        traffic = self.binaries["traffic"]
        path, served = (self.stage.path(f"{name}-{time.monotonic_ns()}.out") for name in ("tcp", "serve"))
        server = self.far.popen([traffic, "tcp-serve", "--bind", self.far.ip], served)
        await_line(served)
        self.end.popen([traffic, "tcp-send", "--peer", self.far.ip, "--kilobits", "50000", "--seconds", "1"],
                       path).wait(timeout=30)
        server.terminate()
        server.wait(timeout=10)
        with open(path, encoding="ascii") as file:
            said = json.loads(file.read())
        self.say(f"TCP: {said['bytes']} octets there and back")
        self.assertTrue(said["ok"] and said["bytes"] > 0, "TCP did not come back whole")

    def ifcfg(self, options):
        return {"ifcfg-bond0": BOND.format(ip=self.end.ip, options=options),
                **{f"ifcfg-{name}": MEMBER.format(name=name) for name in self.stage.near_ifaces}}

    def rc_conf(self, protocol):
        return {"rc.conf": RC_CONF.format(ip=self.end.ip, protocol=protocol)}

    @tries
    def test_ifcfg_of_802_3ad(self):
        self.carries(self.ifcfg("mode=4 miimon=100 lacp_rate=1 xmit_hash_policy=layer3+4"), "bond0",
                     Bond("802.3ad", "lacp_rate fast " + HASHED))

    @tries
    def test_ifcfg_of_active_backup(self):
        self.carries(self.ifcfg("mode=1 miimon=100 primary=va0"), "bond0", Bond("active-backup", "miimon 20", primary=0))

    @tries
    def test_rc_conf_of_lacp(self):
        self.carries(self.rc_conf("lacp"), "lagg0", Bond("802.3ad", "lacp_rate slow " + HASHED))

    @tries
    def test_rc_conf_of_loadbalance(self):
        self.carries(self.rc_conf("loadbalance"), "lagg0", Bond("balance-xor", HASHED))


if __name__ == "__main__":
    main()
