"""net_lagoon in dpdk-testpmd against a real LACP partner, with traffic, and while the program does not poll at all.

usage: pmd_lacp_test.py BUILD        exit code 77: namespaces cannot be made here
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "app", "demo")]

from pmd.testpmd import Testpmd  # noqa: E402
from stage import netns  # noqa: E402
from stage.partners.lagoon import LagoonPartner  # noqa: E402
from stage.stage import Stage  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
PATIENCE_S = 30
# The partner asks for LACPDUs each second, and waits three for one.
SILENCE_S = 8
PORTS = ["net_af_packet0,iface=lan0", "net_af_packet1,iface=va0", "net_af_packet2,iface=va1"]
OURS = "net_lagoon0,mode=4,rate=fast,member=net_af_packet1,member=net_af_packet2"
THEIRS = "net_bonding0,mode=4,slave=net_af_packet1,slave=net_af_packet2"


def wait_for(fact, patience=PATIENCE_S):
    deadline = time.monotonic() + patience
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Lacp(unittest.TestCase):
    def set_stage(self, bond, traffic=False, **more):
        """The stage, the partner, and testpmd that forwards between lan0 and the bond, port 3. (net_bonding sends its
        LACPDUs when the program sends: `traffic` makes it do so before there is an answer.)"""
        stage = self.enterContext(Stage(2))
        partner = LagoonPartner(os.path.join(BUILD, "app", "lagoond"))
        partner.start(stage)
        testpmd = self.enterContext(Testpmd(BUILD, [*PORTS, bond], popen=stage.popen_net, **more))
        testpmd.do("set portlist 0,3")  # (net_bonding leaves its members to the program)
        testpmd.do("start")
        if traffic:
            netns.ip_batch(stage.lan, [f"neigh add {stage.far_ip} lladdr 02:00:00:00:01:02 dev eth0 nud permanent"])
            stage.popen_lan(["ping", "-q", "-i", "0.02", stage.far_ip], stdout=subprocess.DEVNULL)
        self.assertTrue(wait_for(partner.converged), partner.status())
        return stage, partner, testpmd

    def ping(self, stage):
        answer = subprocess.run(["nsenter", f"--net=/run/netns/{stage.lan}", "ping", "-c", "20", "-i", "0.05", "-W", "5",
                                 stage.far_ip], check=False, capture_output=True, text=True)
        return int(re.search(r"(\d+) received", answer.stdout)[1])

    def changes(self, partner):
        return sum(member["expirations"] + member["link_failures"] for member in json.loads(partner.status())["members"])

    def test_it_forwards_over_lacp_and_lives_through_silence(self):
        stage, partner, testpmd = self.set_stage(OURS)
        self.assertGreaterEqual(self.ping(stage), 18)
        testpmd.until("show port info 3", "Link status: up")
        xstats = testpmd.do("show port xstats 3")
        for i in (1, 2):
            self.assertGreater(int(re.search(rf"member_net_af_packet{i}_lacpdu_rx: (\d+)", xstats)[1]), 0)
            self.assertIn(f"member_net_af_packet{i}_distributing: 1", xstats)

        testpmd.do("stop")
        before = self.changes(partner)
        time.sleep(SILENCE_S)
        self.assertTrue(partner.converged(), "the partner has dropped a link while nobody polled")
        self.assertEqual(self.changes(partner), before)
        self.assertIn("Link status: up", testpmd.do("show port info 3"))
        testpmd.do("start")
        self.assertGreaterEqual(self.ping(stage), 18)

        stage.links[0].pull()
        self.assertTrue(wait_for(lambda: "lag_distributing_members: 1" in testpmd.do("show port xstats 3")))
        self.assertGreaterEqual(self.ping(stage), 18)
        stage.links[1].pull()
        testpmd.until("show port info 3", "Link status: down")
        self.assertIn("Port 3: link state change event", testpmd.text)
        for link in stage.links:
            link.restore()
        testpmd.until("show port info 3", "Link status: up")

    def test_net_bonding_does_not(self):
        _, partner, testpmd = self.set_stage(THEIRS, plugin=False, traffic=True)
        testpmd.do("stop")
        self.assertTrue(wait_for(lambda: not partner.converged(), SILENCE_S), "net_bonding has become better: say so")


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("dpdk-testpmd") is None:
        print("network namespaces take root, and dpdk-testpmd the package dpdk-dev")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
