"""cluster_verdict.py: the report of a run with two boxes that went well, and each thing that may be wrong with one."""

import unittest

import lab  # noqa: F401 (it brings app/demo)
import cluster_verdict
from records import Record

MS = 1_000_000
ACTS = tuple(cluster_verdict.NAMES)
SECONDS = len(ACTS) + 1
POWER_LOSS_MS = 1000 * (ACTS.index("power-loss") + 1)


def frames(kind, ms):
    """One frame each 10 ms, in two flows, at those milliseconds."""
    return [Record(kind, (at // 10) % 2, at // 20, at * MS, at * MS) for at in ms]


def good_run():
    """An act each second; a power loss costs half of one."""
    everything = range(0, 1000 * SECONDS, 10)
    arrived = [at for at in everything if not POWER_LOSS_MS <= at < POWER_LOSS_MS + 500]
    acts = [{"act": act, "words": act, "at_ns": 1000 * (i + 1) * MS, "carries": "a", "wanted": "a", "sentence": f"{act}: a carries"}
            for i, act in enumerate(ACTS)]
    host = {"sent": 100, "came": 99, "doubled": 0, "reflected": 0}
    return {"partner": "ovs", "converged_ms": 2100, "acts": acts, "tcp": {"bytes": 4096, "ok": True}, "broadcasts": [host, dict(host)],
            "lan_sent": frames(b"S", everything), "far_received": frames(b"R", arrived),
            "far_sent": frames(b"S", everything), "lan_received": frames(b"R", arrived)}


class Report(unittest.TestCase):
    def assert_problem(self, run, words):
        problems = cluster_verdict.report(run)["problems"]
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(words, problems[0])

    def test_a_good_run_is_ok(self):
        made = cluster_verdict.report(good_run())
        self.assertEqual((made["problems"], made["ok"]), ([], True))
        lost = {act["act"]: (act["lost"], act["lost_from_partner"]) for act in made["acts"] if act["lost"] or act["lost_from_partner"]}
        self.assertEqual(lost, {"power-loss": (50, 50)})
        gaps = {act["act"]: act["max_gap_ms"] for act in made["acts"]}
        self.assertEqual((gaps["power-loss"], gaps["steady"]), (520.0, 20.0))
        said = cluster_verdict.summary(made)
        self.assertIn("power-loss: a carries", said)
        self.assertEqual(said.splitlines()[-1], "ok")

    def test_each_thing_that_is_wrong_is_said(self):
        run = good_run()
        run["converged_ms"] = None
        self.assert_problem(run, "no box carried after the start")
        for what, words in (("doubled", "arrived twice"), ("reflected", "came back")):
            run = good_run()
            run["broadcasts"][1][what] = 3
            self.assert_problem(run, f"3 broadcasts {words}: both boxes forwarded")
        run = good_run()
        for host in run["broadcasts"]:
            host["came"] = 0
        self.assert_problem(run, "no broadcast arrived")
        run = good_run()
        run["acts"][1]["carries"] = None
        self.assert_problem(run, "an operator's switchover: box a does not carry")
        run["acts"][1]["wanted"] = None
        self.assert_problem(run, "an operator's switchover: not one box carries")
        run = good_run()
        run["tcp"]["ok"] = False
        self.assert_problem(run, "TCP")

    def test_a_frame_that_is_lost_where_none_may_be(self):
        run = good_run()
        del run["far_received"][150]
        self.assert_problem(run, "steady traffic: 1 frames lost, none may be")

    def test_a_frame_that_arrives_twice(self):
        run = good_run()
        run["lan_received"].insert(7, run["lan_received"][6])
        self.assert_problem(run, "1 frames duplicated from-partner")

    def test_a_silence_that_is_too_long(self):
        run = good_run()
        at = 1000 * (ACTS.index("switchover") + 1)
        for way in ("far_received", "lan_received"):
            run[way] = [r for r in run[way] if not at * MS <= r.at_ns < (at + 900) * MS]
        self.assertEqual(cluster_verdict.report(run)["problems"], [])
        bounds = dict(cluster_verdict.SILENCE_MAX_MS)
        self.addCleanup(cluster_verdict.SILENCE_MAX_MS.update, bounds)
        cluster_verdict.SILENCE_MAX_MS["switchover"] = 800
        self.assert_problem(run, "an operator's switchover: a silence of 920.0 ms, more than 800")


if __name__ == "__main__":
    unittest.main()
