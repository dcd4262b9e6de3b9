"""A program that does not poll for a minute: net_lagoon keeps its LAG, and net_bonding in the same place, at the same time,
does not. Both in dpdk-testpmd, each with a lagoond as its Partner that wants an LACPDU each second.

usage: pmd_silence_test.py BUILD        exit code 77: namespaces cannot be made here
"""

import os
import shutil
import sys
import time
import unittest

from lab.pmd import OURS, THEIRS, losses, ping, set_stage
from lab.waiting import wait_for

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
SILENCE_S = 60


class Silence(unittest.TestCase):
    def test_ours_lives_through_a_minute_and_net_bonding_does_not(self):
        stage, partner, testpmd = set_stage(self, BUILD, OURS)
        _, other_partner, other = set_stage(self, BUILD, THEIRS, plugin=False, traffic=True)
        self.assertGreaterEqual(ping(stage), 18)
        before, before_other = losses(partner), losses(other_partner)
        began = time.monotonic()
        testpmd.do("stop")
        other.do("stop")
        self.assertTrue(wait_for(lambda: not other_partner.converged(), SILENCE_S / 2),
                        "net_bonding has become better: say so")
        self.assertGreater(losses(other_partner), before_other)
        time.sleep(max(0.0, began + SILENCE_S - time.monotonic()))
        self.assertTrue(partner.converged(), "the Partner has dropped a link while nobody polled")
        self.assertEqual(losses(partner), before)
        self.assertFalse(other_partner.converged(), "net_bonding's LAG has come back by itself")
        self.assertIn("Link status: up", testpmd.do("show port info 3"))
        testpmd.do("start")
        self.assertGreaterEqual(ping(stage), 18)


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("dpdk-testpmd") is None:
        print("network namespaces take root, and dpdk-testpmd the package dpdk-dev")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
