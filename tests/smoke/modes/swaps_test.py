"""Planned changes under max-links with real partners, under traffic: a member that is drained, disabled, removed or pushed
out by a better one goes on until another one distributes. Nothing is lost, and never do fewer members distribute.

usage: swaps_test.py BUILD
"""

import time

from lab.case import Case, main
from lab.waiting import wait_for
from stage.lagoond import member

RATE, FLOWS = 2000, 32
MOST = 2
SETTLE_S = 0.2
PATIENCE_S = 15.0
# A partner that moves conversations to another link may let them overtake themselves.
REORDERED_IN_MAX = 20


class Swaps(Case):
    links = 4

    def run_swaps(self):
        if not self.is_lagoon:
            self.skipTest("these are lagoond's commands")
        self.end.start("lacp", hash_seed=1, max_links=MOST, lacp={"rate": "fast", "aggregate-wait": "200ms"})
        names, events = [m["name"] for m in self.end.members()], []
        self._all_at_rest(names[:MOST], "the start")
        self._read_on(events)
        stream = self.stream(self.far, RATE, flows=FLOWS)
        time.sleep(1.0)
        begun = time.monotonic_ns()
        back = {"name": names[0], **member(self.stage.links[0].near, 0)}
        for verb, argument, distribute in (
                ("drain", names[0], (1, 2)), ("enable", names[0], (0, 1)),
                ("disable", names[1], (0, 2)), ("enable", names[1], (0, 1)),
                ("remove", names[0], (1, 2)), ("add", _flow(back), (0, 1)),
                ("set", "max-links: 1", (0,)), ("set", f"max-links: {MOST}", (0, 1))):
            asked = time.monotonic()
            if argument == "max-links: 1":
                alone = time.monotonic_ns()
            answer = self.end.lagoond.do(verb, argument)
            self._all_at_rest([names[i] for i in distribute], f"{verb} {argument}")
            self.say(f"{verb} {argument}: {answer} (done after {time.monotonic() - asked:.2f} s)")
            time.sleep(SETTLE_S)
            self._read_on(events)
        outcome = stream.stop()
        self.end.stop()
        self.say(outcome.words())
        least = {words: self._least(events, first, last) for words, first, last in (
            ("of two", begun, alone), ("of one", alone, time.monotonic_ns()))}
        self.say("members that distributed, at the least:", least)
        for way in ("out", "in"):
            self.assertGreater(outcome.counts(way)["received"], RATE, way)
            self.assertEqual(outcome.counts(way)["duplicated"], 0, way)
            self.assertEqual(outcome.counts(way)["lost"], 0, way)
        self.assertEqual(outcome.counts("out")["reordered"], 0)
        self.assertLessEqual(outcome.counts("in")["reordered"], REORDERED_IN_MAX)
        self.assertEqual(least, {"of two": MOST, "of one": 1}, [e for e in events if e["kind"] in ("mux", "swap")])
        self.assertEqual([e for e in events if e["why"] == "swap_patience"], [])

    def _read_on(self, known):
        """Adds the journal's entries since the last time: an answer has the last ones only."""
        said = self.end.lagoond.events()
        known += said[said.index(known[-1]) + 1:] if known else said

    def _all_at_rest(self, distribute, words):
        """Those, and no others, and nobody is being replaced or removed."""
        def at_rest():
            status = self.end.status()
            members = status["members"]
            return sorted(m["name"] for m in members if m["distributing"]) == sorted(distribute) and not any(
                m["why_out"] == "is being replaced" for m in members) and not self.end.lagoond.status()["moving"]
        self.assertIsNotNone(wait_for(at_rest, PATIENCE_S), f"{words}: {self.end.lagoond.view('table')}")

    @staticmethod
    def _least(events, first, last):
        """How few distributed at any moment between, by the journal."""
        states, counts = {}, []
        for i, event in enumerate(events):
            if event["kind"] != "mux":
                continue
            states[event["member"]] = event["to"] == "DISTRIBUTING"
            # (what happens in one call is one moment)
            same = any(later["kind"] == "mux" and later["t_ns"] == event["t_ns"] for later in events[i + 1:])
            if first <= event["t_ns"] < last and not same:
                counts.append(sum(states.values()))
        return min(counts)


class WithLinux(Swaps):
    def test_planned_changes_lose_nothing(self):
        self.run_swaps()


class WithOpenVSwitch(Swaps):
    partner = "ovs"

    def test_planned_changes_lose_nothing(self):
        self.run_swaps()


def _flow(about):
    return "{ " + ", ".join(f'{key}: "{value}"' for key, value in about.items()) + " }"


if __name__ == "__main__":
    main()
