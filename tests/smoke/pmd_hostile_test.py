"""net_lagoon in dpdk-testpmd with three members, one of which is hostile: it delivers the same frames without end, as fast
as they are taken. The Partner of the others, a lagoond, keeps its links, and frames pass; two more LAGs of the same program,
which are each other's Partner, notice nothing.

usage: pmd_hostile_test.py BUILD        exit code 77: namespaces cannot be made here
                                        LAGOON_FLOOD_S=60: how long each flood lasts; LAGOON_LONG=1: every flood by every
                                        carrier; LAGOON_FLOODS="junk arp", LAGOON_CARRIERS="tap": these

There is no ring among the carriers: arguments of net_ring can't make two ends of one ring in one process.
"""

import json
import os
import re
import shutil
import sys
import time
import unittest

from lab import hostile, pcap, retries
from lab.pmd import OURS, PORTS, losses, ping, set_stage
from lab.waiting import until
from stage import netns

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
LONG = os.environ.get("LAGOON_LONG") == "1"
FLOOD_S = float(os.environ.get("LAGOON_FLOOD_S", "60" if LONG else "2"))
GAP_MAX_MS = 1500
RESIDENT_MAX_KB = 2048
# Of the LAGs that have no hostile member.
UNTOUCHED = ("lacp_expirations", "link_failures", "lacp_selected_changes")
PINGS = 20  # as many as ping() sends
FLOODS = os.environ.get("LAGOON_FLOODS", " ".join(hostile.FLOODS) if LONG else "replayed arp").split()


LAGOOND = os.path.join(BUILD, "app", "lagoond")
# Some floods by some carriers, where not all are asked for.
USUAL = (("pcap", "replayed"), ("pcap", "arp"))
CARRIERS = os.environ.get("LAGOON_CARRIERS", "pcap af_packet tap").split()
TRIALS = [(carrier, flood) for carrier in CARRIERS for flood in FLOODS] if LONG or "LAGOON_CARRIERS" in os.environ else USUAL
TWINS = ["net_af_packet8,iface=tw0", "net_af_packet9,iface=tw1", "net_lagoon1,mode=4,rate=fast,member=net_af_packet8",
         "net_lagoon2,mode=4,rate=fast,member=net_af_packet9"]


def members_of(partner):
    return json.loads(partner.status())["members"]


def counted(testpmd, port, name):
    return int(re.search(rf"^{name}: (\d+)", testpmd.do(f"show port xstats {port}"), re.M)[1])


class Way:
    """How a flood reaches the member `name`: `vdevs` of testpmd, after PORTS, and what begins it."""

    def __init__(self, carrier, flood, path):
        self._carrier, self._path = carrier, path
        pcap.write(path("flood.pcap"), hostile.FLOODS[flood]())
        self._device = f"net_pcap7,rx_pcap={path('flood.pcap')},infinite_rx=1"
        self.vdevs = {"pcap": [self._device], "af_packet": ["net_af_packet7,iface=bad0"], "tap": ["net_tap7,iface=bad0"]}[carrier]
        self.name = self.vdevs[0].partition(",")[0]

    def prepare(self, stage):
        lines = ["link add tw0 type veth peer name tw1", "link set tw0 arp off up", "link set tw1 arp off up"]
        if self._carrier == "af_packet":
            lines += [f"link add bad0 type veth peer name bad1 netns {stage.par}", "link set bad0 arp off up"]
        netns.ip_batch(stage.net, lines)
        netns.plain_frames(stage.net, ["tw0", "tw1"])
        if self._carrier == "af_packet":
            netns.ip_batch(stage.par, ["link set bad1 arp off up"])

    def begin(self, test, stage):
        if self._carrier == "tap":
            test.enterContext(hostile.flooder(LAGOOND, self._path, stage.popen_net, self._device, "bad0"))
        elif self._carrier == "af_packet":
            test.enterContext(hostile.flooder(LAGOOND, self._path, stage.popen_partner, self._device, "bad1"))


class Hostile(unittest.TestCase):
    def survive(self, carrier, flood):
        way = Way(carrier, flood, hostile.folder_of(self))
        bond = len(PORTS) + len(way.vdevs) + len(TWINS)
        stage, partner, testpmd = set_stage(self, BUILD, f"{OURS},member={way.name}", vdevs=[*way.vdevs, *TWINS],
                                            prepare=way.prepare)
        twins = (bond - 2, bond - 1)

        def of_twins(what):
            return [counted(testpmd, port, f"member_net_af_packet{member}_{what}") for port, member in zip(twins, (8, 9))]

        def taken():
            drops = re.findall(r"^drop_\w+: (\d+)", testpmd.do(f"show port xstats {bond}"), re.M)
            return sum(map(int, drops)) + counted(testpmd, bond, f"member_{way.name}_rx_packets")
        self.assertTrue(until(lambda: of_twins("distributing") == [1, 1]), testpmd.do(f"show port xstats {twins[0]}"))
        came = taken()
        way.begin(self, stage)
        before, resident, gap = losses(partner), hostile.resident_kb(testpmd.pid), 0
        twins_before = [of_twins(count) for count in UNTOUCHED]
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
        came = taken() - came
        print(f"    {flood} by {carrier}: {came} frames, gap {gap:.0f} ms, {pings} of {PINGS} pings, resident {grown:+} kB",
              flush=True)
        self.assertLessEqual(gap, GAP_MAX_MS)
        self.assertEqual(losses(partner), before)
        self.assertEqual([of_twins(count) for count in UNTOUCHED], twins_before)
        self.assertEqual(of_twins("distributing"), [1, 1])
        self.assertEqual(pings, PINGS, testpmd.do("show port xstats all"))
        self.assertGreater(came, 1000 * FLOOD_S, "that is no flood")
        self.assertLess(grown, RESIDENT_MAX_KB)

    def test_its_floods_harm_no_other_member(self):
        for carrier, flood in TRIALS:
            with self.subTest(carrier=carrier, flood=flood):
                try:
                    self.survive(carrier, flood)
                finally:
                    self.doCleanups()


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("dpdk-testpmd") is None:
        print("network namespaces take root, and dpdk-testpmd the package dpdk-dev")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
