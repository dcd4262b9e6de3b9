"""One member of three is hostile: a device that delivers the same frames again and again, as fast as they are taken.
The others, their Partner, a second LAG and the operator are to notice nothing. Needs no root.

usage: hostile_member_test.py LAGOOND
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import unittest

from lab import octets, pcap
from lab.octets import Info
from lab.waiting import until
from stage import telemetry
from stage.lagoond import Appliance, eal_section

LAGOOND = os.path.abspath(sys.argv[1])
FLOOD_S = float(os.environ.get("LAGOON_FLOOD_S", "5"))
GAP_MAX_MS = 1500
ANSWER_MAX_S = 1.0
IN_FLIGHT = 4096
PARTNER = bytes.fromhex("020000000b01")
OURS = bytes.fromhex("020000000a01")
ATTACKER = bytes.fromhex("020000006666")


def slow(payload):
    return octets.frame(ATTACKER, payload)


def replayed():
    """What the Partner says on the first member, word for word."""
    return [slow(octets.lacpdu(Info(32768, PARTNER, 15, 32768, 1, octets.UP), Info(32768, OURS, 15, 32768, 1, octets.UP)))]


def forged():
    chance = random.Random(7)
    return [slow(octets.lacpdu(Info(chance.randrange(3), bytes([2]) + chance.randbytes(5), chance.randrange(1, 4), 1,
                                    chance.randrange(1, 4), octets.UP), Info(32768, OURS, 15, 32768, 3, octets.UP)))
            for _ in range(200)]


def markers():
    return [slow(octets.marker(1, PARTNER, number)) for number in range(100)]


def junk():
    chance = random.Random(8)
    return [slow(chance.randbytes(chance.randrange(1, 200))) for _ in range(200)]


class HostileMember(unittest.TestCase):
    def lagoond(self, flood, **lacp):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        os.environ["XDG_RUNTIME_DIR"] = self.folder
        self.path = lambda name: os.path.join(self.folder, name)
        pcap.write(self.path("flood.pcap"), flood)
        pcap.write(self.path("flows.pcap"), [pcap.udp(1000 + i, octets=100) for i in range(64)])
        hostile = f"net_pcap1,rx_pcap={self.path('flood.pcap')},infinite_rx=1"

        def lag(name, last, wires, more=(), **options):
            return {"name": name, "mac": f"02:00:00:00:0{last}:01", "hash-seed": 1,
                    "lacp": {"rate": "fast", "aggregate-wait": "200ms", **options},
                    "members": [*more, *({"wire": wire, "name": wire} for wire in wires)]}
        # (the best port is the hostile one)
        bad = {"dev": hostile, "name": "bad", "lacp": {"port-priority": 1, "port-number": 9}}
        config = {"eal": eal_section(f"lg{os.getpid()}-hostile", memory="320M"), "journal": self.path("journal"),
                  "ports": [{"name": "lan", "dev": f"net_pcap0,rx_pcap={self.path('flows.pcap')},infinite_rx=1"},
                            *({"name": f"p{i}", "dev": f"net_null{i},no-rx=1"} for i in range(3))],
                  "lags": [lag("laga", "a", ("w0", "w1"), (bad,), **lacp), lag("lagb", "b", ("w0", "w1")),
                           lag("lagc", "c", ("w2",)), lag("lagd", "d", ("w2",))],
                  "forward": [["lan", "laga"], ["lagb", "p0"], ["p1", "lagc"], ["lagd", "p2"]]}
        return self.enterContext(Appliance(LAGOOND, config, subprocess.Popen, self.path, "hostile", "laga"))

    def status(self, lagoond, lag):
        begun = time.monotonic()
        value = json.loads(telemetry.whole_text(lagoond.prefix, f"/lagoon/view,{lag},json"))
        self.slowest = max(self.slowest, time.monotonic() - begun)
        return {member["name"]: member for member in value["members"]}, value

    def others(self, lagoond):
        """Of all LAGs."""
        return [member for lag in ("laga", "lagb", "lagc", "lagd")
                for name, member in self.status(lagoond, lag)[0].items() if name != "bad"]

    def resident_kb(self, lagoond):
        with open(f"/proc/{lagoond.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))

    def survive(self, flood, **lacp):
        self.slowest = 0.0
        lagoond = self.lagoond(flood, **lacp)
        self.assertTrue(until(lambda: all(m["distributing"] for m in self.others(lagoond)), patience=15),
                        f"the LAGs do not come up beside a flood\n{lagoond.view('table')}")
        before, resident = self.others(lagoond), self.resident_kb(lagoond)
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
        print(f"    gap {gap:.0f} ms, slowest answer {self.slowest * 1000:.0f} ms, {sent} frames sent, {sent - came} under "
              f"way, journal {os.path.getsize(self.path('journal'))} octets, resident {self.resident_kb(lagoond) - resident:+} "
              f"kB, {bad['bad']['lacpdus_dropped']} LACPDUs dropped, {bad['bad']['why_out']}", flush=True)
        self.assertLessEqual(gap, GAP_MAX_MS)
        self.assertLessEqual(self.slowest, ANSWER_MAX_S)
        self.assertGreater(sent, 0)
        self.assertLess(sent - came, IN_FLIGHT)
        self.assertLess(os.path.getsize(self.path("journal")), 100_000)
        self.assertLess(self.resident_kb(lagoond) - resident, 2048)
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
        self.is_held_out(*self.survive(replayed()))

    def test_forged_lacpdus_on_the_best_port(self):
        self.is_held_out(*self.survive(forged(), select="port-priority"))

    def test_forged_lacpdus_where_the_bandwidth_counts(self):
        self.is_held_out(*self.survive(forged(), select="bandwidth"))

    def test_markers(self):
        bad, value = self.survive(markers())
        self.assertFalse(bad["flooded"])
        self.assertGreater(value["drops"]["marker_above_rate"] + value["drops"]["punt_ring_full"], 1000)

    def test_junk_of_the_slow_protocols(self):
        self.survive(junk())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=1)
