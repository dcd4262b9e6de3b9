"""A static LAG of which one link leads through a media converter: its carrier stays when the fibre behind it breaks.

usage: converter_test.py BUILD [--end linux] [-k arp_monitor]
"""

import time

from lab.case import Case, main, tries
from lab.waiting import wait_for
from stage.partners.linux import Bond

RATE = 4000
BROKEN_S = 4.0
UNDER_WAY_S = 0.1
FOUND_MAX_MS = 500
# the Partner's last word counts for 3 s, and some 100 ms for what is on its way
LACP_FOUND_MAX_MS = 3500
HASHED = "miimon 20 xmit_hash_policy layer3+4"
MONITORED = {"arp_interval": "100ms", "arp_missed_max": 2}


class BlackholeBehindAMediaConverter(Case):
    links = 2

    def broken(self, mode, bond, **options):
        """Gives what became of traffic while link 1 swallowed all frames, and lets it end well."""
        self.far.remake(bond)
        self.end.start(mode, **{"bond_options": bond.options, **options})
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(2)), 10), "not all members work")
        stream = self.stream(self.far, RATE)
        time.sleep(1.5)
        link = self.stage.links[1]
        starts = [link.blackhole()]
        self.assertTrue(link.carrier)
        time.sleep(BROKEN_S)
        self.works_while_broken = self.end.works(1)
        starts.append(link.heal())
        self.back_after = wait_for(lambda: self.end.works(1), 10)
        time.sleep(UNDER_WAY_S)
        starts.append(time.monotonic_ns())
        time.sleep(1.0)
        outcome = stream.stop()
        lost = outcome.lost(starts)
        self.say(outcome.words())
        self.say("lost before, while broken, until it worked again, and then, out:", lost["out"], "in:", lost["in"])
        self.say(f"it worked again {self.back_after} s after the fibre was mended")
        for way in ("out", "in"):
            self.assertEqual(outcome.counts(way)["duplicated"], 0)
        return outcome, lost

    def good_end(self, lost):
        if self.is_lagoon:  # (Linux may keep silent for 30 s before it says that it is there)
            self.assertIsNotNone(self.back_after, "the link is not used again")
            self.figure(lost["out"][0] == 0, "frames were lost before anything happened")
            self.figure(lost["out"][3] == 0, f"{lost['out'][3]} frames were lost after its return")
        self.end.stop()

    @tries
    def test_blackhole_behind_a_media_converter_without_a_monitor(self):
        """The flows of that link are lost as long as it lasts: nobody looks."""
        outcome, lost = self.broken("balance-xor", Bond("balance-xor", HASHED))
        self.assertTrue(self.works_while_broken, "nothing was to find it")
        share = sum(lost["out"]) / (RATE * BROKEN_S)
        self.say(f"{share:.0%} of the frames went into the blackhole")
        self.assertGreater(share, 0.15)
        self.assertLess(share, 0.85)
        self.assertGreater(outcome.outage_ms("out"), BROKEN_S * 900)
        self.good_end(lost)

    @tries
    def test_blackhole_behind_a_media_converter_with_the_arp_monitor(self):
        # (Linux's own monitor wants a partner whose answers come in on every link)
        bond = Bond("balance-xor", HASHED) if self.is_lagoon else Bond("balance-rr", "miimon 20")
        outcome, lost = self.broken("balance-xor", bond, arp_ip_target=[self.far.ip],
                                    bond_options=f"arp_interval 100 arp_ip_target {self.far.ip} arp_missed_max 2 "
                                    "xmit_hash_policy layer3+4", **MONITORED)
        self.assertFalse(self.works_while_broken, "the monitor did not find it")
        self.assertGreater(sum(lost["out"]), 0)
        self.figure(outcome.outage_ms("out") <= FOUND_MAX_MS,
                    f"{outcome.outage_ms('out'):.0f} ms until the flows moved, more than {FOUND_MAX_MS}")
        self.good_end(lost)

    @tries
    def test_blackhole_behind_a_media_converter_with_lacp(self):
        outcome, lost = self.broken("802.3ad", Bond("802.3ad", "lacp_rate fast " + HASHED))
        self.assertFalse(self.works_while_broken, "LACP did not find it")
        self.figure(outcome.outage_ms("out") <= LACP_FOUND_MAX_MS,
                    f"{outcome.outage_ms('out'):.0f} ms until the flows moved, more than {LACP_FOUND_MAX_MS}")
        self.good_end(lost)


if __name__ == "__main__":
    main()
