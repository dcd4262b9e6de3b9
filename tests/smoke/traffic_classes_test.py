"""Traffic classes in a lagoond that runs, offered far more than it may send: the critical class loses nothing,
congestion is shown, and classes change while traffic flows. Needs no root.

usage: traffic_classes_test.py LAGOOND
"""

import os
import subprocess
import sys
import tempfile
import time
import unittest

from lab import pcap
from lab.waiting import until
from stage import telemetry
from stage.lagoond import Appliance, eal_section

LAGOOND = os.path.abspath(sys.argv[1])
PATIENCE_S = 20
EF = 46


def write_capture(path):
    """One frame in 40 is critical."""
    pcap.write(path, [pcap.udp(1000 + i, octets=150, dscp=EF if i % 40 == 0 else 0) for i in range(400)])


def configuration(prefix, capture):
    # Each member is shaped to 200 Mbit/s; the capture is sent as fast as the machine can.
    members = [{"wire": f"w{i}", "name": f"m{i}", "speed": "200M"} for i in range(2)]
    common = {"members": members, "lacp": {"rate": "fast", "aggregate-wait": "100ms"}, "hash-seed": 1}
    traffic = {"shape": True, "classes": [{"name": "voice", "priority": 0, "dscp": ["ef"], "limit": 2000},
                                          {"name": "rest", "limit": 500}]}
    return {"eal": eal_section(prefix, memory="256M"),
            "ports": [{"name": "lan", "dev": f"net_pcap0,rx_pcap={capture},infinite_rx=1"},
                      {"name": "far", "dev": "net_null1,no-rx=1"}],
            "lags": [{"name": "laga", "mac": "02:00:00:00:0a:01", "traffic": traffic, **common},
                     {"name": "lagb", "mac": "02:00:00:00:0b:01", **common}],
            "forward": [["lan", "laga"], ["lagb", "far"]]}


class Classes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        os.environ["XDG_RUNTIME_DIR"] = cls.folder  # where DPDK keeps its own files, unless it is root
        capture = os.path.join(cls.folder, "flows.pcap")
        write_capture(capture)
        cls.lagoond = cls.enterClassContext(Appliance(
            LAGOOND, configuration(f"lg{os.getpid()}-classes", capture),
            lambda argv, **more: subprocess.Popen(argv, **more),
            lambda name: os.path.join(cls.folder, name), "lagoond", "laga"))

    def ask(self, question):
        return telemetry.ask(self.lagoond.prefix, question)

    def test_1_the_rest_loses_and_the_critical_class_does_not(self):
        answer = until(lambda: self.ask("/lagoon/classes,laga"), lambda a: a.get("classes", {}).get("rest", {}).get("queue_full", 0) > 1000)
        voice, rest = answer["classes"]["voice"], answer["classes"]["rest"]
        self.assertGreater(rest["queue_full"], 1000)
        self.assertGreater(voice["out_packets"], 100)
        self.assertEqual(voice["queue_full"], 0)
        self.assertGreaterEqual(rest["highest_packets"], 500)
        for one in (voice, rest):
            # (traffic goes on while the counters are read, one after the other)
            accounted = sum(one[name] for name in ("out_packets", "queue_full", "depth_packets", "taken_back",
                                                   "member_lost", "rate_exceeded", "user_died"))
            self.assertAlmostEqual(one["in_packets"], accounted, delta=max(1000, one["in_packets"] / 20))
        drops = self.ask("/lagoon/lag,laga")["drops"]
        self.assertGreaterEqual(drops["queue_full"], rest["queue_full"])
        self.assertEqual(drops["tx_refused"], 0)

    def test_2_classes_change_while_traffic_flows(self):
        self.lagoond.do("set", "traffic: { shape: true, classes: [{ name: all, limit: 100 }] }")
        answer = until(lambda: self.ask("/lagoon/classes,laga"), lambda a: a.get("classes", {}).get("all", {}).get("out_packets", 0) > 100)
        self.assertEqual(list(answer["classes"]), ["all"])
        self.assertGreater(answer["classes"]["all"]["out_packets"], 100)
        self.assertRaisesRegex(telemetry.TelemetryError, "weight", self.lagoond.do, "set",
                               "traffic: { classes: [{ name: a, weight: 0 }] }")
        self.assertEqual(list(self.ask("/lagoon/classes,laga")["classes"]), ["all"])

    def test_3_without_classes_there_are_no_queues(self):
        self.lagoond.do("set", "traffic: off")
        self.assertRaisesRegex(telemetry.TelemetryError, "no traffic classes", self.ask, "/lagoon/classes,laga")
        before = self.sent()
        deadline = time.monotonic() + PATIENCE_S
        while self.sent() < before + 1000 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertGreater(self.sent(), before + 1000)

    def sent(self):
        return sum(member["traffic"]["tx_packets"] for member in self.lagoond.status()["members"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
