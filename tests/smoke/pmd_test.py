"""The driver net_lagoon in Debian's own dpdk-testpmd, over drivers that need neither hardware nor root.

usage: pmd_test.py BUILD
"""

import os
import re
import shutil
import sys
import unittest

from lab.testpmd import Testpmd

BUILD = os.path.abspath(sys.argv[1])
NULLS = ["net_null0", "net_null1"]
SKIP = 77


def number(text, label):
    return int(re.search(rf"{label}:?\s*(\d+)", text)[1])


class OverNull(unittest.TestCase):
    """net_null gives frames without end and takes all."""

    def start(self, vdevs, options=(), **more):
        return self.enterContext(Testpmd(BUILD, vdevs, options, **more))

    def test_members_in_every_spelling_and_order(self):
        for vdevs in ([*NULLS, "net_lagoon0,mode=0,member=net_null0,slave=net_null1"],
                      ["net_lagoon0,mode=0,member=net_null0,member=net_null1", *NULLS],
                      ["net_null0", "net_lagoon0,mode=2,member=0,member=2,xmit_policy=l34", "net_null1"]):
            with self.subTest(vdevs=vdevs), Testpmd(BUILD, vdevs) as testpmd:
                ports = re.findall(r"Infos for port (\d+)", testpmd.do("show port info all"))
                self.assertEqual(len(ports), 1, "members are owned: the program sees one port")
                info = testpmd.until(f"show port info {ports[0]}", "Link status: up")
                self.assertIn("Driver name: net_lagoon", info)
                self.assertIn("Link speed: 20 Gbps", info)

    def test_it_forwards_and_counts(self):
        testpmd = self.start([*NULLS, "net_lagoon0,mode=0,member=net_null0,member=net_null1"])
        testpmd.until("show port info 2", "Link status: up")
        testpmd.do("start")
        testpmd.until("show port stats 2", r"RX-packets: \d{6}")
        testpmd.do("stop")
        stats, xstats = testpmd.do("show port stats 2"), testpmd.do("show port xstats 2")
        received, sent = number(stats, "RX-packets"), number(stats, "TX-packets")
        self.assertGreater(sent, 0)
        # (io forwarding sends what it received)
        self.assertLessEqual(sent, received)
        self.assertEqual(number(stats, "RX-bytes"), 64 * received)
        by_member = [number(xstats, f"member_net_null{i}_tx_packets") for i in (0, 1)]
        self.assertEqual(sum(by_member), sent)
        self.assertTrue(all(by_member))
        self.assertEqual(number(xstats, "rx_q0_packets"), received)
        for name in ("drop_", "member_net_null0_lacpdu_rx", "lag_distributing_members: 2"):
            self.assertIn(name, xstats)
        testpmd.do("clear port xstats 2")
        self.assertEqual(number(testpmd.do("show port stats 2"), "RX-packets"), 0)
        self.assertEqual(number(testpmd.do("show port xstats 2"), "member_net_null0_tx_packets"), 0)

    def test_four_queues_on_two_lcores(self):
        testpmd = self.start([*NULLS, "net_lagoon0,mode=2,member=net_null0,member=net_null1"],
                             ["--rxq=4", "--txq=4", "--nb-cores=2"])
        testpmd.until("show port info 2", "Link status: up")
        testpmd.do("start")
        for queue in range(4):
            testpmd.until("show port xstats 2", rf"rx_q{queue}_packets: [1-9]")
            testpmd.until("show port xstats 2", rf"tx_q{queue}_packets: [1-9]")
        testpmd.do("stop")

    def test_saturated_members_have_even_shares_whatever_the_burst(self):
        members = [f"net_null{i}" for i in range(3)]
        testpmd = self.start([*members, ",".join(["net_lagoon0", "mode=2", *(f"member={member}" for member in members)])])
        testpmd.until("show port info 3", "Link status: up")
        testpmd.do("set fwd rxonly")
        for burst in (1, 4, 32, 64, 512):
            testpmd.do(f"set burst {burst}")
            testpmd.do("clear port xstats 3")
            testpmd.do("start")
            testpmd.until("show port stats 3", r"RX-packets: \d{5}")
            testpmd.do("stop")
            shown = testpmd.do("show port xstats 3")
            received = [number(shown, f"member_{member}_rx_packets") for member in members]
            print(f"    bursts of {burst}: {received}", flush=True)
            even = sum(received) / len(received)
            self.assertTrue(all(abs(each - even) <= even / 10 for each in received), received)

    def test_the_link_goes_down_and_up(self):
        testpmd = self.start([*NULLS, "net_lagoon0,mode=0,member=net_null0,member=net_null1"])
        testpmd.until("show port info 2", "Link status: up")
        testpmd.do("set link-down port 2")
        testpmd.until("show port info 2", "Link status: down")
        testpmd.do("set link-up port 2")
        testpmd.until("show port info 2", "Link status: up")
        self.assertIn("Port 2: link state change event", testpmd.text)

    def test_it_comes_and_goes_while_the_program_runs(self):
        testpmd = self.start(NULLS)
        self.assertIn("Done", testpmd.do("port attach net_lagoon9,mode=1,member=net_null0,member=net_null1"))
        testpmd.do("port start 2")
        testpmd.until("show port info 2", "Link status: up")
        testpmd.do("port stop 2")
        testpmd.do("port close 2")
        self.assertIn("Infos for port 0", testpmd.do("show port info all"), "members are free again")

    def test_it_stops_and_starts_again(self):
        testpmd = self.start([*NULLS, "net_lagoon0,mode=0,member=net_null0,member=net_null1"])
        for _ in range(2):
            testpmd.do("port stop 2")
            testpmd.do("port config mtu 2 1400")
            testpmd.do("port start 2")
            info = testpmd.until("show port info 2", "Link status: up")
            self.assertIn("MTU: 1400", info)
        self.assertEqual(testpmd.quit(), 0)

    def test_its_address_changes_while_it_runs(self):
        testpmd = self.start([*NULLS, "net_lagoon0,mode=2,member=net_null0,member=net_null1"])
        testpmd.until("show port info 2", "Link status: up")
        testpmd.do("start")
        for address in ("02:00:00:00:00:77", "02:00:00:00:00:78"):
            testpmd.do(f"mac_addr set 2 {address}")
            self.assertIn(f"MAC address: {address}", testpmd.do("show port info 2"))
        testpmd.until("show port stats 2", r"TX-packets: \d{5}")
        testpmd.do("stop")
        # It is kept when the port is started again.
        testpmd.do("port stop 2")
        testpmd.do("port start 2")
        self.assertIn("MAC address: 02:00:00:00:00:78", testpmd.until("show port info 2", "Link status: up"))

    def test_a_member_that_is_pulled_out_leaves_the_lag(self):
        testpmd = self.start([*NULLS, "net_lagoon0,mode=0,member=net_null0,member=net_null1"])
        testpmd.until("show port info 2", "Link status: up")
        testpmd.do("start")
        testpmd.do("device detach net_null1")
        # (it stops distributing first, and is gone when nobody serves it)
        self.assertIn("lag_distributing_members: 1", testpmd.until("show port xstats 2", "lag_members: 1\\b"))
        self.assertNotIn("member_net_null1", testpmd.do("show port xstats 2"))
        before = number(testpmd.do("show port stats 2"), "TX-packets")
        testpmd.until("show port stats 2", rf"TX-packets: (?!{before}\b)")
        testpmd.do("stop")
        self.assertEqual(testpmd.quit(), 0)

    def test_mistakes_are_named(self):
        for devargs, words in (("mode=9,member=net_null0", "mode=9"), ("membr=net_null0", "did you mean 'member'"),
                               ("mode=0,member=net_null7", "member net_null7: there is no such port")):
            with self.subTest(devargs=devargs):
                testpmd = Testpmd(BUILD, [*NULLS, f"net_lagoon0,{devargs}"])
                try:
                    with testpmd:
                        pass
                except RuntimeError:
                    pass  # (testpmd ends where a port can't be configured)
                self.assertIn(words, testpmd.text)


if __name__ == "__main__":
    if shutil.which("dpdk-testpmd") is None:
        print("dpdk-testpmd is not installed (package dpdk-dev)")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
