"""A worker, and the control lcore, stand still: what an operator and the Partner see, and how it comes back.

usage: stall_test.py LAGOOND
"""

import json
import os
import signal
import socket
import sys
import time
import unittest

from lab import hostile, retries, stopping
from lab.ends import link_of
from lab.waiting import until
from stage import netns, numbered, telemetry
from stage.lagoond import Appliance, eal_section
from stage.stage import Stage

LAGOOND = os.path.abspath(sys.argv[1])
WORKER_S, CONTROL_S, MACHINE_S = 5.0, 2.0, 4.0
TOLD_MAX_S, PARTNER_MAX_S = 1.5, 3.0
RESIDENT_MAX_KB = 1024
FRAMES = 3000  # six times as many as a ring of the kernel's has places


class Stalls(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, for namespaces")
        self.path = hostile.folder_of(self)
        self.stage = self.enterContext(Stage(2))
        self.far = self.lagoond("far", "b", self.stage.popen_partner, self.stage.far_ifaces)
        self.near = self.lagoond("near", "a", self.stage.popen_net, self.stage.near_ifaces)
        self.assertTrue(until(self.carries, patience=15), self.near.view("table"))

    def lagoond(self, name, last, popen, interfaces):
        config = {"eal": eal_section(f"lg{os.getpid()}-{name}", memory="128M"), "journal": self.path(f"{name}.journal"),
                  "lags": [{"name": "lag0", "mac": f"02:00:00:00:0{last}:01", "lldp": {"transmit": False}, "lacp": {"rate": "fast", "aggregate-wait": "200ms"},
                            "members": [{"dev": f"net_af_packet{i},iface={interface}", "name": f"m{i}"}
                                        for i, interface in enumerate(interfaces)]}]}
        return self.enterContext(Appliance(LAGOOND, config, popen, self.path, name, "lag0"))

    @staticmethod
    def members(lagoond):
        return json.loads(lagoond.view("json"))["members"]

    def sends(self):
        """Whether the Partner sends on any link."""
        return any(member["distributing"] for member in self.members(self.far))

    def carries(self):
        return all(m["distributing"] and m["collecting"] for end in (self.near, self.far) for m in self.members(end))

    def findings(self, about):
        health = telemetry.ask(self.near.prefix, "/lagoon/health")
        return [finding for finding in health["findings"].values() if finding["subject"].startswith(about)]

    def journal(self):
        with open(self.path("near.journal"), encoding="utf-8") as file:
            return file.read()

    def heard(self):
        """On the first link, by near: frames of data that the worker had, by name where they were dropped; those that the kernel
        had no room for; all that the link carried, LACPDUs both ways with them; and what was dropped by name."""
        value = json.loads(self.near.view("json"))
        member = value["members"][0]
        traffic = member["traffic"]
        stats = link_of(self.stage.net, self.stage.links[0].near)["stats64"]
        return (traffic["rx_packets"] + traffic["rx_ignored_packets"], member["kernel_ring_full"],
                stats["rx"]["packets"] + stats["tx"]["packets"],
                sum(value["drops"][name] for name in ("not_collecting", "no_peer")))

    def judge_losses(self, before):
        """What came while the worker stood was handed on, or dropped by name, or found no room in the kernel's ring. (That ring
        has LACPDUs, too, and ours: control hears them another way, or not.)"""
        def since():
            return [new - old for new, old in zip(self.heard(), before)]
        heard, full, carried, named = until(since, lambda seen: seen[0] + seen[1] >= FRAMES, patience=3)
        time.sleep(1.2)  # (what the ring has lost is asked for once a second)
        heard, full, carried, named = since()
        print(f"    {FRAMES} frames came meanwhile: {heard} were heard ({named} dropped by name), {full} found no room", flush=True)
        self.assertGreater(full, 0)
        lacpdus = carried - FRAMES
        self.assertTrue(0 <= heard + full - FRAMES <= lacpdus, f"{heard} heard, {full} without room, {lacpdus} LACPDUs")
        self.assertEqual(named, heard)

    def log(self):
        with open(self.near.log_path, encoding="utf-8") as file:
            return file.read()

    def test_a_worker_that_stands(self):
        resident = hostile.resident_kb(self.near.pid)
        tid = stopping.threads_called(self.near.pid, stopping.worker())[0]
        begun = time.monotonic()
        stopped = stopping.Stopped(self, tid)
        self.assertTrue(until(lambda: any(f["severity"] == "failure" for f in self.findings("worker")), patience=10))
        told = time.monotonic() - begun
        self.assertTrue(until(lambda: not self.sends(), patience=10), "the Partner goes on sending")
        silent = time.monotonic() - begun
        self.assertTrue(until(lambda: " has stood for " in self.journal(), patience=1), self.journal())
        before = self.heard()
        netns.run_in(self.stage.par, send, self.stage.links[0].far)
        # A Partner that changes its mind all the time makes tables that the worker does not take.
        while time.monotonic() < begun + WORKER_S:
            for verb in ("disable", "enable"):
                self.far.do(verb, "m0")
                self.near.do(verb, "m1")
            time.sleep(0.01)
        grown = hostile.resident_kb(self.near.pid) - resident
        stopped.go_on()
        on = time.monotonic()
        self.assertTrue(until(self.carries, patience=15), self.near.view("table"))
        back = time.monotonic() - on
        self.judge_losses(before)
        print(f"    worker stopped {WORKER_S:.0f} s: told after {told:.2f} s, the Partner sends nothing after {silent:.2f} s, "
              f"carries again {back:.2f} s after its end, resident {grown:+} kB", flush=True)
        self.assertLess(told, TOLD_MAX_S)
        self.assertLess(silent, PARTNER_MAX_S)
        self.assertLess(grown, RESIDENT_MAX_KB)
        self.assertIn("stall_end stands -> goes_on", self.journal())
        self.assertTrue(all(f["severity"] in ("good", "note") for f in self.findings("worker")))
        self.assertEqual(json.loads(self.near.view("json"))["stalls"], 1)

    def test_control_that_stands(self):
        before = self.lacp_changes(self.far)
        stopped = stopping.Stopped(self, self.near.pid)
        ends = time.monotonic() + CONTROL_S
        while time.monotonic() < ends:
            self.assertTrue(all(m["distributing"] and m["collecting"] for m in self.members(self.far)), "the Partner noticed")
            time.sleep(0.05)
        self.assertIn("the control lcore has made no turn for", self.log())
        stopped.go_on()
        self.assertTrue(until(lambda: "the control lcore stood for" in self.journal(), patience=5), self.journal())
        self.assertTrue(until(lambda: any("stood still" in f["sentence"] for f in self.findings("control")), patience=5))
        self.assertTrue(self.carries())
        control = json.loads(self.near.view("json"))["control"]
        self.assertGreaterEqual(control["starved"], 1)
        self.assertGreaterEqual(control["starved_longest_ms"], CONTROL_S * 1000)
        self.assertGreaterEqual(control["away_longest_us"], CONTROL_S * 1e6)
        self.assertTrue(any("starved" in f["sentence"] for f in self.findings("control")), self.findings("control"))
        self.assertTrue(any("LACPDUs were up to" in f["sentence"] for f in self.findings("lag0/")), self.findings("lag0/"))
        self.assertEqual(self.lacp_changes(self.far), before)

    def lacp_changes(self, lagoond):
        return [[member["lacp"]["counters"][name] for name in ("expirations", "selected_changes")] for member in self.members(lagoond)]

    def test_a_machine_that_stands(self):
        """Both ends of the links: each could say of the other that it was silent for longer than 3 s."""
        ends = (self.near, self.far)
        for attempt in retries.tries("a machine that stands"):
            before = [self.lacp_changes(end) for end in ends]
            for end in ends:
                os.kill(end.pid, signal.SIGSTOP)
            time.sleep(MACHINE_S)
            for end in ends:
                os.kill(end.pid, signal.SIGCONT)
            time.sleep(2)
            changes = [self.lacp_changes(end) for end in ends]
            # (one end may get no time from a busy machine for seconds, while the other goes on)
            if changes == before or attempt == retries.TRIES:
                break
            self.assertTrue(until(self.carries, patience=15), self.near.view("table"))
        self.assertEqual(changes, before)
        self.assertTrue(self.carries(), self.near.view("table"))
        # It was nobody's stall: who slept does not judge, nor itself.
        status = json.loads(self.near.view("json"))
        self.assertEqual(status["stalls"], 0, self.journal())
        self.assertGreaterEqual(status["control"]["starved_longest_ms"], MACHINE_S * 900)


def send(interface):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as out:
        out.bind((interface, 0))
        for flow in range(FRAMES):
            out.send(numbered.frame_head(0, flow).ljust(100, b"\0"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
