"""net_lagoon in dpdk-testpmd with three members, one of which is hostile: it delivers the same frames without end, as fast
as they are taken. The Partner of the others, a lagoond, keeps its links, and frames pass.

usage: pmd_hostile_test.py BUILD        exit code 77: namespaces cannot be made here
                                        LAGOON_FLOOD_S=60: how long each flood lasts; LAGOON_LONG=1: every flood;
                                        LAGOON_FLOODS="junk arp": these
"""

import json
import os
import shutil
import sys
import time
import unittest

from lab import hostile, pcap, retries
from lab.pmd import OURS, losses, ping, set_stage

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
LONG = os.environ.get("LAGOON_LONG") == "1"
FLOOD_S = float(os.environ.get("LAGOON_FLOOD_S", "60" if LONG else "2"))
GAP_MAX_MS = 1500
RESIDENT_MAX_KB = 2048
PINGS = 20  # as many as ping() sends
FLOODS = os.environ.get("LAGOON_FLOODS", " ".join(hostile.FLOODS) if LONG else "replayed arp").split()


def members_of(partner):
    return json.loads(partner.status())["members"]


class Hostile(unittest.TestCase):
    def survive(self, flood):
        path = hostile.folder_of(self)
        pcap.write(path("flood.pcap"), hostile.FLOODS[flood]())
        stage, partner, testpmd = set_stage(
            self, BUILD, f"{OURS},member=net_pcap3", vdevs=[f"net_pcap3,rx_pcap={path('flood.pcap')},infinite_rx=1"])
        before, resident, gap = losses(partner), hostile.resident_kb(testpmd.pid), 0
        ends = time.monotonic() + FLOOD_S
        while time.monotonic() < ends:
            for member in members_of(partner):
                self.assertTrue(member["distributing"] and member["collecting"], member["name"])
                gap = max(gap, member["lacp"]["since_received_ms"])
            time.sleep(0.05)
        pings = ping(stage)
        if pings < PINGS:  # (a machine with other work to do may lose one)
            retries.tell(flood, 2, f"{pings} of {PINGS} pings")
            pings = ping(stage)
        grown = hostile.resident_kb(testpmd.pid) - resident
        print(f"    {flood}: gap {gap:.0f} ms, {pings} of {PINGS} pings, resident {grown:+} kB", flush=True)
        self.assertLessEqual(gap, GAP_MAX_MS)
        self.assertEqual(losses(partner), before)
        self.assertEqual(pings, PINGS, testpmd.do("show port xstats all"))
        self.assertLess(grown, RESIDENT_MAX_KB)
        self.doCleanups()

    def test_its_floods_harm_no_other_member(self):
        for flood in FLOODS:
            with self.subTest(flood=flood):
                self.survive(flood)


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("dpdk-testpmd") is None:
        print("network namespaces take root, and dpdk-testpmd the package dpdk-dev")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
