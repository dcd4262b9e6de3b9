"""/lagoon/view, /lagoon/lag and `./lagoon.sh view` of a lagoond that runs, with answers that need pages. Needs no root.

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

import lab  # noqa: F401 (it brings app/demo)
from stage import telemetry
from stage.lagoond import Appliance, eal_section

LAGOOND = os.path.abspath(sys.argv[1])
VIEWS = ("table", "linux", "lagg", "cisco", "json")
LINKS = 14  # enough that the longer views do not fit into one reply
PATIENCE_S = 20
MEMBERS_MAX = 32  # of a LAG, and the ports that Debian's DPDK takes
REPLY_MAX = 16384


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


def wide_configuration(prefix):
    members = [{"name": f"a-member-with-a-long-name-{i:02}", "dev": f"net_null{i}"} for i in range(MEMBERS_MAX)]
    return {"eal": eal_section(prefix, memory="1024M"),
            "lags": [{"name": "wide", "members": members, "lacp": {"rate": "fast"}}]}


class AsManyMembersAsCanBe(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        os.environ["XDG_RUNTIME_DIR"] = folder
        cls.lagoond = cls.enterClassContext(Appliance(
            LAGOOND, wide_configuration(f"lg{os.getpid()}-wide"), lambda argv, **more: subprocess.Popen(argv, **more),
            lambda name: os.path.join(folder, name), "lagoond-wide", "wide"))

    def pages(self, question):
        """Each reply, as DPDK gives it."""
        found = []
        while question is not None:
            found.append(telemetry.ask_once(self.lagoond.prefix, question))
            question = found[-1].get("next")
        return found

    def test_nothing_of_a_lag_is_left_out(self):
        pages = self.pages("/lagoon/lag,wide")
        self.assertGreater(len(pages), 1)
        self.assertEqual([(page["page"], page["pages"]) for page in pages],
                         [(i + 1, len(pages)) for i in range(len(pages))])
        for page in pages:
            self.assertLess(len(json.dumps(page, separators=(",", ":"))), REPLY_MAX)
        members = [member for page in pages for member in page.get("members", {}).values()]
        view = json.loads(self.lagoond.view("json"))
        self.assertEqual([member["name"] for member in members], [member["name"] for member in view["members"]])
        self.assertEqual(len(members), MEMBERS_MAX)
        # Whole: the same names as in the json view, but for what does not apply.
        for member, shown in zip(members, view["members"]):
            self.assertEqual(paths(member), paths(shown))
        whole = self.lagoond.status()
        self.assertEqual(len(whole["buckets"]), MEMBERS_MAX)
        self.assertEqual(set(whole["drops"]), set(view["drops"]))
        # (lists: they are in telemetry where there is something in them)
        elsewhere = {"options", "port_options", "classes", "clients", "neighbors", "wiring"}
        self.assertEqual(set(whole) - {"buckets", "neighbors", "wiring"},
                         {key for key, value in view.items() if value is not None} - elsewhere)
        self.assertEqual(view["mtu"], 1500)

    def test_all_pages_are_of_one_moment(self):
        first = telemetry.ask_once(self.lagoond.prefix, "/lagoon/lag,wide")
        again = [telemetry.ask_once(self.lagoond.prefix, first["next"]) for _ in range(2)]
        self.assertEqual(again[0], again[1])
        for page in ("2.999", "99.1", "x"):
            self.assertRaisesRegex(telemetry.TelemetryError, "no such page", telemetry.ask_once, self.lagoond.prefix,
                                   f"/lagoon/lag,wide,{page}")

    def test_a_long_error_is_said_to_its_end(self):
        name = "a-name-that-nobody-has-given-to-anything" * 8
        self.assertRaisesRegex(telemetry.TelemetryError, f"no LAG '{name}'$", telemetry.ask, self.lagoond.prefix,
                               f"/lagoon/lag,{name}")

    def test_events_come_whole(self):
        events = telemetry.ask(self.lagoond.prefix, "/lagoon/events,wide,512")
        numbers = [int(number) for number in events]
        self.assertEqual(numbers, list(range(numbers[0], numbers[-1] + 1)))
        self.assertGreater(len(numbers), 80)


def paths(value, path=""):
    """The names of all that applies."""
    if isinstance(value, dict):
        return {inner for key, item in value.items() for inner in paths(item, f"{path}.{key}")}
    return set() if value is None else {path}


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
