"""analysis.py on made-up records."""

import unittest

import lab  # noqa: F401 (it brings app/demo)
import analysis
from records import Record

MS = 1_000_000


def sent(at_ms, sequence, flow=0):
    return Record(b"S", flow, sequence, at_ms * MS, at_ms * MS)


def received(at_ms, sequence, flow=0, sent_at_ms=None):
    return Record(b"R", flow, sequence, at_ms * MS, (at_ms if sent_at_ms is None else sent_at_ms) * MS)


def seen(at_ms, link, flow):
    return Record(b"W", link << 8 | flow, 0, at_ms * MS, at_ms * MS)


def moved(member, to, at_ms, before="COLLECTING", kind="mux"):
    return {"member": member, "kind": kind, "from": before, "to": to, "t_ns": at_ms * MS}


class Stream(unittest.TestCase):
    SENT = [sent(i, i) for i in range(4)]

    def counts(self, *sequences):
        return analysis.stream(self.SENT, [received(10 + i, n) for i, n in enumerate(sequences)])

    def test_all_in_order(self):
        self.assertEqual(self.counts(0, 1, 2, 3),
                         {"sent": 4, "received": 4, "lost": 0, "duplicated": 0, "reordered": 0})

    def test_what_did_not_arrive_is_lost(self):
        self.assertEqual(self.counts(0, 3), {"sent": 4, "received": 2, "lost": 2, "duplicated": 0, "reordered": 0})

    def test_a_duplicate_is_neither_received_twice_nor_out_of_order(self):
        self.assertEqual(self.counts(0, 1, 1, 2, 3, 0),
                         {"sent": 4, "received": 4, "lost": 0, "duplicated": 2, "reordered": 0})

    def test_each_frame_that_was_overtaken_is_out_of_order(self):
        self.assertEqual(self.counts(2, 0, 1, 3)["reordered"], 2)
        self.assertEqual(self.counts(0, 2, 1, 3)["reordered"], 1)

    def test_a_duplicate_does_not_hide_a_loss(self):
        self.assertEqual(self.counts(0, 1, 1, 3)["lost"], 1)

    def test_flows_have_an_order_each(self):
        frames = [received(0, 5, flow=1), received(1, 0, flow=2), received(2, 6, flow=1), received(3, 1, flow=2)]
        self.assertEqual(analysis.stream(frames, frames)["reordered"], 0)
        overtaken = [received(0, 7, flow=2), received(1, 2, flow=1), received(2, 1, flow=1)]
        self.assertEqual(analysis.stream(overtaken, overtaken)["reordered"], 1)

    def test_nothing_at_all(self):
        self.assertEqual(analysis.stream([], []),
                         {"sent": 0, "received": 0, "lost": 0, "duplicated": 0, "reordered": 0})


class Windows(unittest.TestCase):
    STARTS = [1000 * MS, 2000 * MS]

    def test_a_window_begins_with_its_start(self):
        self.assertEqual([analysis.window_of([10, 20], at) for at in (0, 9, 10, 19, 20, 99)], [-1, -1, 0, 0, 1, 1])

    def test_losses_belong_to_when_they_were_sent(self):
        frames = [sent(at, i) for i, at in enumerate((500, 1500, 1600, 2500))]
        lost = analysis.lost_by_window(frames, [received(1600, 2)], self.STARTS)
        self.assertEqual(dict(lost), {-1: 1, 0: 1, 1: 1})

    def test_what_was_under_way_is_lost_in_the_window_that_begins(self):
        lost = analysis.lost_by_window([sent(975, 0), sent(985, 1)], [], self.STARTS)
        self.assertEqual(dict(lost), {-1: 1, 0: 1})

    def test_the_same_sequence_of_another_flow_does_not_count_as_arrived(self):
        lost = analysis.lost_by_window([sent(1500, 0, flow=1)], [received(1500, 0, flow=2)], self.STARTS)
        self.assertEqual(dict(lost), {0: 1})

    def test_losses_are_placed_by_the_receivers_clock_where_the_sender_has_its_own(self):
        # the sender's clock is 600 s ahead
        frames = [sent(600_000 + at, i) for i, at in enumerate((900, 1100, 1900, 2100))]
        arrived = [received(901, 0, sent_at_ms=600_900)]
        lost = analysis.lost_by_window_at_receiver(frames, arrived, self.STARTS)
        self.assertEqual(dict(lost), {0: 2, 1: 1})

    def test_a_silence_that_begins_at_a_start_is_of_that_window(self):
        frames = [sent(at, i) for i, at in enumerate(range(1992, 3000, 8))]
        arrived = [received(1992, 0), received(2992, len(frames) - 1)]
        lost = analysis.lost_by_window_at_receiver(frames, arrived, self.STARTS)
        self.assertEqual(dict(lost), {1: len(frames) - 2})

    def test_a_flow_of_which_nothing_arrived_is_placed_by_the_others(self):
        frames = [sent(9_500, 0, flow=1), sent(9_600, 0, flow=2)]
        lost = analysis.lost_by_window_at_receiver(frames, [received(1500, 0, flow=1, sent_at_ms=9_500)], self.STARTS)
        self.assertEqual(dict(lost), {0: 1})

    def test_a_loss_is_placed_by_the_time_that_its_flow_took_last(self):
        frames = [sent(500, 0, flow=1), sent(800, 0, flow=2), sent(950, 1, flow=2)]
        arrived = [received(500, 0, flow=1, sent_at_ms=500), received(900, 0, flow=2, sent_at_ms=800)]
        self.assertEqual(dict(analysis.lost_by_window_at_receiver(frames, arrived, self.STARTS)), {0: 1})

    def test_nothing_arrived_at_all(self):
        self.assertEqual(sum(analysis.lost_by_window_at_receiver([sent(1500, 0)], [], self.STARTS).values()), 1)


class Gaps(unittest.TestCase):
    def test_the_longest_silence_of_any_one_flow(self):
        frames = [received(0, 0, 1), received(5, 0, 2), received(10, 1, 1), received(40, 1, 2), received(60, 2, 1)]
        self.assertEqual(analysis.longest_gap_by_window(frames, [0])[0], 50 * MS)

    def test_a_silence_is_of_the_window_in_which_its_last_frame_was_sent(self):
        frames = [received(0, 0), received(101, 1, sent_at_ms=99), received(250, 2, sent_at_ms=249)]
        gaps = analysis.longest_gap_by_window(frames, [0, 100 * MS])
        self.assertEqual((gaps[0], gaps[1]), (101 * MS, 149 * MS))

    def test_one_frame_makes_no_silence(self):
        self.assertEqual(dict(analysis.longest_gap_by_window([received(0, 0)], [0])), {})


class Links(unittest.TestCase):
    def test_a_history_has_an_entry_for_each_change(self):
        frames = [seen(0, 0, 7), seen(1, 0, 7), seen(2, 1, 7), seen(3, 0, 7), seen(4, 2, 9)]
        self.assertEqual(analysis.link_histories(frames),
                         {7: [(0, 0), (2 * MS, 1), (3 * MS, 0)], 9: [(4 * MS, 2)]})

    def moved(self, *histories, link=0):
        return analysis.surviving_flows_moved(dict(enumerate(histories)), 10, 20, link)

    def test_flows_that_stay_did_not_move(self):
        self.assertEqual(self.moved([(0, 1)], [(0, 2)]), 0)

    def test_flows_of_the_link_itself_may_leave_it_and_return(self):
        self.assertEqual(self.moved([(0, 0), (12, 1)], [(0, 2), (15, 0)]), 0)

    def test_a_flow_that_moved_between_other_links(self):
        self.assertEqual(self.moved([(0, 1), (12, 2)], [(0, 0), (12, 2)]), 1)

    def test_a_flow_counts_once(self):
        self.assertEqual(self.moved([(0, 1), (12, 2), (13, 1)]), 1)

    def test_only_changes_within_the_window_count(self):
        self.assertEqual(self.moved([(0, 1), (9, 2)], [(0, 1), (20, 2)]), 0)
        self.assertEqual(self.moved([(0, 1), (10, 2)], [(0, 1), (19, 2)]), 2)


class Detection(unittest.TestCase):
    def test_from_the_event_to_leaving_distributing(self):
        transitions = [moved("m1", "ATTACHED", 5, before="DISTRIBUTING"),
                       moved("m2", "ATTACHED", 12, before="DISTRIBUTING"),
                       moved("m1", "ATTACHED", 14, before="DISTRIBUTING")]
        self.assertEqual(analysis.detected_ms(transitions, "m1", 10 * MS, distributing=False), 4)

    def test_from_the_event_to_reaching_distributing(self):
        transitions = [moved("m1", "COLLECTING", 12, before="ATTACHED"), moved("m1", "DISTRIBUTING", 13)]
        self.assertEqual(analysis.detected_ms(transitions, "m1", 10 * MS, distributing=True), 3)

    def test_other_kinds_of_transition_do_not_count(self):
        transitions = [moved("m1", "ATTACHED", 12, before="DISTRIBUTING", kind="selected")]
        self.assertIsNone(analysis.detected_ms(transitions, "m1", 10 * MS, distributing=False))

    def test_never(self):
        self.assertIsNone(analysis.detected_ms([], "m1", 0, distributing=False))


if __name__ == "__main__":
    unittest.main()
