"""Commands under traffic: members come, go, rest and are drained, options change, and no conversation notices.

usage: commands_test.py BUILD      LAGOON_SEED=n replays a run
"""

import os
import random
import time

from lab.case import Case, main, tries
from lab.waiting import wait_for
from stage.lagoond import member
from stage.partners.linux import Bond
from stage.telemetry import TelemetryError

OPERATIONS, OPERATIONS_ON_A_SWITCH = 60, 30
PAUSE_S = 0.35
RATE = 2000
LOST_OUT_MAX = 10  # in all
# In flight on a link that is closed, while a partner or a switch learns of it. Of balance-alb: a client whose entry
# changed within the last second believes nothing new until that is over (the kernel's locktime), and is told again.
LOST_IN_PER_OPERATION_MAX = {"lacp": 60, "active-backup": 60, "balance-alb": round(1.4 * RATE)}
# A partner that moves conversations to another link may let them overtake themselves.
REORDERED_IN_MAX = 20
COMMON = (("miimon", "10ms"), ("miimon", "1ms"), ("updelay", "0"), ("min-links", "1"), ("failover-hold", "5ms"))
HASHED = (("hash", "l2+3"), ("hash", "l3+4"), ("hash-seed", "7"), ("move-hold", "20ms"), ("move-hold", "50ms"))
SETTINGS = {
    "lacp": (*COMMON, *HASHED, ("lacp.rate", "slow"), ("lacp.rate", "fast"), ("max-links", "2"), ("max-links", "32")),
    "active-backup": (*COMMON, ("num-grat-arp", "2"), ("primary", "net_af_packet2"), ("primary", "none"),
                      ("primary-reselect", "failure"), ("primary-reselect", "always")),
    "balance-alb": (*COMMON, *HASHED, ("tlb-dynamic-lb", "false"), ("tlb-dynamic-lb", "true"), ("lp-interval", "2s"))}
IN_THE_END = {
    "lacp": ("hash: l3+4", "max-links: 32", "lacp.rate: fast", "miimon: 1ms"),
    "active-backup": ("primary: none", "primary-reselect: always", "miimon: 1ms"),
    "balance-alb": ("hash: l3+4", "tlb-dynamic-lb: true", "miimon: 1ms")}


class Commands(Case):
    def run_commands(self, mode, host, operations):
        if not self.is_lagoon:
            self.skipTest("these are lagoond's commands")
        seed = int(os.environ.get("LAGOON_SEED", time.time_ns() & 0xffff))
        self.say(f"{mode}, LAGOON_SEED={seed}")
        self._random, self._mode, self._primary = random.Random(seed), mode, "none"
        self.end.start(mode)
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(3)), 10), "not all members work")
        names = [m["name"] for m in self.end.members()]
        self._known = {name: {"name": name, **member(link.near, link.index)}
                       for name, link in zip(names, self.stage.links)}
        stream = self.stream(host, RATE)
        time.sleep(1.0)
        done, starts = [], []
        for _ in range(operations):
            starts.append(time.monotonic_ns())
            before = self._states()
            words = self._one()
            time.sleep(PAUSE_S)
            done.append(f"{words} [{before} -> {self._states()}]")
        starts.append(time.monotonic_ns())
        done.append("all as in the beginning")
        self._as_in_the_beginning()
        time.sleep(1.0)
        self._judge(stream.stop(), starts, done)
        self.end.stop()
        self.assertEqual([self.end.member_mac(i) for i in range(3)],
                         [f"02:00:00:00:0a:0{i + 1}" for i in range(3)], "members did not get theirs back")

    def _judge(self, outcome, starts, done):
        lost = outcome.lost(starts)
        self.say(outcome.words())
        for i, words in enumerate(done):
            if lost["out"][i + 1] or lost["in"][i + 1]:
                self.say(f"{words}: lost out {lost['out'][i + 1]}, in {lost['in'][i + 1]}")
        for way in ("out", "in"):
            self.assertEqual(outcome.counts(way)["duplicated"], 0, way)
        reordered = {way: outcome.counts(way)["reordered"] for way in ("out", "in")}
        self.figure(reordered["out"] == 0, f"{reordered['out']} of our frames reordered")
        self.figure(reordered["in"] <= REORDERED_IN_MAX, f"{reordered['in']} frames reordered on their way in")
        self.figure(sum(lost["out"]) <= LOST_OUT_MAX, f"{sum(lost['out'])} of our frames lost, though nothing failed")
        self.figure(max(lost["in"]) <= LOST_IN_PER_OPERATION_MAX[self._mode],
                    f"{max(lost['in'])} frames lost at one command")

    def _one(self):
        members = {m["name"]: m for m in self.end.members()}
        ready = [name for name, m in members.items() if m["works"] and m["administration"] == "enabled" and
                 (m["distributing"] or self._mode != "lacp")]
        resting = [name for name, m in members.items() if m["administration"] != "enabled"]
        away = [name for name in self._known if name not in members]
        # (a primary that is away is refused)
        settings = [s for s in SETTINGS[self._mode] if s[0] != "primary" or s[1] == "none" or s[1] in members]
        choices = [("set", self._random.choice(settings))]
        if away:
            choices.append(("add", self._random.choice(away)))
        if resting:
            choices += [("enable", self._random.choice(resting))] * 2
        if len(ready) > 1:  # one goes on working
            choices += [(verb, self._random.choice(ready)) for verb in ("remove", "disable", "drain")]
        # (a member that is primary is not removed)
        choices = [choice for choice in choices if choice != ("remove", self._primary)]
        if ready and self._mode != "lacp":
            choices += [("activate", self._random.choice(ready))] * 2
        verb, what = self._random.choice(choices)
        if verb == "set" and what[0] == "primary":
            self._primary = what[1]
        argument = {"set": lambda: f"{what[0]}: {what[1]}", "add": lambda: _flow(self._known[what])}.get(
            verb, lambda: what)()
        self._do(verb, argument)
        return f"{verb} {argument}"

    def _states(self):
        """A letter for each member: Distributing, Collecting, or neither; small if the operator lets it rest."""
        members = self.end.members()
        letters = ("D" if m["distributing"] else "C" if m["collecting"] else "N" for m in members)
        return " ".join(m["name"][-1] + (letter if m["administration"] == "enabled" else letter.lower())
                        for m, letter in zip(members, letters))

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
        for setting in IN_THE_END[self._mode]:
            self._do("set", setting)
        for index in range(3):
            self.assertIsNotNone(wait_for(lambda index=index: self.end.works(index), 12),
                                 "not all members work in the end")


class WithAPartner(Commands):
    def test_sixty_random_commands_under_traffic(self):
        self.far.remake(Bond())
        self.run_commands("lacp", self.far, OPERATIONS)


class OnASwitch(Commands):
    partner = "switch"
    partner_options = {"clients": 1}
    tap = True

    @tries
    def test_thirty_random_commands_in_active_backup(self):
        self.far.forget()
        self.run_commands("active-backup", self.far.clients[0], OPERATIONS_ON_A_SWITCH)

    @tries
    def test_thirty_random_commands_in_balance_alb(self):
        self.far.forget()
        self.run_commands("balance-alb", self.far.clients[0], OPERATIONS_ON_A_SWITCH)


def _flow(about):
    return "{ " + ", ".join(f'{key}: "{value}"' for key, value in about.items()) + " }"


if __name__ == "__main__":
    main()
