"""balance-tlb: what goes out is spread by load, what comes in arrives on one member, whose address another takes over.

usage: tlb_test.py BUILD [--end linux]
"""

import time

from lab.case import Case, main, tries
from lab.ends import link_of
from lab.waiting import wait_for
from lab.streams import Watcher

CLIENTS = 6
# One host gets as much as the five others together: no spreading by their number alone is fair.
RATES = (1500, 300, 300, 300, 300, 300)
BACK = 300
SETTLE_S = 6.0
MEASURE_S = 3.0
# The largest flow is half of all; nothing spreads it.
SHARE_MAX, SHARE_MIN = 0.62, 0.15
TAKEN_OVER_MAX_MS = 500


class BalanceTlb(Case):
    partner = "switch"
    partner_options = {"clients": CLIENTS}
    tap = True

    @tries
    def test_spreads_by_load_and_hands_the_address_over(self):
        self.far.forget()
        self.end.start("balance-tlb", bond_options="miimon 20 tlb_dynamic_lb 1")
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(3)), 10), "members do not work")
        streams = [self.stream(client, rate, back=BACK, flows=1)
                   for client, rate in zip(self.far.clients, RATES)]
        time.sleep(SETTLE_S)
        active, address = self.end.active(), self.end.lag_mac()
        self.assertIsNotNone(active)
        self.assertEqual(self.end.member_mac(active), address, "the active member carries the LAG's address")
        self.assertEqual(len({self.end.member_mac(i) for i in range(3)}), 3, "each member has an address of its own")
        self._check_received(active)
        self._check_spread()

        starts = [self.stage.links[active].pull()]
        time.sleep(2.0)
        taker = self.end.active()
        self.assertNotEqual(taker, active)
        self.assertEqual(self.end.member_mac(taker), address, "the new active member takes the address over")
        self._check_received(taker)
        starts.append(self.stage.links[active].restore())
        time.sleep(2.0)
        for stream, client in zip(streams, self.far.clients):
            outcome = stream.stop()
            self.say(f"client {client.index}:", outcome.words(), "in, lost at loss and return:",
                     outcome.lost(starts)["in"][1:])
            for way in ("out", "in"):
                self.assertEqual(outcome.counts(way)["duplicated"], 0)
                self.figure(outcome.outage_ms(way) <= TAKEN_OVER_MAX_MS,
                            f"client {client.index} was cut off for {outcome.outage_ms(way):.0f} ms {way}")
        self.end.stop()

    def _check_spread(self):
        watcher = Watcher(self.stage, self.binaries["traffic"])
        time.sleep(MEASURE_S)
        sent = watcher.stop().per_link()
        self.figure(sum(sent) > 0, "nothing was seen to go out")
        shares = [count / sum(sent) for count in sent]
        self.say("sent on each link:", sent, " ".join(f"{share:.0%}" for share in shares))
        self.figure(max(shares) <= SHARE_MAX, f"a member sends {max(shares):.0%}")
        self.figure(min(shares) >= SHARE_MIN, f"a member sends {min(shares):.0%}")

    def _check_received(self, active):
        def frames():
            return [link_of(self.stage.net, link.near)["stats64"]["rx"]["packets"] for link in self.stage.links]

        before = frames()
        time.sleep(1.0)
        got = [now - then for now, then in zip(frames(), before)]
        self.say("received on each link:", got)
        self.figure(got[active] > BACK * CLIENTS * 0.8, "hardly anything comes in")
        self.figure(sum(got) - got[active] <= 0.05 * got[active], "frames come in on other members than the active")


if __name__ == "__main__":
    main()
