"""One member of three is hostile: it delivers the same frames again and again, as fast as they are taken. The others,
their Partner, a second LAG and the operator are to notice nothing.

usage: hostile_member_test.py LAGOOND      LAGOON_FLOOD_S=60: how long each flood lasts
                                           LAGOON_LONG=1: every flood by every carrier (the two that need root too)
"""

import json
import os
import sys
import time
import unittest

from lab import hostile, pcap
from lab.waiting import until
from stage import netns, telemetry
from stage.lagoond import Appliance, eal_section
from stage.stage import Stage

LAGOOND = os.path.abspath(sys.argv[1])
LONG = os.environ.get("LAGOON_LONG") == "1"
FLOOD_S = float(os.environ.get("LAGOON_FLOOD_S", "60" if LONG else "2"))
GAP_MAX_MS = 1500
ANSWER_MAX_S = 1.0
RESIDENT_MAX_KB = 2048
JOURNAL_MAX = 100_000
IN_FLIGHT = 4096
HOST = "10.77.9.2"  # whom the monitor asks for
OTHER_LAGS = ("lagb", "lagc", "lagd")


class HostileMember(unittest.TestCase):
    def lagoond(self, source, path, **lacp):
        self.path = path
        pcap.write(path("flows.pcap"), [pcap.udp(1000 + i, octets=100) for i in range(64)])

        def lag(name, last, wires, more=(), **options):
            return {"name": name, "mac": f"02:00:00:00:0{last}:01", "hash-seed": 1,
                    "lacp": {"rate": "fast", "aggregate-wait": "200ms", **options},
                    "members": [*more, *({"wire": wire, "name": wire} for wire in wires)]}
        # (the best port is the hostile one)
        bad = {**source.member, "name": "bad", "lacp": {"port-priority": 1, "port-number": 9}}
        config = {"eal": eal_section(f"lg{os.getpid()}-hostile", memory="320M"), "journal": path("journal"),
                  "ports": [{"name": "lan", "dev": f"net_pcap0,rx_pcap={path('flows.pcap')},infinite_rx=1"},
                            *({"name": f"p{i}", "dev": f"net_null{i},no-rx=1"} for i in range(3)), *source.ports],
                  "lags": [lag("laga", "a", ("w0", "w1"), (bad,), **lacp), lag("lagb", "b", ("w0", "w1")),
                           lag("lagc", "c", ("w2",)), lag("lagd", "d", ("w2",))],
                  "forward": [["lan", "laga"], ["lagb", "p0"], ["p1", "lagc"], ["lagd", "p2"], *source.forward]}
        return self.enterContext(Appliance(LAGOOND, config, source.popen, path, "hostile", "laga", cables_are_right=False))

    def status(self, lagoond, lag):
        begun = time.monotonic()
        value = json.loads(telemetry.whole_text(lagoond.prefix, f"/lagoon/view,{lag},json"))
        self.slowest = max(self.slowest, time.monotonic() - begun)
        return {member["name"]: member for member in value["members"]}, value

    def others(self, lagoond):
        """Of all LAGs."""
        return [member for lag in ("laga", *OTHER_LAGS)
                for name, member in self.status(lagoond, lag)[0].items() if name != "bad"]

    def taken(self, lagoond):
        """How many frames the hostile member has brought: handed on, or dropped by name."""
        members, value = self.status(lagoond, "laga")
        return members["bad"]["traffic"]["rx_packets"] + sum(value["drops"].values())

    def survive(self, flood, carrier="pcap", **lacp):
        self.slowest = 0.0
        path = hostile.folder_of(self)
        source = self.enterContext(hostile.Source(carrier, hostile.FLOODS[flood](), path))
        lagoond = self.lagoond(source, path, **lacp)
        source.start(LAGOOND)
        self.assertTrue(until(lambda: all(m["distributing"] for m in self.others(lagoond)), patience=15),
                        f"the LAGs do not come up beside a flood\n{lagoond.view('table')}")
        before, resident = self.others(lagoond), hostile.resident_kb(lagoond.pid)
        begun = self.taken(lagoond)
        self.slowest = gap = 0
        ends = time.monotonic() + FLOOD_S
        while time.monotonic() < ends:
            for member in self.others(lagoond):
                self.assertTrue(member["distributing"] and member["collecting"], member["name"])
                gap = max(gap, member["lacp"]["since_received_ms"])
            time.sleep(0.05)
        after = self.others(lagoond)
        for old, new in zip(before, after):
            for counter in ("expirations", "selected_changes"):
                self.assertEqual(new["lacp"]["counters"][counter], old["lacp"]["counters"][counter], new["name"])
            self.assertEqual(new["link_failures"], old["link_failures"])
        # (what was sent is read first: what comes meanwhile makes it no loss)
        near, _ = self.status(lagoond, "laga")
        far, _ = self.status(lagoond, "lagb")
        sent, came = (sum(members[wire]["traffic"][count] for wire in ("w0", "w1"))
                      for members, count in ((near, "tx_packets"), (far, "rx_packets")))
        bad, value = self.status(lagoond, "laga")
        grown = hostile.resident_kb(lagoond.pid) - resident
        journal = os.path.getsize(self.path("journal"))
        flooded = self.taken(lagoond) - begun
        print(f"    {flood} by {carrier}: {flooded} frames in {FLOOD_S:.0f} s, gap {gap:.0f} ms, slowest answer "
              f"{self.slowest * 1000:.0f} ms, {sent} frames sent, {sent - came} under way, journal {journal} octets, resident "
              f"{grown:+} kB, {bad['bad']['lacpdus_dropped']} LACPDUs dropped, {bad['bad']['why_out']}", flush=True)
        self.assertGreater(flooded, 1000 * FLOOD_S, "that is no flood")
        self.assertLessEqual(gap, GAP_MAX_MS)
        self.assertLessEqual(self.slowest, ANSWER_MAX_S)
        self.assertGreater(sent, 0)
        self.assertLess(sent - came, IN_FLIGHT)
        self.assertLess(journal, JOURNAL_MAX)
        self.assertLess(grown, RESIDENT_MAX_KB)
        return bad["bad"], value

    def is_held_out(self, bad, value):
        self.assertTrue(bad["flooded"])
        self.assertGreater(bad["lacpdus_dropped"], 1000)
        self.assertGreaterEqual(bad["hold_outs"], 1)
        self.assertIn("held out for", bad["why_out"])
        self.assertEqual(value["drops"]["lacpdu_flood"], bad["lacpdus_dropped"])
        with open(self.path("journal"), encoding="utf-8") as journal:
            said = journal.read()
        self.assertRegex(said, r"laga #\d+ bad: flood .*flooded.*: lacpdu; \d+ LACPDUs in a second above the 10")
        self.assertRegex(said, r"laga #\d+ bad: hold_out .*held_out: flood; for \d+ s")

    def test_the_partners_own_lacpdu(self):
        self.is_held_out(*self.survive("replayed"))

    def test_forged_lacpdus_on_the_best_port(self):
        self.is_held_out(*self.survive("forged", select="port-priority"))

    def test_forged_lacpdus_where_the_bandwidth_counts(self):
        self.is_held_out(*self.survive("forged", select="bandwidth"))

    def test_markers(self):
        bad, value = self.survive("markers")
        self.assertFalse(bad["flooded"])
        self.assertGreater(value["drops"]["marker_above_rate"] + value["drops"]["punt_ring_full"], 1000)

    def test_junk_of_the_slow_protocols(self):
        self.survive("junk")

    def test_a_ring_of_the_same_process(self):
        self.is_held_out(*self.survive("replayed", "ring"))

    @unittest.skipUnless(os.geteuid() == 0, "interfaces of the kernel take root")
    def test_a_kernel_interface(self):
        self.is_held_out(*self.survive("replayed", "af_packet"))

    @unittest.skipUnless(os.geteuid() == 0, "a tap takes root")
    def test_a_tap(self):
        self.is_held_out(*self.survive("replayed", "tap"))

    @unittest.skipUnless(os.geteuid() == 0, "hosts that answer take root")
    def test_arp_while_the_monitor_asks(self):
        """The hosts behind two wires are one bridge of the kernel's, which answers the monitor's requests."""
        path = hostile.folder_of(self)
        stage = self.enterContext(Stage(1))
        for flood in ("arp", "ns", "reports", "replayed") if LONG else ("arp",):
            source = self.enterContext(hostile.Source("pcap", hostile.FLOODS[flood](), path))
            lag = {"name": "laga", "mode": "active-backup", "mac": "02:00:00:00:0a:01", "arp-interval": "100ms",
                   "arp-ip-target": [HOST], "members": [{"wire": "w0", "name": "w0"}, {"wire": "w1", "name": "w1"},
                                                        {**source.member, "name": "bad"}]}
            config = {"eal": eal_section(f"lg{os.getpid()}-hostile"), "journal": path("journal"),
                      "ports": [{"name": "lan", "dev": "net_null0,no-rx=1"},
                                *({"name": f"e{i}", "wire": f"w{i}"} for i in range(2)),
                                *({"name": f"h{i}", "tap": f"h{i}"} for i in range(2))],
                      "lags": [lag], "forward": [["lan", "laga"], ["e0", "h0"], ["e1", "h1"]]}
            with self.subTest(flood=flood), Appliance(LAGOOND, config, stage.popen_net, path, "hostile", "laga",
                                                      cables_are_right=False) as lagoond:
                netns.ip_batch(stage.net, ["link add br0 type bridge", f"addr add {HOST}/24 dev br0", "link set br0 up",
                                           *(f"link set h{i} master br0 up" for i in range(2))])
                self.slowest = 0.0
                self.assertTrue(until(lambda: self.active(lagoond) == "w0", patience=5), lagoond.view("table"))
                before = self.status(lagoond, "laga")[0]
                ends = time.monotonic() + FLOOD_S
                while time.monotonic() < ends:
                    self.assertEqual(self.active(lagoond), "w0")
                    time.sleep(0.05)
                after = self.status(lagoond, "laga")[0]
                for name in ("w0", "w1"):
                    self.assertEqual(after[name]["link_failures"], before[name]["link_failures"], name)
                    self.assertTrue(after[name]["works"], name)
                self.assertLessEqual(self.slowest, ANSWER_MAX_S)
                self.assertLess(os.path.getsize(path("journal")), JOURNAL_MAX)
            netns.ip_batch(stage.net, ["link del br0"])

    def active(self, lagoond):
        return next((name for name, member in self.status(lagoond, "laga")[0].items() if member["active"]), None)

    @unittest.skipUnless(LONG, "minutes")
    def test_every_flood_by_every_carrier(self):
        for carrier in hostile.CARRIERS if os.geteuid() == 0 else hostile.ROOTLESS:
            for flood in hostile.FLOODS:
                with self.subTest(carrier=carrier, flood=flood):
                    self.survive(flood, carrier)
                    self.doCleanups()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=1)
