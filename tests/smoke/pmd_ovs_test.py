"""Open vSwitch with DPDK, as Debian packages it, takes net_lagoon as a port and forwards over it to an LACP partner.

usage: pmd_ovs_test.py BUILD        exit code 77: namespaces cannot be made here, or there is no such Open vSwitch
"""

import os
import re
import shutil
import sys
import unittest

from lab.pmd import CONVERSATIONS, exchange, ping
from lab.waiting import wait_for
from lab.testpmd import PLUGIN, environment
from stage.openvswitch import OpenVSwitch
from stage.partners.lagoon import LagoonPartner
from stage.stage import Stage

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
# Debian's alternatives choose which one is ovs-vswitchd; by its path it is there whatever they say.
SWITCHD = "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
MEMBERS = "--vdev net_af_packet1,iface=va0 --vdev net_af_packet2,iface=va1"
LAG = "net_lagoon0,mode=4,rate=fast,member=net_af_packet1,member=net_af_packet2"
# (threads that poll sleep when there is nothing, for others run here)
SETTINGS = {"dpdk-init": "true", "pmd-cpu-mask": "0x1", "dpdk-lcore-mask": "0x1", "pmd-maxsleep": "100",
            "per-port-memory": "true"}


class OpenVSwitchWithDpdk(unittest.TestCase):
    def setUp(self):
        self.stage = self.enterContext(Stage(2))
        self.partner = LagoonPartner(os.path.join(BUILD, "app", "lagoond"))
        self.partner.start(self.stage)

        # (OVS asks for hugepages unless it is told not to)
        words = f"--no-huge --legacy-mem -m 512 --no-pci --file-prefix {self.stage.tag} -d {PLUGIN} {MEMBERS}"
        self.switch = OpenVSwitch(self.stage, popen=self.stage.popen_net, switchd=(SWITCHD,),
                                  environment=environment(BUILD), settings={**SETTINGS, "dpdk-extra": words})
        self.addCleanup(self.switch.stop)
        self.switch.start()
        self.switch.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev")
        self.add_port("lan", "net_af_packet0,iface=lan0")

    def add_port(self, name, devargs):
        self.switch.vsctl("add-port", "br0", name, "--", "set", "interface", name, "type=dpdk",
                          f'options:dpdk-devargs="{devargs}"')
        self.assertEqual(self.switch.vsctl("get", "interface", name, "error"), "[]", self.switch.log_end())

    def counted(self):
        """By the LAG's port: frames sent and received."""
        port = self.switch.appctl("dpctl/show", "-s").split(": lag (")[1]
        return [int(re.search(rf"{way} packets:(\d+)", port)[1]) for way in ("TX", "RX")]

    def check(self):
        self.assertTrue(wait_for(self.partner.converged), self.partner.status())
        self.assertTrue(wait_for(lambda: ping(self.stage) >= 18), self.switch.log_end())
        before = self.counted()
        at_far, at_near = exchange(self.stage)
        self.assertEqual((len(at_far), len(at_near)), (CONVERSATIONS, CONVERSATIONS))
        for was, now in zip(before, self.counted()):
            # (an ARP request may come between)
            self.assertIn(now - was, range(CONVERSATIONS, CONVERSATIONS + 5))

    def test_a_lag_is_a_port_like_others(self):
        self.add_port("lag", LAG)
        self.check()
        # It goes and comes again while the switch runs.
        self.switch.vsctl("del-port", "br0", "lag")
        self.assertTrue(wait_for(lambda: not self.partner.converged()), "the Partner still sees the LAG")
        self.add_port("lag", LAG)
        self.check()


if __name__ == "__main__":
    if os.geteuid() != 0 or not shutil.which(SWITCHD):
        print("network namespaces take root, and Open vSwitch the package openvswitch-switch-dpdk")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
