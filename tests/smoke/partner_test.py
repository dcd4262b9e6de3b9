"""lagoond against one real partner, with real traffic: the demonstration's scenario, and what its report has to say.

usage: partner_test.py PARTNER BUILD        exit code 77: namespaces cannot be made here
"""

import os
import sys
import unittest

from lab.retries import TRIES, tries
import demo
import verdict

SKIP = 77


class PartnerTest(unittest.TestCase):
    partner_name = ""
    build = ""

    def test_life_of_a_lag(self):
        # A partner that stands still for a moment can spoil a figure; a defect spoils it each time (docs/testing.md).
        for _ in tries(f"a LAG with {self.partner_name}"):
            report = self._run_once()
            print(verdict.summary(report), flush=True)
            for stream in report["streams"]:
                self.assertEqual(stream["duplicated"], 0)
                self.assertGreater(stream["received"], stream["sent"] / 2)
            self.assertTrue(report["tcp"]["ok"], "the TCP transfer did not come back whole")
            self.assertEqual([e["surviving_flows_moved"] for e in report["events"]], [0, 0, 0, 0])
            if report["ok"]:
                return
        self.fail(f"not once in {TRIES} tries: {report['problems']}")

    def _run_once(self):
        options = demo.arguments(["--build", self.build, "--links", "2", "--seconds", "0", "--partner", self.partner_name])
        return demo.run_on_stage(options, demo.binaries_in(self.build))


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    PartnerTest.partner_name, PartnerTest.build = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
