"""The demonstration as an ordinary user: two LAGs in one lagoond, fed from a capture file, broken and mended.

usage: rootless_test.py LAGOOND LAGOON_FEED
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from lab.retries import TRIES, tries

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "app", "demo")
LAGOOND, FEED = map(os.path.abspath, sys.argv[1:3])
NOBODY = 65534
RATE = 2000
TRAFFIC_S = 20  # at least


class Rootless(unittest.TestCase):
    def setUp(self):
        # (another user need not be able to read where this was built)
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        build = os.path.join(self.folder, "build", "app")
        os.makedirs(os.path.join(build, "demo", "feed"))
        shutil.copy(LAGOOND, os.path.join(build, "lagoond"))
        shutil.copy(FEED, os.path.join(build, "demo", "feed", "lagoon-feed"))
        shutil.copytree(DEMO, os.path.join(self.folder, "demo"), ignore=shutil.ignore_patterns("__pycache__"))
        self.home = os.path.join(self.folder, "home")
        os.mkdir(self.home)
        for place, _, files in os.walk(self.folder):
            os.chmod(place, 0o755)
            for name in files:
                os.chmod(os.path.join(place, name), 0o755)
        if os.geteuid() == 0:
            os.chown(self.home, NOBODY, NOBODY)

    def demo(self, *words):
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        environment = {"PATH": os.environ["PATH"], "HOME": self.home, "TMPDIR": self.home,
                       "PYTHONDONTWRITEBYTECODE": "1"}
        program = subprocess.Popen(["/usr/bin/python3", "../demo/demo.py", "--build", "../build", "--rootless", *words],
                                   cwd=self.home, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, **user)
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.wait)
        self.addCleanup(program.terminate)
        return program

    def test_a_run_is_good_and_leaves_only_its_report(self):
        for _ in tries("a run without root"):
            report = self._run_once()
            self.assertTrue(report["rootless"])
            self.assertEqual([e["kind"] for e in report["events"]],
                             ["carrier-loss", "carrier-return", "blackhole", "heal"])
            for stream in report["streams"]:
                self.assertGreater(stream["received"], RATE * TRAFFIC_S / 2)
                self.assertEqual(stream["duplicated"], 0)
            # A blackhole that loses nothing was none.
            self.assertGreater(report["events"][2]["lost"], 100)
            if report["ok"] and report["lost_before_events"] == 0:
                return
        self.fail(f"not once in {TRIES} tries: {report['problems']}")

    def _run_once(self):
        program = self.demo("--report", "report.json")
        print(program.stdout.read())
        self.assertIn(program.wait(), (0, 1))
        self.assertEqual(os.listdir(self.home), ["report.json"])
        path = os.path.join(self.home, "report.json")
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        os.remove(path)
        return report

    def test_an_interrupted_run_leaves_nothing(self):
        program = self.demo()
        for line in program.stdout:
            if "steady traffic" in line:
                break
        children = descendants(program.pid)
        self.assertGreaterEqual(len(children), 2)
        program.send_signal(signal.SIGINT)
        program.stdout.read()
        self.assertEqual(program.wait(timeout=30), 130)
        self.assertEqual([pid for pid in children if os.path.exists(f"/proc/{pid}")], [])
        self.assertEqual(os.listdir(self.home), [])


def descendants(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        children = [int(word) for word in file.read().split()]
    return children + [d for child in children for d in descendants(child)]


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
