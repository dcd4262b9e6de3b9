"""Conversations that leave a member in order: by Markers where the Partner answers them, by time where it does not,
in pauses where they have some. Members are drained and enabled under traffic; nothing is lost, doubled or overtaken.

usage: marker_moves_test.py BUILD
"""

import contextlib
import time

from lab.case import Case, main, tries
from lab.waiting import wait_for

FLOWS, RATE, BACK = 48, 2000, 200
FEW_FLOWS = 16  # each sends a frame within SKEW_MS: several times, so that it can overtake itself
SKEW_MS = 50
DRAINS = 2  # of each member
# Between moves: a port is asked five times in a second at the most, and what is not asked for waits for all of the time.
REST_S = 0.3
SETTLE_S = 1.0
PATIENCE_S = 12.0


class Drains(Case):
    """Each way of moving, against one partner."""

    def run_drains(self, flows=FLOWS, **options):
        """The status in the end, and what became of the frames to the partner."""
        if not self.is_lagoon:
            self.skipTest("these are lagoond's ways to move")
        self.end.start("lacp", hash_seed=1, **options)
        self._until(lambda: all(self.end.works(i) for i in range(self.links)), "not all members work")
        stream = self.stream(self.far, RATE, back=BACK, flows=flows)
        time.sleep(SETTLE_S)
        for _ in range(DRAINS):
            for name in [m["name"] for m in self.end.members()]:
                self._let_rest(name)
        status = self.end.lagoond.status()
        outcome = stream.stop()
        self.end.stop()  # (it ends well, or this raises)
        self.say(outcome.words())
        self.say("moves", status["moves"], "markers", status["markers"])
        counts = outcome.counts("out")
        self.assertGreater(counts["received"], RATE, "hardly anything arrived")
        self.assertEqual(counts["duplicated"], 0)
        self.assertGreaterEqual(status["moves"]["begun"], 2 * DRAINS * self.links)
        self.assertEqual((status["moves"]["overflowed"], status["moves"]["given_up"]), (0, 0))
        return status, counts

    def _let_rest(self, name):
        for verb, carries in (("drain", False), ("enable", True)):
            begun = self.end.lagoond.status()["moves"]["begun"]
            self.end.lagoond.do(verb, name)
            self._until(lambda wanted=carries, before=begun: self._moved(name, wanted, before), f"{verb} {name}")
            time.sleep(REST_S)

    def _moved(self, name, carries, begun_before):
        """Whether a move has begun and ended, and left the member with buckets or without."""
        status = self.end.lagoond.status()
        its_buckets, = (m["buckets"] for m in status["members"] if m["name"] == name)
        return status["moves"]["begun"] > begun_before and not status["moving"] and (its_buckets > 0) == carries

    def _until(self, fact, words):
        self.assertIsNotNone(wait_for(fact, PATIENCE_S), f"{words}: {self.end.lagoond.status()}")

    def check_order(self, counts):
        self.figure(counts["reordered"] == 0, f"{counts['reordered']} frames overtook others")
        self.figure(counts["lost"] == 0, f"{counts['lost']} frames lost, though nothing failed")

    def check_answered(self, status):
        moves, markers = status["moves"], status["markers"]
        self.assertGreater(markers["answered"], 0)
        self.assertGreater(moves["by_marker"], 0)
        self.figure(markers["answered"] == markers["sent"], f"of {markers['sent']} Markers not all were answered in time")
        self.figure(moves["by_time"] == 0, f"{moves['by_time']} moves waited for all of the time")
        self.figure(0 < moves["longest_pause_us"] < 1_000_000, f"a pause of {moves['longest_pause_us']} us")


class WithAPartnerThatAnswers(Drains):
    @tries
    def test_markers_end_the_wait(self):
        status, counts = self.run_drains(move="marker", move_hold="2s")
        self.check_answered(status)
        self.check_order(counts)

    @tries
    def test_markers_wait_for_the_slower_link(self):
        with self._slow_link():
            status, counts = self.run_drains(FEW_FLOWS, move="marker", move_hold="2s")
        self.check_answered(status)
        self.assertGreaterEqual(status["moves"]["longest_pause_us"], SKEW_MS * 1000)
        self.check_order(counts)

    @tries
    def test_at_once_frames_overtake_others(self):
        """The link is slow enough for the test above to see what it looks for."""
        with self._slow_link():
            status, counts = self.run_drains(FEW_FLOWS, move="at-once")
        self.assertEqual(status["markers"]["sent"], 0)
        self.figure(counts["lost"] == 0, f"{counts['lost']} frames lost, though nothing failed")
        self.assertGreater(counts["reordered"], 0)

    @tries
    def test_conversations_move_in_their_pauses(self):
        status, counts = self.run_drains(move="flowlet", move_hold="2s", flowlet_gap="1ms", flowlet_patience="500ms")
        moves = status["moves"]
        self.assertGreater(moves["at_gaps"], 0)
        self.assertGreater(moves["gaps_used"], 0)
        self.figure(moves["by_time"] == 0, f"{moves['by_time']} moves found no pause, and were held")
        self.figure(status["markers"]["sent"] == 0, "Markers were sent, though all conversations pause")
        self.check_order(counts)

    @contextlib.contextmanager
    def _slow_link(self):
        """What goes to the partner over the first link takes SKEW_MS longer."""
        if not self.far.is_guest:
            self.skipTest("where the host's own kernel has the bond, its links can't be slowed down")
        self.far.output_of(["tc", "qdisc", "add", "dev", "sp0", "root", "netem", "delay", f"{SKEW_MS}ms"])
        try:
            yield
        finally:
            self.far.output_of(["tc", "qdisc", "del", "dev", "sp0", "root"])


class WithOneThatDoesNot(Drains):
    partner = "ovs"

    @tries
    def test_the_wait_runs_out(self):
        status, counts = self.run_drains(move="marker", move_hold="200ms")
        moves, markers = status["moves"], status["markers"]
        self.assertGreater(markers["sent"], 0)
        self.assertEqual((markers["answered"], moves["by_marker"]), (0, 0))
        self.assertEqual(markers["unanswered"], markers["sent"])
        # (as members come up one after another, a move may begin during another's wait, and end with it)
        self.assertGreaterEqual(moves["by_time"], 2 * DRAINS * self.links)
        self.assertGreaterEqual(moves["last_pause_us"], 190_000)
        self.figure(moves["longest_pause_us"] < 2_000_000, f"a pause of {moves['longest_pause_us']} us")
        self.check_order(counts)


if __name__ == "__main__":
    main()
