"""A program that does not poll for a minute: net_lagoon keeps its LAG, and net_bonding in the same place, at the same time,
does not. Both in dpdk-testpmd, each with a lagoond as its Partner that wants an LACPDU each second.

usage: pmd_silence_test.py BUILD        exit code 77: namespaces cannot be made here
"""

import os
import shutil
import sys
import time
import unittest

from lab import retries
from lab.pmd import OURS, THEIRS, losses, ping, set_stage
from lab.waiting import wait_for

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
SILENCE_S, SILENCE_AGAIN_S = 60, 30


class Silence(unittest.TestCase):
    def test_ours_lives_through_a_minute_and_net_bonding_does_not(self):
        stage, partner, testpmd = set_stage(self, BUILD, OURS)
        _, other_partner, other = set_stage(self, BUILD, THEIRS, plugin=False, traffic=True)
        self.assertGreaterEqual(ping(stage), 18)
        before_other = losses(other_partner)
        other.do("stop")
        for attempt in retries.tries("silence"):
            before, began = losses(partner), time.monotonic()
            testpmd.do("stop")
            if attempt == 1:
                self.assertTrue(wait_for(lambda: not other_partner.converged(), SILENCE_S / 2),
                                "net_bonding has become better: say so")
                self.assertGreater(losses(other_partner), before_other)
            # (a machine that gives our control no time for 3 s spoils it)
            time.sleep(max(0.0, began + (SILENCE_S if attempt == 1 else SILENCE_AGAIN_S) - time.monotonic()))
            lost = losses(partner) - before
            if lost == 0 or attempt == retries.TRIES:
                break
            testpmd.do("start")
            self.assertTrue(wait_for(partner.converged), partner.status())
        self.assertEqual(lost, 0, partner.status())
        self.assertTrue(partner.converged(), "the Partner has dropped a link while nobody polled")
        self.assertFalse(other_partner.converged(), "net_bonding's LAG has come back by itself")
        self.assertIn("Link status: up", testpmd.do("show port info 3"))
        testpmd.do("start")
        self.assertGreaterEqual(ping(stage), 18)


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("dpdk-testpmd") is None:
        print("network namespaces take root, and dpdk-testpmd the package dpdk-dev")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
