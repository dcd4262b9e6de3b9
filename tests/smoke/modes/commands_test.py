"""Commands under traffic: members come, go, rest and are drained, options change, and no conversation notices.

usage: commands_test.py BUILD      LAGOON_SEED=n replays a run
"""

import os
import random
import time

from lab.case import Case, main, tries
from lab.ends import wait_for
from stage.lagoond import member
from stage.partners.linux import Bond
from stage.telemetry import TelemetryError

OPERATIONS = 60
PAUSE_S = 0.35
RATE = 2000
# Of the partner's frames in flight on a link that is closed.
LOST_IN_PER_OPERATION_MAX = 100
SETTINGS = (("hash", "l2+3"), ("hash", "l3+4"), ("hash-seed", "7"), ("move-hold", "20ms"), ("move-hold", "50ms"),
            ("failover-hold", "5ms"), ("min-links", "1"), ("updelay", "0"), ("miimon", "10ms"), ("miimon", "1ms"),
            ("lacp.rate", "slow"), ("lacp.rate", "fast"), ("max-links", "2"), ("max-links", "32"))


class Commands(Case):
    @tries
    def test_sixty_random_commands_under_traffic(self):
        if not self.is_lagoon:
            self.skipTest("these are lagoond's commands")
        seed = int(os.environ.get("LAGOON_SEED", time.time_ns() & 0xffff))
        self.say(f"LAGOON_SEED={seed}")
        self._random = random.Random(seed)
        self.far.remake(Bond())
        self.end.start("lacp")
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(3)), 10), "not all members work")
        names = [m["name"] for m in self.end.members()]
        self._known = {name: {"name": name, **member(link.near, link.index)}
                       for name, link in zip(names, self.stage.links)}
        stream = self.stream(self.far, RATE)
        time.sleep(1.0)
        done, starts = [], []
        for _ in range(OPERATIONS):
            starts.append(time.monotonic_ns())
            done.append(self._one())
            time.sleep(PAUSE_S)
        self._as_in_the_beginning()
        time.sleep(1.0)
        outcome = stream.stop()
        lost = outcome.lost(starts)
        self.say(outcome.words())
        for i, words in enumerate(done):
            if lost["out"][i + 1] or lost["in"][i + 1]:
                self.say(f"{words}: lost out {lost['out'][i + 1]}, in {lost['in'][i + 1]}")
        for way in ("out", "in"):
            counts = outcome.counts(way)
            self.assertEqual(counts["duplicated"], 0, way)
            self.figure(counts["reordered"] == 0, f"{counts['reordered']} frames reordered {way}")
        self.figure(sum(lost["out"]) <= 10, f"{sum(lost['out'])} of our frames lost, though nothing failed")
        self.figure(max(lost["in"]) <= LOST_IN_PER_OPERATION_MAX, f"{max(lost['in'])} frames lost at one command")
        self.end.stop()
        self.assertEqual([self.end.member_mac(i) for i in range(3)],
                         [f"02:00:00:00:0a:0{i + 1}" for i in range(3)], "members did not get theirs back")

    def _one(self):
        members = {m["name"]: m for m in self.end.members()}
        distributing = [name for name, m in members.items() if m["distributing"]]
        resting = [name for name, m in members.items() if m["administration"] != "enabled"]
        away = [name for name in self._known if name not in members]
        choices = [("set", self._random.choice(SETTINGS))]
        if away:
            choices.append(("add", self._random.choice(away)))
        if resting:
            choices += [("enable", self._random.choice(resting))] * 2
        if len(distributing) > 1:  # one goes on working
            choices += [(verb, self._random.choice(distributing)) for verb in ("remove", "disable", "drain")]
        verb, what = self._random.choice(choices)
        argument = {"set": lambda: f"{what[0]}: {what[1]}", "add": lambda: _flow(self._known[what])}.get(
            verb, lambda: what)()
        self._do(verb, argument)
        return f"{verb} {argument}"

    def _do(self, verb, argument):
        try:
            self.end.lagoond.do(verb, argument)
        except TelemetryError as error:
            self.fail(f"{verb} {argument}: {error}")

    def _as_in_the_beginning(self):
        there = {m["name"]: m for m in self.end.members()}
        for name, about in self._known.items():
            if name not in there:
                self._do("add", _flow(about))
            elif there[name]["administration"] != "enabled":
                self._do("enable", name)
        for setting in ("hash: l3+4", "max-links: 32", "lacp.rate: fast", "miimon: 1ms"):
            self._do("set", setting)
        self.assertIsNotNone(wait_for(lambda: sum(bool(m["distributing"]) for m in self.end.members()) == 3, 12),
                             "not all members work in the end")


def _flow(about):
    return "{ " + ", ".join(f'{key}: "{value}"' for key, value in about.items()) + " }"


if __name__ == "__main__":
    main()
