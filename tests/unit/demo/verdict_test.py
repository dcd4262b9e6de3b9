"""verdict.py: the report of a run that went well, and each thing that may be wrong with one."""

import copy
import unittest

import lab  # noqa: F401 (it brings app/demo)
import verdict
from records import Record

MS = 1_000_000
KINDS = ("carrier-loss", "carrier-return", "blackhole", "heal")
EVENT_LINKS = (0, 0, 1, 1)
NOTICED_MS = {"carrier-loss": 2, "carrier-return": 210, "blackhole": 300, "heal": 400}


def frames(kind, ms):
    """One frame each 10 ms, in two flows, at those milliseconds."""
    return [Record(kind, (at // 10) % 2, at // 20, at * MS, at * MS) for at in ms]


def good_run():
    """Four events, one a second; nothing is lost."""
    everything = range(0, 5000, 10)
    starts = [1000 * (i + 1) * MS for i in range(len(KINDS))]
    events = [{"kind": kind, "link": link, "at_ns": at, "member": f"m{link}"}
              for kind, link, at in zip(KINDS, EVENT_LINKS, starts)]
    transitions = []
    for event in events:
        comes = event["kind"] in ("carrier-return", "heal")
        transitions.append({"t_ns": event["at_ns"] + NOTICED_MS[event["kind"]] * MS, "member": event["member"],
                            "kind": "mux", "from": "COLLECTING" if comes else "DISTRIBUTING",
                            "to": "DISTRIBUTING" if comes else "ATTACHED"})
    return {"partner": "linux", "links": 3, "converged_ms": 2100, "events": events, "transitions": transitions,
            "tcp": {"bytes": 4096, "ok": True},
            "lan_sent": frames(b"S", everything), "far_received": frames(b"R", everything),
            "far_sent": frames(b"S", everything), "lan_received": frames(b"R", everything),
            "seen": [Record(b"W", 2 << 8 | flow, 0, 0, 0) for flow in range(2)]}


def without(records, first_ms, last_ms):
    return [r for r in records if not first_ms * MS <= r.at_ns < last_ms * MS]


class Report(unittest.TestCase):
    def test_a_good_run_is_ok(self):
        made = verdict.report(good_run())
        self.assertEqual((made["problems"], made["ok"]), ([], True))
        self.assertEqual([made[key] for key in ("partner", "links", "converged_ms", "lost_before_events")],
                         ["linux", 3, 2100, 0])
        self.assertEqual([s["direction"] for s in made["streams"]], ["to-partner", "from-partner"])
        self.assertEqual([e["kind"] for e in made["events"]], list(KINDS))
        self.assertEqual([e["link"] for e in made["events"]], list(EVENT_LINKS))
        self.assertEqual([e["detect_ms"] for e in made["events"]], [NOTICED_MS[kind] for kind in KINDS])
        self.assertNotIn("rootless", made)

    def test_losses_are_told_by_event_and_direction(self):
        run = good_run()
        run["far_received"] = without(run["far_received"], 1100, 1200)
        run["lan_received"] = without(run["lan_received"], 3100, 3150)
        made = verdict.report(run)
        self.assertEqual([e["lost"] for e in made["events"]], [10, 0, 0, 0])
        self.assertEqual([e["lost_from_partner"] for e in made["events"]], [0, 0, 5, 0])
        self.assertEqual([s["lost"] for s in made["streams"]], [10, 5])
        self.assertEqual(made["events"][0]["max_gap_ms"], 120.0)

    def test_losses_before_the_first_event_are_told(self):
        run = good_run()
        run["far_received"] = without(run["far_received"], 500, 530)
        self.assertEqual(verdict.report(run)["lost_before_events"], 3)

    def test_flows_that_moved_are_told_with_the_event(self):
        run = good_run()
        run["seen"].append(Record(b"W", 1 << 8 | 0, 0, 1500 * MS, 0))
        self.assertEqual([e["surviving_flows_moved"] for e in verdict.report(run)["events"]], [1, 0, 0, 0])

    def test_what_could_not_be_had_is_null_and_not_judged(self):
        made = verdict.report({**good_run(), "seen": None, "tcp": None, "rootless": True})
        self.assertEqual({e["surviving_flows_moved"] for e in made["events"]}, {None})
        self.assertEqual((made["tcp"], made["rootless"], made["ok"]), (None, True, True))

    def test_a_run_that_did_not_converge(self):
        run = {**good_run(), "converged_ms": None, "events": [], "transitions": [], "seen": [],
               "tcp": {"bytes": 0, "ok": False}, "lan_sent": [], "lan_received": [], "far_sent": [], "far_received": []}
        made = verdict.report(run)
        self.assertFalse(made["ok"])
        self.assertIn("the LAG did not converge", made["problems"])


class Problems(unittest.TestCase):
    def setUp(self):
        self.made = copy.deepcopy(verdict.report(good_run()))

    def expect(self, *found):
        self.assertEqual(verdict.problems(self.made), list(found))

    def test_links_that_nobody_saw_a_frame_on(self):
        self.made["flows_seen"] = 0
        self.expect("no frame was seen on any link: nobody knows whether flows moved")

    def test_slow_convergence(self):
        self.made["converged_ms"] = 3501
        self.expect("convergence took 3501 ms, more than 3500")

    def test_duplicates(self):
        self.made["streams"][0]["duplicated"] = 2
        self.expect("2 frames duplicated to-partner")

    def test_reordering(self):
        self.made["streams"][1]["reordered"] = 3
        self.expect("3 frames reordered from-partner")

    def test_silence_all_the_time(self):
        self.made["streams"][1]["received"] = 0
        self.expect("nothing arrived from-partner")

    def test_too_many_lost_when_the_carrier_goes(self):
        self.made["events"][0]["lost"] = 40
        self.expect()
        self.made["events"][0]["lost"] = 41
        self.expect("carrier-loss of link 0: 41 of our frames lost, at most 40 are allowed")

    def test_any_lost_when_a_link_returns(self):
        self.made["events"][1]["lost"] = self.made["events"][3]["lost"] = 1
        self.expect("carrier-return of link 0: 1 of our frames lost, at most 0 are allowed",
                    "heal of link 1: 1 of our frames lost, at most 0 are allowed")

    def test_a_blackhole_may_lose_any_number_for_a_limited_time(self):
        self.made["events"][2].update(lost=5000, max_gap_ms=3300)
        self.expect()
        self.made["events"][2]["max_gap_ms"] = 3300.1
        self.expect("blackhole of link 1: a silence of 3300.1 ms, more than 3300")

    def test_an_event_that_lagoond_did_not_notice(self):
        self.made["events"][2]["detect_ms"] = None
        self.expect("blackhole of link 1: lagoond did not act on it")

    def test_a_healed_link_may_take_its_time_to_be_used_again(self):
        self.made["events"][3]["detect_ms"] = 5000
        self.expect()
        self.made["events"][3]["detect_ms"] = 5000.01
        self.expect("heal of link 1: in use again after 5000.01 ms, more than 5000")

    def test_flows_of_other_links_that_moved(self):
        self.made["events"][3]["surviving_flows_moved"] = 4
        self.expect("heal of link 1: 4 flows of other links moved")

    def test_a_broken_tcp_transfer(self):
        self.made["tcp"]["ok"] = False
        self.expect("the TCP transfer did not come back whole")


class Summary(unittest.TestCase):
    def lines(self, **changes):
        return verdict.summary(verdict.report({**good_run(), **changes})).splitlines()

    def test_says_what_a_person_wants_to_know(self):
        lines = self.lines()
        self.assertIn("partner linux, 3 links, converged in 2100 ms", lines)
        self.assertIn("TCP there and back: 4096 octets, identical", lines)
        self.assertEqual(lines[-1], "ok")
        row = next(line.split() for line in lines if line.startswith("blackhole"))
        self.assertEqual(row, ["blackhole", "1", "300.0", "ms", "0", "20.0", "ms", "0"])

    def test_ends_with_what_is_wrong(self):
        self.assertEqual(self.lines(tcp={"bytes": 1, "ok": False}, converged_ms=4000)[-2:],
                         ["NOT OK: convergence took 4000 ms, more than 3500",
                          "NOT OK: the TCP transfer did not come back whole"])

    def test_a_busy_machine_is_told_of_where_a_run_went_wrong(self):
        good, bad = verdict.report(good_run()), verdict.report({**good_run(), "converged_ms": 4000})
        self.assertEqual(verdict.advice(good, 20, 2), [])
        self.assertEqual(verdict.advice(bad, 6, 2), [])
        self.assertIn("load 7 on 2 processors", verdict.advice(bad, 6.6, 2)[0])

    def test_an_event_that_was_not_noticed_has_no_time(self):
        row = next(line.split() for line in self.lines(transitions=[]) if line.startswith("heal"))
        self.assertEqual(row[2], "-")

    def test_says_nothing_of_what_could_not_be_had(self):
        text = "\n".join(self.lines(tcp=None, seen=None))
        self.assertNotIn("TCP", text)
        self.assertIn("not seen", text)


if __name__ == "__main__":
    unittest.main()
