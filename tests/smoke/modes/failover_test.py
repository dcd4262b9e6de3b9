"""active-backup: what is lost, what is announced and how often, and who carries which address.

usage: failover_test.py BUILD [--end linux]
"""

import sys
import time

from lab.capture import Capture
from lab.case import Case, main, tries
from lab.waiting import wait_for

RATE = 10000
LOST_MAX = 50
NUM_GRAT_ARP = 3
RESEND_IGMP = 2
GROUP = "239.77.1.2"
JOIN = ("import socket,sys,time; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); "
        "s.setsockopt(socket.IPPROTO_IP,socket.IP_ADD_MEMBERSHIP,"
        "socket.inet_aton(sys.argv[1])+socket.inet_aton(sys.argv[2])); time.sleep(600)")
# The kernel repeats a report of its own within a second (RFC 3376 8.11).
KERNELS_OWN_REPORTS_S = 2.5


class ActiveBackup(Case):
    partner = "switch"
    partner_options = {"clients": 1}
    tap = True

    @tries
    def test_loses_little_and_tells_everyone(self):
        self.far.forget()
        client = self.far.clients[0]
        self.end.start("active-backup", bond_options=f"miimon 10 num_grat_arp {NUM_GRAT_ARP} resend_igmp {RESEND_IGMP}",
                       num_grat_arp=NUM_GRAT_ARP, resend_igmp=RESEND_IGMP)
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(3)), 10), "not all members work")
        member = self.end.popen([sys.executable if self.is_lagoon else "/usr/bin/python3", "-c", JOIN, GROUP,
                                 self.end.ip], self.stage.path("join"))
        stream = self.stream(client, RATE)
        time.sleep(KERNELS_OWN_REPORTS_S)
        active = self.end.active()
        with Capture(self.stage.net, [link.middle[0] for link in self.stage.links]) as capture:
            at = self.stage.links[active].pull()
            time.sleep(2.5)
        taker = self.end.active()
        outcome = stream.stop()
        member.terminate()
        member.wait(timeout=5)
        self.say(outcome.words())
        lost = outcome.lost([at])
        self.say("lost before and after the failure, out:", lost["out"], "in:", lost["in"])
        announced = [a for a in capture.arps(at) if a.gratuitous and a.sender_ip == self.end.ip]
        reports = capture.igmp(at)
        self.say("announced after, ms:", [f"{(a.frame.at_ns - at) / 1e6:.0f}" for a in announced],
                 "reports after, ms:", [f"{(f.at_ns - at) / 1e6:.0f}" for f in reports])
        self.assertNotEqual(taker, active)
        interface = self.stage.links[taker].middle[0]
        if self.is_lagoon:  # (a guest under this load drops one of its own at times)
            self.assertEqual([a.frame.interface for a in announced], [interface] * NUM_GRAT_ARP)
            self.assertEqual({a.sender_mac for a in announced}, {self.end.lag_mac()})
            self.assertEqual([f.interface for f in reports], [interface] * RESEND_IGMP)
        for way in ("out", "in"):
            self.assertEqual(outcome.counts(way)["duplicated"], 0)
        if self.is_lagoon:
            self.figure(outcome.counts("out")["reordered"] == 0, "frames were reordered")
            self.figure(lost["out"][1] <= LOST_MAX, f"{lost['out'][1]} of {RATE} frames/s lost, more than {LOST_MAX}")
        self.end.stop()

    def _with_fail_over_mac(self, rule):
        """Gives the addresses before and after a failure, of the LAG and of its members."""
        self.far.forget()
        client = self.far.clients[0]
        client.output_of(["ip", "neigh", "flush", "all"])
        own = [f"02:00:00:00:0a:0{i + 1}" for i in range(3)]
        self.end.start("active-backup", bond_options=f"miimon 10 fail_over_mac {rule}", fail_over_mac=rule)
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(3)), 10), "not all members work")
        self.assertEqual(self.end.active(), 0)
        client.output_of(["ping", "-c", "2", "-i", "0.1", "-W", "1", self.end.ip])
        before = self._addresses()
        self.assertEqual(client.neighbour(self.end.ip), before[0])
        self.stage.links[0].pull()
        self.assertIsNotNone(wait_for(lambda: self.end.active() not in (0, None), 2), "no other member is active")
        time.sleep(1.2)  # (a neighbour does not believe two changes within a second)
        client.output_of(["ping", "-c", "3", "-i", "0.1", "-W", "1", self.end.ip])
        after, active = self._addresses(), self.end.active()
        self.say(f"fail-over-mac {rule}: before {before}, after, {active} being active: {after}")
        self.assertEqual(client.neighbour(self.end.ip), after[0], "the client knows another address")
        self.end.stop()
        if self.is_lagoon:
            self.assertEqual([self.end.member_mac(i) for i in range(3)], own, "members did not get theirs back")
        return own, before, after, active

    def _addresses(self):
        return self.end.lag_mac(), [self.end.member_mac(i) for i in range(3)]

    @tries
    def test_fail_over_mac_none_gives_all_members_the_address(self):
        own, before, after, _ = self._with_fail_over_mac("none")
        self.assertEqual(before, (own[0], [own[0]] * 3))
        self.assertEqual(after, before)

    @tries
    def test_fail_over_mac_active_gives_the_lag_the_active_members_address(self):
        own, before, after, active = self._with_fail_over_mac("active")
        self.assertEqual(before, (own[0], own))
        self.assertEqual(after, (own[active], own))

    @tries
    def test_fail_over_mac_follow_gives_the_active_member_the_lags_address(self):
        own, before, after, active = self._with_fail_over_mac("follow")
        self.assertEqual(before, (own[0], own))
        self.assertEqual(after[0], own[0])
        expected = list(own)
        expected[active], expected[0] = own[0], own[active]
        self.assertEqual(after[1], expected)


if __name__ == "__main__":
    main()
