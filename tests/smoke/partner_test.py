"""lagoond against one real partner: aggregates, forwards, survives a pulled cable and a silent link.

    partner_test.py PARTNER LAGOOND        exit code 77: namespaces cannot be made here
"""

import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "app", "demo")]

import flows
from stage import partners
from stage.lagoond import Lagoond
from stage.stage import Stage

LINKS = 2
RATE = 2000
CONVERGED_S_MAX = 3.5
LOST_ON_CARRIER_MAX = 40
BLACKHOLE_SILENCE_MS_MAX = 3300
REJOIN_S_MAX = 5.0
# Figures that a partner which stands still for a moment can spoil are taken again (docs/testing.md).
TRIES = 3
# How long a test looks before it gives up; no verdict depends on it.
PATIENCE_S = 30
TRAFFIC_S = 24
SKIP = 77

FLOWS_PY = ["/usr/bin/python3", os.path.join(HERE, "flows.py")]


def wait_until(condition, what):
    """Seconds until the condition holds."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > PATIENCE_S:
            raise AssertionError(f"not within {PATIENCE_S} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - start


class Spoiled(AssertionError):
    """A figure is not as it should be, which may be the machine's doing."""


class PartnerTest(unittest.TestCase):
    partner_name = ""
    lagoond_path = ""

    def setUp(self):
        self.stage = Stage(LINKS)
        self.enterContext(self.stage)
        options = {"binary": self.lagoond_path} if self.partner_name == "lagoon" else {}
        self.partner = partners.create(self.partner_name, **options)
        self.partner.start(self.stage)
        # (the partner is there first, its links down: lagoond's time counts from when both have carrier)
        for link in self.stage.links:
            link.pull()
        self.lagoond = self.enterContext(Lagoond(self.stage, self.lagoond_path))

    def test_life_of_a_lag(self):
        self.converges()
        self.pings_both_ways()
        self.carries_flows_through_failures()
        self.says_goodbye()

    def converges(self):
        for _ in range(TRIES):
            for link in self.stage.links:
                link.restore()
            took = wait_until(lambda: self.lagoond.converged(LINKS), "lagoond distributes on all links")
            wait_until(self.partner.converged, "the partner distributes on all links")
            print(f"{self.partner_name}: converged after {took:.2f} s")
            if took <= CONVERGED_S_MAX:
                return
            for link in self.stage.links:
                link.pull()
            wait_until(lambda: self.lagoond.converged(0), "lagoond leaves the links")
        self.fail(f"not once converged within {CONVERGED_S_MAX} s")

    def pings_both_ways(self):
        command = ["ping", "-q", "-c", "20", "-i", "0.02", "-w", "5"]
        out = self.stage.path("ping")
        with open(out, "w", encoding="utf-8") as file:
            there = self.stage.popen_lan([*command, self.stage.far_ip], stdout=file)
            self.assertEqual(there.wait(10), 0, "no ping to the host behind the partner")
        back = self.partner.popen([*command, self.stage.lan_ip], out)
        self.assertEqual(back.wait(10), 0, "no ping from the host behind the partner")

    def carries_flows_through_failures(self):
        for tries_left in reversed(range(TRIES)):
            try:
                return self._one_run()
            except Spoiled as figures:
                print(f"{self.partner_name}: {figures}")
                if not tries_left:
                    raise
                wait_until(lambda: self.lagoond.converged(LINKS), "all links are in use again")

    def _one_run(self):
        events = self._with_traffic(self._break_and_mend)
        ours = flows.outcome(self.stage.path("lan.sent"), self.stage.path("far.received"))
        theirs = flows.outcome(self.stage.path("far.sent"), self.stage.path("lan.received"))
        self._report(events, ours, theirs)
        for direction in (ours, theirs):
            self.assertGreater(len(direction.sent_ns), RATE * TRAFFIC_S / 2)
            self.assertEqual(direction.duplicated, [])
        lost = {kind: ours.count(ours.lost, *period) for kind, period in events.items()}
        silence = ours.silence_ms(*events["blackhole"])
        for figure, value, most in (("reordered", len(ours.reordered) + len(theirs.reordered), 0),
                                    ("lost while nothing happened", lost["undisturbed"], 0),
                                    ("lost with the carrier", lost["carrier loss"], LOST_ON_CARRIER_MAX),
                                    ("lost on its return", lost["carrier return"], 0),
                                    ("silent in the blackhole, ms", silence, BLACKHOLE_SILENCE_MS_MAX),
                                    ("lost after it", lost["heal"], 0),
                                    ("s from its end to use", self._rejoined_s, REJOIN_S_MAX)):
            if value > most:
                raise Spoiled(f"{figure}: {value}, at most {most} expected")

    def _with_traffic(self, during):
        """Runs during() with flows both ways, and sees that every link carries some of them."""
        stage, seconds = self.stage, str(TRAFFIC_S)
        receivers = [stage.popen_lan([*FLOWS_PY, "receive", str(TRAFFIC_S + 3), stage.path("lan.received")]),
                     self.partner.popen([*FLOWS_PY, "receive", str(TRAFFIC_S + 3), stage.path("far.received")],
                                        stage.path("far.receiver"))]
        self._await_ready("lan.received", "far.received")
        senders = [stage.popen_lan([*FLOWS_PY, "send", stage.far_ip, str(RATE), seconds, stage.path("lan.sent")]),
                   self.partner.popen([*FLOWS_PY, "send", stage.lan_ip, str(RATE), seconds, stage.path("far.sent")],
                                      stage.path("far.sender"))]
        self._await_ready("lan.sent", "far.sent")
        time.sleep(1)  # (a program that starts takes a CPU for a while)
        before = self.lagoond.status()["members"]
        events = during()
        for process in senders + receivers:
            self.assertEqual(process.wait(TRAFFIC_S + 10), 0)
        for old, new in zip(before, self.lagoond.status()["members"]):
            for count in ("rx_packets", "tx_packets"):
                self.assertGreater(new[count] - old[count], RATE, f"{new['name']} carries too little")
        return events

    def _await_ready(self, *names):
        for name in names:
            wait_until(lambda path=self.stage.path(f"{name}.ready"): os.path.exists(path), f"{name} has begun")

    def _break_and_mend(self):
        """{kind: (from, to)} of what was done, in the sender's time."""
        marks = []
        first, second = self.stage.links

        def mark(kind, at, seconds):
            marks.append((kind, at))
            time.sleep(seconds)

        mark("undisturbed", time.monotonic_ns(), 2)
        mark("carrier loss", first.pull(), 3)
        mark("carrier return", first.restore(), 4)
        wait_until(lambda: self.lagoond.converged(LINKS), "the returned link is in use")
        mark("blackhole", second.blackhole(), 4.5)
        mark("heal", second.heal(), 0)
        rejoined = wait_until(lambda: self.lagoond.converged(LINKS), "the healed link is in use")
        print(f"{self.partner_name}: link in use {rejoined:.2f} s after its blackhole")
        self._rejoined_s = rejoined
        time.sleep(1)
        marks.append(("end", time.monotonic_ns()))
        return {kind: (at, marks[i + 1][1]) for i, (kind, at) in enumerate(marks[:-1])}

    def _report(self, events, ours, theirs):
        for name, direction in (("ours", ours), ("theirs", theirs)):
            print(f"{self.partner_name}: {name}: {len(direction.sent_ns)} sent, {len(direction.lost)} lost, "
                  f"{len(direction.duplicated)} duplicated, {len(direction.reordered)} reordered")
        for kind, period in events.items():
            print(f"{self.partner_name}: {kind}: {ours.count(ours.lost, *period)} of ours lost, "
                  f"{ours.count(ours.reordered, *period)} reordered, "
                  f"longest silence of a flow {ours.silence_ms(*period):.0f} ms; the first at "
                  f"{ours.offsets_ms(sorted(ours.lost + ours.reordered), *period)[:8]} ms")

    def says_goodbye(self):
        asked = time.monotonic()
        self.lagoond.stop()
        wait_until(lambda: not self.partner.converged(), "the partner notices that lagoond has left")
        took = time.monotonic() - asked
        print(f"{self.partner_name}: knew {took:.2f} s after SIGTERM that lagoond had left")


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    PartnerTest.partner_name, PartnerTest.lagoond_path = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
