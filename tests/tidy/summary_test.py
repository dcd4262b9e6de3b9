#!/usr/bin/env python3
"""tests/support/summary.py: what makes a run fail, and what it shows."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUMMARY = pathlib.Path(__file__).resolve().parent.parent / "support" / "summary.py"


class Summary(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "build" / "meson-logs").mkdir(parents=True)
        (self.folder / "build" / "meson-info").mkdir()

    def run_on(self, tests, *words, suites="smoke", ci="true"):
        """(exit code, output) of a run with those (name, result, stdout)."""
        known = [{"name": name, "suite": ["lagoon:smoke"]} for name, *_ in tests]
        (self.folder / "build/meson-info/intro-tests.json").write_text(json.dumps(known))
        lines = [json.dumps({"name": f"lagoon:smoke / {name}", "result": result, "duration": 1.5, "stdout": said})
                 for name, result, said in tests]
        (self.folder / "build/meson-logs/log.json").write_text("\n".join(lines))
        done = subprocess.run([sys.executable, str(SUMMARY), *words, f"build/meson-logs/log.json:{suites}"],
                              cwd=self.folder, capture_output=True, text=True, check=False, env={**os.environ, "CI": ci})
        return done.returncode, done.stdout

    def test_a_good_run_passes_and_tells_its_times(self):
        phases = self.folder / "phases"
        phases.write_text("12 tests in build/\n3 more\n")
        status, said = self.run_on([("a", "OK", ""), ("b", "OK", "")], "--phases", str(phases), "--seconds", "14")
        self.assertEqual(status, 0)
        self.assertRegex(said, r"(?m)^build +smoke +2 +0 +0 +0 +3\.0")
        self.assertRegex(said, r"(?m)^ +3  more$\n +14  all of it")
        self.assertEqual(said.splitlines()[-1], "2 passed, 0 failed")

    def test_three_retries_are_told_and_a_fourth_fails(self):
        retry = "RETRY a: try 2 of 3, 1 frame lost\n"
        status, said = self.run_on([("a", "OK", "x\n" + 3 * retry)])
        self.assertEqual((status, said.count("retried: smoke / a: a: try 2 of 3, 1 frame lost")), (0, 3))
        status, said = self.run_on([("a", "OK", 2 * retry), ("b", "OK", 2 * retry)])
        self.assertEqual((status, said.splitlines()[-1]), (1, "2 passed, 1 failed"))
        self.assertIn("4 retries, at most 3 may be", said)

    def test_what_fails_is_skipped_or_did_not_run_fails_the_run(self):
        self.assertEqual(self.run_on([("a", "OK", ""), ("b", "FAIL", "")])[0], 1)
        self.assertEqual(self.run_on([("a", "OK", ""), ("b", "SKIP", "")])[0], 1)
        self.assertEqual(self.run_on([("a", "OK", ""), ("b", "SKIP", "")], ci="")[0], 0)
        self.assertEqual(self.run_on([("a", "OK", "")], suites="smoke,waiting")[0], 1)
        self.assertEqual(self.run_on([("a", "OK", "")], "--build-failures", "1")[0], 1)


if __name__ == "__main__":
    unittest.main()
