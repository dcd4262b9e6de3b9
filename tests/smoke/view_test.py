"""/lagoon/view and `./lagoon.sh view` of a lagoond that runs, with texts that need pages. Needs no root.

usage: view_test.py LAGOOND
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "app", "demo"))

from stage import telemetry  # noqa: E402
from stage.lagoond import Appliance, eal_section  # noqa: E402

LAGOOND = os.path.abspath(sys.argv[1])
VIEWS = ("table", "linux", "lagg", "cisco", "json")
LINKS = 14  # enough that the longer views do not fit into one reply
PATIENCE_S = 20


def configuration(prefix):
    members = [{"wire": f"w{i}"} for i in range(LINKS)]
    lags = [{"name": name, "mac": f"02:00:00:00:0{name[-1]}:01", "members": members, "lacp": {"rate": "fast"}}
            for name in ("laga", "lagb")]
    return {"eal": eal_section(prefix, memory=f"{160 + 32 * LINKS}M"),
            "ports": [{"name": "lan", "dev": "net_null0"}, {"name": "far", "dev": "net_null1"}], "lags": lags,
            "forward": [["lan", "laga"], ["lagb", "far"]]}


class Views(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.environment = {**os.environ, "XDG_RUNTIME_DIR": cls.folder}
        os.environ["XDG_RUNTIME_DIR"] = cls.folder  # where DPDK keeps its own files, unless it is root
        cls.lagoond = cls.enterClassContext(Appliance(
            LAGOOND, configuration(f"lg{os.getpid()}-views"), lambda argv, **more: subprocess.Popen(argv, **more),
            lambda name: os.path.join(cls.folder, name), "lagoond", "laga"))
        deadline = time.monotonic() + PATIENCE_S
        while cls.lagoond.status()["distributing_members"] < LINKS and time.monotonic() < deadline:
            time.sleep(0.1)

    def ask(self, question):
        return telemetry.ask(self.lagoond.prefix, question)

    def tool(self, *words):
        return subprocess.run(["/usr/bin/python3", "-B", os.path.join(ROOT, "app", "view.py"), *words], check=False,
                              capture_output=True, text=True, env=self.environment)

    def test_every_view_comes_whole(self):
        for view in VIEWS:
            with self.subTest(view=view):
                text = self.lagoond.view(view)
                self.assertTrue(text.endswith("\n"))
                self.assertNotIn("--- page", text)
                for i in range(LINKS):
                    self.assertIn(f"w{i}", text)

    def test_the_json_view_is_json(self):
        lag = json.loads(self.lagoond.view("json"))
        self.assertEqual((lag["name"], lag["mode"], len(lag["members"])), ("laga", "lacp", LINKS))

    def test_long_texts_have_pages_and_short_ones_none(self):
        self.assertNotIn("--- page", self.ask("/lagoon/view,laga,cisco"))
        first = self.ask("/lagoon/view,laga,linux")
        self.assertRegex(first, r"\n--- page 1 of \d+, next: /lagoon/view,laga,linux,2\.\d+\n\Z")
        # Each page is of the moment of the first, even if another began in between.
        question = first.rsplit("next: ", 1)[1].rstrip("\n")
        again = self.ask(question)
        self.ask("/lagoon/view,lagb,linux")
        self.assertEqual(self.ask(question), again)

    def test_what_is_wrong_is_said(self):
        for question, words in (("/lagoon/view", "usage"), ("/lagoon/view,laga,xml", "usage"),
                                ("/lagoon/view,nolag,linux", "no LAG 'nolag'"),
                                ("/lagoon/view,laga,linux,2.999", "no such page")):
            with self.subTest(question=question):
                self.assertRaisesRegex(telemetry.TelemetryError, words, self.ask, question)

    def test_the_tool_finds_the_lag(self):
        shown = self.tool("lagb", "linux")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertEqual(shown.stdout.count("\nSlave Interface: "), LINKS)
        self.assertEqual(self.tool("lagb").stdout.split(":")[0], "lagb")

    def test_the_tool_says_what_is_there(self):
        missing = self.tool("lagx")
        self.assertEqual(missing.returncode, 1)
        self.assertRegex(missing.stderr, "no LAG 'lagx' is running; there are: .*laga, lagb")
        self.assertEqual(self.tool("laga", "xml").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
