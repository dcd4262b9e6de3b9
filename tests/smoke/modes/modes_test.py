"""Every mode: it starts, carries both ways, survives each member, shows itself in all views. (That each other name and
number of a mode is the same mode shows tests/unit/config/mode_test.cpp.)

usage: modes_test.py BUILD [--end linux]
"""

import time

from lab import views
from lab.case import Case, main, tries
from lab.waiting import wait_for
from stage.partners.linux import Bond

RATE = 2000
# Lost of ours by carrier: what a scheduler may keep from being noticed for 20 ms.
LOST_ON_LOSS_MAX = 40
# Two ends that choose an active member each do not change it in the same instant (Linux looks each 20 ms).
LOST_WHILE_ENDS_DISAGREE_MAX = 300
# Modes without move-hold send on a link at once, a moment before a guest at its far end has its carrier:
# some milliseconds, and for a guest that waits for its turn some ten more.
LOST_WITHOUT_HOLD_MAX = 100
AWAY_S = 0.7

# what the partner is
HASHED = "miimon 20 xmit_hash_policy layer3+4"
BACK_TO_BACK = {
    "balance-rr": Bond("balance-rr", "miimon 20"),
    "active-backup": Bond("active-backup", "miimon 20", primary=0),
    "balance-xor": Bond("balance-xor", HASHED),
    "broadcast": Bond("broadcast", "miimon 20"),
    "802.3ad": Bond("802.3ad", "lacp_rate fast " + HASHED),
}


class Life(Case):
    """What is asked of every mode."""

    def start(self, name, **options):
        if not self.is_lagoon:
            options = {"bond_options": self.reference.options, "primary": self.reference.primary}
        self.end.start(name, **options)
        self.assertIsNotNone(wait_for(lambda: all(self.in_use(i) for i in range(self.links)), 10),
                             f"{name}: not all members work")

    def in_use(self, index):
        return self.end.works(index)

    def host(self):
        return self.far

    def ping(self):
        out = self.end.output_of(["ping", "-c", "3", "-i", "0.1", "-W", "1", self.host().ip])
        self.assertIn(" 0% packet loss", out)
        return out

    def long(self, mode, name=None, **options):
        """`name` is what the configuration calls it, where that is not Linux's word."""
        name = name or mode
        self.start(name, **options)
        self.ping()
        stream = self.stream(self.host(), RATE)
        time.sleep(1.0)
        starts = []
        for link in self.stage.links:
            starts.append(link.pull())
            time.sleep(AWAY_S)
            starts.append(link.restore())
            self.assertIsNotNone(wait_for(lambda link=link: self.in_use(link.index), 8), "a member does not return")
            time.sleep(0.4)
        shown = views.all_of(self.end) if self.is_lagoon else None
        outcome = stream.stop()
        lost = outcome.lost(starts)
        self.say(name + ":", outcome.words())
        self.say("lost before, at each loss and each return, out:", lost["out"], "in:", lost["in"])
        if self.is_lagoon:
            views.check(self, shown, mode, name, self.end, self.links)
        self.judge(mode, outcome, lost)
        self.end.stop()

    def judge(self, mode, outcome, lost):
        for way in ("out", "in"):
            counts = outcome.counts(way)
            self.assertGreater(counts["received"], counts["sent"] * 0.5, f"{way}: hardly anything arrives")
            if mode == "broadcast":
                copies = counts["duplicated"] / counts["received"]
                self.say(f"{way}: {copies + 1:.2f} copies of each")
                self.assertGreater(copies, 0.5, f"{way}: no copies arrive")
            else:
                self.assertEqual(counts["duplicated"], 0, way)
            if mode != "balance-rr" and self.is_lagoon:
                self.figure(counts["reordered"] == 0, f"{counts['reordered']} frames reordered {way}")
        if not self.is_lagoon:
            return  # (guests lose a frame now and then)
        self.figure(lost["out"][0] == 0, f"{lost['out'][0]} frames lost while nothing happened")
        on_return = (LOST_WHILE_ENDS_DISAGREE_MAX if self.ends_choose(mode) else
                     LOST_WITHOUT_HOLD_MAX if mode == "balance-rr" else 0)
        for i, count in enumerate(lost["out"][1:]):
            most = on_return if i % 2 else max(LOST_ON_LOSS_MAX, on_return)
            self.figure(count <= most, f"{count} frames lost, at most {most} may be")

    def ends_choose(self, mode):
        """Whether the partner, too, chooses one member."""
        return False


class BackToBack(Life):
    """With Linux's bonding in the same mode at the other ends."""

    reference = None

    def at_length(self, mode, **options):
        self.reference = BACK_TO_BACK[mode]
        self.far.remake(self.reference)
        self.long(mode, **options)

    def ends_choose(self, mode):
        return mode == "active-backup"

    @tries
    def test_balance_rr(self):
        self.at_length("balance-rr")

    @tries
    def test_active_backup(self):
        self.at_length("active-backup", primary="net_af_packet1")

    @tries
    def test_balance_xor(self):
        self.at_length("balance-xor")

    @tries
    def test_broadcast(self):
        self.at_length("broadcast")

    @tries
    def test_broadcast_without_the_copies(self):
        """Each link brings a copy of every frame, of which one is taken."""
        if not self.is_lagoon:
            self.skipTest("Linux takes every copy")
        self.far.remake(BACK_TO_BACK["broadcast"])
        self.start("broadcast", eliminate_duplicates=True)
        stream = self.stream(self.far, RATE)
        time.sleep(1.0)
        starts = [self.stage.links[0].pull()]
        time.sleep(AWAY_S)
        starts.append(self.stage.links[0].restore())
        time.sleep(AWAY_S)
        taken_out = self.end.status()["drops"]["duplicate"]
        outcome = stream.stop()
        self.say(outcome.words(), f"copies taken out: {taken_out}")
        came_in = outcome.counts("in")
        self.assertEqual(came_in["duplicated"], 0)
        self.assertGreater(taken_out, came_in["received"])
        self.figure(came_in["lost"] == 0, f"{came_in['lost']} frames lost, though two links brought each")
        self.end.stop()

    @tries
    def test_lacp(self):
        self.at_length("802.3ad")


class OnASwitch(Life):
    """With a switch that learns addresses, and knows of no LAG."""

    partner = "switch"
    partner_options = {"clients": 1}
    tap = True
    reference = Bond("", "miimon 20")

    def host(self):
        return self.far.clients[0]

    def run_mode(self, mode, name=None):
        self.far.forget()
        self.long(mode, name)

    @tries
    def test_active_backup(self):
        self.run_mode("active-backup")

    @tries
    def test_failover(self):
        """lagg's active-backup, which comes back to the first member."""
        if not self.is_lagoon:
            self.skipTest("Linux does not know that name")
        self.run_mode("active-backup", "failover")

    @tries
    def test_balance_tlb(self):
        self.run_mode("balance-tlb")

    @tries
    def test_balance_alb(self):
        self.run_mode("balance-alb")


if __name__ == "__main__":
    main()
