"""The ARP monitor over a switch: finds a way that is silently broken, raises no false alarm under load; IPv6 too.

usage: monitor_test.py BUILD [--end linux]      LAGOON_LONG=1: full load for 60 s instead of 12
"""

import os
import time

from lab.case import Case, Spoiled, main, tries
from lab.waiting import wait_for
from stage import netns
from stage.partners.linux import Bond

RATE = 4000
FOUND_MAX_MS = 500
LOAD_S = 60 if os.environ.get("LAGOON_LONG") == "1" else 12
# more than this machine carries: the traffic tool sends what it can
FULL_RATE = 40000
MONITOR = {"arp_interval": "100ms", "arp_missed_max": 2}
IPV6_TARGET = "fd77::11"


class OverASwitch(Case):
    links = 2
    partner = "switch"
    partner_options = {"clients": 2}
    tap = True

    def monitored(self, mode="active-backup", **options):
        self.far.forget()
        target = self.far.clients[0].ip
        self.end.start(mode, bond_options=f"arp_interval 100 arp_ip_target {target} arp_missed_max 2 arp_validate all",
                       **{"arp_ip_target": [target], **MONITOR, **options})
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(2)), 10),
                             "the monitor does not find the members alive")

    def silent_break(self, direction, **options):
        self.monitored(**options)
        stream = self.stream(self.far.clients[0], RATE)
        time.sleep(1.5)
        broken = self.end.active()
        starts = [self.stage.links[broken].blackhole(direction)]
        time.sleep(2.0)
        active = self.end.active()
        self.stage.links[broken].heal()
        time.sleep(0.5)
        outcome = stream.stop()
        self.say(direction, outcome.words())
        self.assertIsNotNone(active, "no member is active")
        self.assertNotEqual(active, broken, "the member that is broken is still active")
        for way in ("out", "in"):
            self.assertEqual(outcome.counts(way)["duplicated"], 0)
            self.figure(outcome.outage_ms(way) <= FOUND_MAX_MS, f"{outcome.outage_ms(way):.0f} ms of silence {way}")
        lost = outcome.lost(starts)
        self.say("lost before and after the break, out:", lost["out"], "in:", lost["in"])
        self.end.stop()

    @tries
    def test_finds_a_silent_break(self):
        self.silent_break("both")

    @tries
    def test_finds_that_only_what_it_sends_vanishes(self):
        self.silent_break("to-partner")

    @tries
    def test_finds_that_only_what_it_is_sent_vanishes(self):
        self.silent_break("from-partner")

    @tries
    def test_finds_a_silent_break_by_neighbor_solicitation(self):
        if not self.is_lagoon:
            self.skipTest("as the kernel does it: not measured")
        client = self.far.clients[0]
        netns.run_in(client.namespace, _enable_ipv6, "eth0")
        netns.ip_batch(client.namespace, [f"addr add {IPV6_TARGET}/64 dev eth0 nodad"])
        try:
            self.silent_break("both", arp_ip_target=[], ns_ip6_target=[IPV6_TARGET])
        finally:
            netns.ip_batch(client.namespace, [f"addr del {IPV6_TARGET}/64 dev eth0"])

    def test_what_we_send_proves_nothing(self):
        """What control sends came back to net_af_packet's own socket: any frame was a proof, so a dead link lived."""
        self.monitored(arp_validate="none")
        for link in self.stage.links:
            link.blackhole("both")
        dead = wait_for(lambda: not any(self.end.works(i) for i in range(2)), 5)
        self.assertIsNotNone(dead, "members whose links are dead go on as if they worked")
        ignored = [m["traffic"]["rx_packets"] + m["traffic"]["rx_ignored_packets"] for m in self.end.members()]
        time.sleep(1.0)
        self.assertEqual([m["traffic"]["rx_packets"] + m["traffic"]["rx_ignored_packets"] for m in self.end.members()],
                         ignored, "frames are heard, and nobody sends any but we")
        self.end.stop()

    @tries
    def test_no_false_alarm_under_full_load(self):
        self.monitored()
        no_false_alarm(self, self.far.clients[0])


class WithAPartner(Case):
    """All links in use."""

    links = 2

    @tries
    def test_no_false_alarm_under_full_load(self):
        bond = Bond("balance-xor", "miimon 20 xmit_hash_policy layer3+4")
        self.far.remake(bond)
        self.end.start("balance-xor", bond_options=f"arp_interval 100 arp_ip_target {self.far.ip} arp_missed_max 2 "
                       "xmit_hash_policy layer3+4", arp_ip_target=[self.far.ip], **MONITOR)
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(2)), 10), "not all members work")
        no_false_alarm(self, self.far)


def no_false_alarm(case, host):
    stream = case.stream(host, FULL_RATE)
    time.sleep(1.0)
    active = case.end.active()
    alarms, deadline = 0, time.monotonic() + LOAD_S
    while time.monotonic() < deadline:
        alarms += not all(case.end.works(i) for i in range(case.links)) or case.end.active() != active
        time.sleep(0.1)
    failures = [m["link_failures"] for m in case.end.members()] if case.is_lagoon else None
    outcome = stream.stop()
    case.say(f"{LOAD_S} s of full load:", outcome.words())
    for way in ("out", "in"):
        case.assertEqual(outcome.counts(way)["duplicated"], 0)
    if alarms or (failures and any(failures)):
        raise Spoiled(f"{alarms} false alarms were seen, link failures {failures}")
    case.end.stop()


def _enable_ipv6(interface):
    with open(f"/proc/sys/net/ipv6/conf/{interface}/disable_ipv6", "w", encoding="ascii") as file:
        file.write("0")


if __name__ == "__main__":
    main()
