"""net_lagoon in dpdk-testpmd against a real LACP partner, with traffic. (While the program does not poll at all:
pmd_silence_test.py.)

usage: pmd_lacp_test.py BUILD        exit code 77: namespaces cannot be made here
"""

import json
import os
import re
import shutil
import sys
import unittest

from lab.pmd import OURS, losses, ping, set_stage
from lab.waiting import wait_for

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77


def addresses(stage):
    """What the members' interfaces carry now."""
    shown = stage.run_net(["ip", "-json", "link"], check=True, capture_output=True, text=True).stdout
    return {link["address"] for link in json.loads(shown) if link["ifname"] in stage.near_ifaces}


class Lacp(unittest.TestCase):
    def test_it_forwards_over_lacp_and_follows_its_links(self):
        stage, partner, testpmd = set_stage(self, BUILD, OURS)
        self.assertGreaterEqual(ping(stage), 18)
        testpmd.until("show port info 3", "Link status: up")
        xstats = testpmd.do("show port xstats 3")
        for i in (1, 2):
            self.assertGreater(int(re.search(rf"member_net_af_packet{i}_lacpdu_rx: (\d+)", xstats)[1]), 0)
            self.assertIn(f"member_net_af_packet{i}_distributing: 1", xstats)

        # Another address, while it runs: the members' interfaces have it, and the Partner keeps its links.
        before = losses(partner)
        testpmd.do("mac_addr set 3 02:00:00:00:00:77")
        self.assertTrue(wait_for(lambda: addresses(stage) == {"02:00:00:00:00:77"}), addresses(stage))
        self.assertGreaterEqual(ping(stage), 18)
        self.assertTrue(partner.converged(), partner.status())
        self.assertEqual(losses(partner), before)

        stage.links[0].pull()
        self.assertTrue(wait_for(lambda: "lag_distributing_members: 1" in testpmd.do("show port xstats 3")))
        self.assertGreaterEqual(ping(stage), 18)
        stage.links[1].pull()
        testpmd.until("show port info 3", "Link status: down")
        self.assertIn("Port 3: link state change event", testpmd.text)
        for link in stage.links:
            link.restore()
        testpmd.until("show port info 3", "Link status: up")


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("dpdk-testpmd") is None:
        print("network namespaces take root, and dpdk-testpmd the package dpdk-dev")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
