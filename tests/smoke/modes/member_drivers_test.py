"""LAGs of members of every driver that needs no NIC (docs/members.md): they agree, TCP and fragments come through whole, a
link that is lost is noticed, long frames pass.

usage: member_drivers_test.py LAGOOND [DRIVER ..]       Needs root. LAGOON_LONG=1: each driver in each mode, 10 MB, IPv4 fragments
"""

import os
import sys
import unittest

from lab.two_ends import DRIVERS, ECHOES, HOSTS_V6, LINKS, TwoEnds
from lab.waiting import wait_for

LAGOOND = os.path.abspath(sys.argv[1])
LONG = os.environ.get("LAGOON_LONG") == "1"
MODES = {"lacp": {"mode": "lacp", "hash": "l3+4", "lacp": {"rate": "fast"}},
         "active-backup": {"mode": "active-backup"},
         "balance-xor": {"mode": "balance-xor", "hash": "l3+4"}}
WANTED = [word for word in sys.argv[2:] if word in DRIVERS] or list(DRIVERS)
# In a short run each driver in one mode.
SHORT = dict(zip(DRIVERS, ("lacp", "lacp", "balance-xor", "active-backup", "balance-xor", "lacp", "active-backup", "lacp")))
OCTETS = 10_000_000 if LONG else 1_000_000
JUMBO = 9000
LONG_FRAMES = ("net_af_packet", "net_pcap", "net_memif")  # (a net_tap takes 1504, and a wire has no MTU)
FRAGMENTED = 4000
# (net_pcap for the ports to the hosts joins nothing; net_af_packet does so with IPv4)
ACCESS = "net_pcap" if LONG else "net_af_packet"
JOINED = ("net_af_packet", "net_af_xdp", "net_pcap", "net_tap")  # (the far end of these is a net_af_packet)
# What a driver tells of a link at once or within the monitor's interval; LACP's silence would take 3 s.
NOTICED_S = 2.5


class MemberDrivers(unittest.TestCase):
    def carries(self, ends, octets, what):
        seconds, same = ends.transfer(octets)
        self.assertTrue(same, f"{what}: TCP did not come through whole")
        return seconds

    def goes_well(self, driver, mode):
        with TwoEnds(LAGOOND, driver, MODES[mode], access=ACCESS) as ends:
            converged = ends.converge()
            self.assertIsNotNone(converged, f"{ends.members('a')}\n{ends.members('b')}\n{ends.near.log_end()}")
            passed = self.carries(ends, OCTETS, "both members")
            in_fragments = self.fragments(ends)
            ends.cut(0)
            noticed = wait_for(lambda: ends.working() == [LINKS - 1], NOTICED_S, 0.01)
            self.assertIsNotNone(noticed, f"nothing was noticed: {ends.members('a')}")
            self.carries(ends, OCTETS // 10, "the member that is left")
        print(f"    {driver}, {mode}: agreed after {converged:.2f} s, {OCTETS * 2 / 1e6:.0f} MB by TCP in {passed:.2f} s, "
              f"loss noticed after {noticed * 1000:.0f} ms; of {ECHOES} echoes in fragments {in_fragments}", flush=True)

    def fragments(self, ends):
        """The kernel joins those of IPv4 in front of a net_af_packet, and never those of IPv6."""
        whole_v6 = ends.fragments(FRAGMENTED, HOSTS_V6)
        self.assertEqual(whole_v6, ECHOES, ends.near.log_end())
        if not LONG:
            return f"IPv6 {whole_v6}"
        whole = ends.fragments(FRAGMENTED)
        self.assertEqual(whole, 0 if ends.driver in JOINED else ECHOES, ends.near.log_end())
        return f"IPv4 {whole}, IPv6 {whole_v6}"

    def test_agree_carry_and_notice(self):
        for driver in WANTED:
            for mode in MODES if LONG else (SHORT[driver],):
                with self.subTest(driver=driver, mode=mode):
                    self.goes_well(driver, mode)

    def test_long_frames(self):
        for driver in filter(LONG_FRAMES.__contains__, WANTED):
            with self.subTest(driver=driver), TwoEnds(LAGOOND, driver, MODES["balance-xor"], JUMBO) as ends:
                self.assertIsNotNone(ends.converge(), ends.near.log_end())
                self.assertTrue(ends.ping(JUMBO - 28), f"9,000 octets do not pass:\n{ends.near.log_end()}")
                print(f"    {driver}: 9,000 octets pass", flush=True)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *(word for word in sys.argv[2:] if word not in DRIVERS)], verbosity=2)
