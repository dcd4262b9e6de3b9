"""Two lagoonds at the fast rate learn by LLDP and a probe that both know retry counts; one is restarted and away for ten seconds, and the other's
members stay as they are.

usage: retry_restart_test.py BUILD        exit code 77: namespaces cannot be made here
"""

import json
import os
import signal
import sys
import time
import unittest

from lab.retries import TRIES, tries
from lab.waiting import wait_for
from restart_test import Watch
import demo
from stage import partners
from stage.lagoond import Lagoond
from stage.stage import Stage

SKIP = 77
AWAY_S = 10
LINKS = 2


def retry_of(status):
    return [member["lacp"]["retry"] for member in status["members"]]


class RetryRestartTest(unittest.TestCase):
    binaries = {}

    def test_ten_seconds_away(self):
        # (a machine that stands still while the next process starts can spoil one try)
        for _ in tries("a restart of ten seconds"):
            problems = self._run_once()
            print(problems or "all well", flush=True)
            if not problems:
                return
        self.fail(f"not once in {TRIES} tries: {problems}")

    def _run_once(self):
        with Stage(LINKS) as stage:
            partner = partners.create("lagoon", binary=self.binaries["lagoond"])
            partner.start(stage, "fast")
            lagoond = Lagoond(stage, self.binaries["lagoond"], options={"lacp": {"rate": "fast"}}).start()
            partner._lagoond.cables_are_right = False  # (it may say for a while that nobody speaks LACP)
            self.assertIsNotNone(wait_for(lambda: lagoond.converged() and partner.converged(), 30), "LACP does not come up")
            # LLDP names the other end a Lagoon, one end probes, and the other answers.
            known = wait_for(lambda: all(r["known"] for r in self._retry(partner) + retry_of(lagoond.status())), 30)
            self.assertIsNotNone(known, f"who knows: {self._retry(partner)}")
            with Watch(partner, LINKS) as watch:
                os.kill(lagoond.pid, signal.SIGUSR2)
                self.assertEqual(lagoond._process.wait(timeout=10), 0)
                asked = self._retry(partner)
                time.sleep(AWAY_S)
                lagoond.start()
                time.sleep(2.0)
            problems = watch.faults[:3]
            after = json.loads(partner.status())
            if any(r["partner"] != 10 for r in asked):
                problems.append(f"it was not asked to wait: {asked}")
            if any(r["partner"] != 3 for r in retry_of(after)):
                problems.append(f"it was not told that we are back: {retry_of(after)}")
            problems += [f"{m['name']} expired" for m in after["members"] if m["lacp"]["counters"]["expirations"]]
            with open(lagoond.log_path, encoding="utf-8") as log:
                if "LACP goes on" not in log.read():
                    problems.append("it did not go on")
            told = [(e["from"], e["to"]) for e in partner._lagoond.events() if e["kind"] == "retry_count"]
            for change in (("3", "10"), ("10", "3")):
                if told.count(change) != LINKS:
                    problems.append(f"the journal has {told}")
            lagoond.stop()
            partner.stop()
        return problems

    @staticmethod
    def _retry(partner):
        return retry_of(json.loads(partner.status()))


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    RetryRestartTest.binaries = demo.binaries_in(sys.argv[1])
    unittest.main(argv=sys.argv[:1], verbosity=2)
