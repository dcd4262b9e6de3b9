"""A weighted LAG of unequal links in a lagoond that runs: what is shown, explained, and changed. Needs no root.

usage: weighted_view_test.py LAGOOND
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

from lab import pcap
from lab.waiting import until
from stage import telemetry
from stage.lagoond import Appliance, eal_section

LAGOOND = os.path.abspath(sys.argv[1])
SPEEDS = ("10G", "1G", "1G")
FLOWS = 60
PATIENCE_S = 20


def flow(number):
    return f"udp 10.0.0.1:{1000 + number} 10.0.0.2:2000"


def frame(number):
    """A frame of that flow. (That it hashes like the words is checked below.)"""
    return pcap.udp(1000 + number)


def configuration(prefix, capture):
    members = [{"wire": f"w{i}", "name": f"m{i}", "speed": speed} for i, speed in enumerate(SPEEDS)]
    common = {"members": members, "lacp": {"rate": "fast", "aggregate-wait": "100ms"}, "unequal-speed": True,
              "hash-seed": 1}
    return {"eal": eal_section(prefix, memory="256M"),
            # The frames of the capture again and again; what comes out is dropped.
            "ports": [{"name": "lan", "dev": f"net_pcap0,rx_pcap={capture},infinite_rx=1"},
                      {"name": "far", "dev": "net_null1,no-rx=1"}],
            "lags": [{"name": "laga", "mac": "02:00:00:00:0a:01", "distribute": "weighted", "conversations": 1024,
                      "conversation-timeout": "15s", **common},
                     {"name": "lagb", "mac": "02:00:00:00:0b:01", **common}],
            "forward": [["lan", "laga"], ["lagb", "far"]]}


class Weighted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.environment = {**os.environ, "XDG_RUNTIME_DIR": cls.folder}
        os.environ["XDG_RUNTIME_DIR"] = cls.folder  # where DPDK keeps its own files, unless it is root
        capture = os.path.join(cls.folder, "flows.pcap")
        pcap.write(capture, [frame(i) for i in range(FLOWS)])
        cls.lagoond = cls.enterClassContext(Appliance(
            LAGOOND, configuration(f"lg{os.getpid()}-weighted", capture),
            lambda argv, **more: subprocess.Popen(argv, **more),
            lambda name: os.path.join(cls.folder, name), "lagoond", "laga"))
        until(cls.lagoond.status, lambda status: status["distributing_members"] == len(SPEEDS))
        until(cls.lagoond.status, lambda status: status["conversations"]["live"] == FLOWS)

    def ask(self, question):
        return telemetry.ask(self.lagoond.prefix, question)

    def explain(self, text, lag="laga"):
        return self.ask(f"/lagoon/explain,{lag},{text}")

    def tool(self, *words):
        return subprocess.run(["/usr/bin/python3", "-B", os.path.join(ROOT, "app", "explain.py"), *words],
                              check=False, capture_output=True, text=True, env=self.environment)

    def test_links_of_unequal_speed_are_one_lag(self):
        status = self.lagoond.status()
        self.assertEqual((status["distributing_members"], status["distribution"]), (3, "weighted"))
        self.assertEqual([m["capacity_mbps"] for m in status["members"]], [10000, 1000, 1000])
        self.assertEqual([m["weight"] for m in status["members"]], ["100", "10", "10"])
        self.assertEqual(len({m["lacp"]["actor"]["key"] for m in status["members"]}), 1)

    def test_conversations_are_counted(self):
        status = self.lagoond.status()
        self.assertEqual(status["conversations"]["live"], FLOWS)
        self.assertEqual(sum(m["conversations"] for m in status["members"]), FLOWS)
        self.assertGreaterEqual(status["conversations"]["room"], 1024)
        # (a load is known when it was measured twice)
        loads = until(lambda: [m["load_octets_per_s"] for m in self.lagoond.status()["members"]], any)
        self.assertGreater(max(loads), 0)

    def test_views_have_them(self):
        lag = json.loads(self.lagoond.view("json"))
        self.assertEqual(lag["conversations"]["live"], FLOWS)
        self.assertEqual([m["weight"] for m in lag["members"]], [100, 10, 10])
        table = self.lagoond.view("table")
        self.assertIn("weighted by", table)
        self.assertIn("weight left", table)
        self.assertIn(f"conversations: {FLOWS} live", table)
        self.assertNotIn("weight left", telemetry.whole_text(self.lagoond.prefix, "/lagoon/view,lagb,table"))

    def test_a_conversation_is_explained(self):
        on_member = {"m0": 0, "m1": 0, "m2": 0}
        for i in range(FLOWS):
            answer = self.explain(flow(i))
            self.assertEqual((answer["lag"], answer["distribution"], answer["by_frame"]), ("laga", "weighted", 0))
            self.assertEqual(int(answer["hash"], 16) % 4096, answer["bucket"])
            if "pin" not in answer:  # (by rebalancing; then the pin goes before the entry)
                entry, = answer["entries"].values()
                self.assertIn(entry["why"], ("chosen", "less_used", "by_hash"))
                on_member[entry["member"]] += 1
        self.assertGreater(sum(on_member.values()), FLOWS / 2)
        self.assertEqual(self.explain("udp 10.9.9.9:1 10.0.0.2:2000")["entries"], {})

    def test_words_and_octets_are_one_conversation(self):
        for text in (frame(7).hex(), "0x" + frame(7).hex(), frame(7).hex(":")):
            with self.subTest(text=text):
                self.assertEqual(self.explain(text)["hash"], self.explain(flow(7))["hash"])
        self.assertNotEqual(self.explain(flow(8))["hash"], self.explain(flow(7))["hash"])

    def test_by_bucket_there_are_no_entries(self):
        answer = self.explain(flow(0), "lagb")
        self.assertEqual((answer["distribution"], answer["entries"]), ("flow_hash", {}))
        self.assertIn(answer["member"], ("m0", "m1", "m2"))

    def test_what_can_not_be_explained_is_said(self):
        for question, words in (("/lagoon/explain", "usage"), ("/lagoon/explain,laga", "usage"),
                                (f"/lagoon/explain,nolag,{flow(1)}", "no LAG 'nolag'"),
                                ("/lagoon/explain,laga,udp 10.0.0.1 10.0.0.2", "is not an address and a port")):
            with self.subTest(question=question):
                self.assertRaisesRegex(telemetry.TelemetryError, words, self.ask, question)

    def test_how_conversations_are_placed_is_changed_while_it_runs(self):
        self.lagoond.do("set", "by: headroom")
        self.assertEqual(self.lagoond.status()["conversations"]["by"], "headroom")
        self.lagoond.do("set", "rebalance.interval: 200ms")
        self.lagoond.do("set", "weight-unit: 1G")
        self.assertEqual([m["weight"] for m in self.lagoond.status()["members"]], ["10", "1", "1"])
        self.lagoond.do("set", "weight-unit: 100M")
        self.lagoond.do("set", "by: share")
        for wanted, words in (("distribute: flow-hash", "can't be changed while the LAG runs"),
                              ("conversations: 2048", "can't be changed while the LAG runs"),
                              ("by: luck", "expected share, headroom, least-conversations or round-robin")):
            with self.subTest(wanted=wanted):
                self.assertRaisesRegex(telemetry.TelemetryError, words, self.lagoond.do, "set", wanted)

    def test_the_tool_explains(self):
        told = self.tool("laga", *flow(3).split())
        self.assertEqual((told.returncode, told.stderr), (0, ""))
        self.assertRegex(told.stdout, r"\Alaga: weighted, hash 0x[0-9A-F]{8}, bucket \d+\n")
        self.assertRegex(told.stdout, r"  m\d: (entry of worker \d+, \w+|pin \d+, \w+), for \d+\.\d s")
        self.assertEqual(self.tool("lagx", "udp").returncode, 1)
        self.assertIn("no LAG 'lagx' is running", self.tool("lagx", "udp").stderr)
        self.assertIn("has no address to go from", self.tool("laga", "udp").stderr)
        self.assertEqual(self.tool("laga").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
