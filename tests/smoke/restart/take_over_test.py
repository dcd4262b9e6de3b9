"""lagoond --take-over: another process takes the place of one that carries 2,000 frames a second each way. The Partner must not notice, next to nothing is lost, nothing
comes twice, and whoever fails to take over changes nothing.

usage: take_over_test.py PARTNER RATE BUILD [TEST..]    exit code 77: namespaces cannot be made here
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import unittest

from lab.retries import TRIES, tries
from lab.waiting import wait_for
from restart_test import Watch, interfaces
import analysis
import demo
from hosts import Hosts
from stage import partners
from stage.lagoond import Lagoond
from stage.stage import Stage

SKIP = 77
LOST_MOST = 50  # frames, each way, at each time
TIMES = 2
TAP = "tap0"
METRICS_PORT = 9417
LOG_PATIENCE_S = 20


class Lab:
    """A lagoond beside a partner, with traffic; `tap`: the host behind it is its kernel."""

    def __init__(self, test, tap=None, traffic=True, options=None):
        self._test, self._tap, self._with_traffic, self.hosts, self._options = test, tap, traffic, None, options or {}

    def __enter__(self):
        test = self._test
        self.stage = Stage(2)
        self.stage.__enter__()
        try:
            self.before = interfaces(self.stage)
            extra = {"binary": test.binaries["lagoond"], "options": self._options} if test.partner_name == "lagoon" else {}
            self.partner = partners.create(test.partner_name, **extra)
            self.partner.start(self.stage, test.rate)
            self.lagoond = Lagoond(self.stage, test.binaries["lagoond"],
                                   options={"lacp": {"rate": test.rate}, **self._options}, tap=self._tap)
            self.lagoond.start()
            test.assertIsNotNone(wait_for(lambda: self.lagoond.converged() and self.partner.converged(), 65), "LACP does not come up")
            if self._with_traffic:
                self.hosts = Hosts(self.stage, self.partner, test.binaries["traffic"], tap=self._tap)
                self.hosts.start()
                time.sleep(0.5)
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, *rest):
        try:
            if kind is not None and getattr(self, "lagoond", None):
                self.lagoond.__exit__(kind, *rest)
        finally:
            self.stage.__exit__(kind, *rest)

    def finish(self):
        """Ends it in order. Gives what the hosts have to say."""
        traffic = self.hosts.stop() if self.hosts else Hosts.nothing()
        self.lagoond.stop()
        self.partner.stop()
        return traffic

    def log(self):
        with open(self.lagoond.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()


def choose_a_near_number(lab):
    """The next process gets a number with which net_af_packet would make one group of two interfaces (if that number is free, and nobody else starts a process)."""
    indexes = [int(lab.stage.run_net(["cat", f"/sys/class/net/{name}/ifindex"], stdout=subprocess.PIPE, check=True).stdout)
               for name in lab.stage.near_ifaces]
    wanted = carrying_of(lab.lagoond) ^ indexes[0] ^ indexes[1]
    with contextlib.suppress(OSError):
        with open("/proc/sys/kernel/ns_last_pid", "w", encoding="ascii") as file:
            file.write(str(wanted - 1))


def carrying_of(lagoond):
    """The number of the process that carries: a child of the one that was started, where that one's number would not do."""
    started = lagoond.pid
    with open(f"/proc/{started}/task/{started}/children", encoding="ascii") as file:
        return int((file.read().split() or [started])[0])


class TakeOverTest(unittest.TestCase):
    partner_name = "linux"
    rate = "fast"
    binaries = {}

    def test_interfaces_under_traffic(self):
        self._several_times(None)

    def test_members_with_bfd(self):
        """The peer is told AdminDown, and no member leaves the LAG; a session begins anew when LLDP has told of the peer again."""
        with Lab(self, options={"bfd": "on"}, traffic=False) as lab:
            there = lab.partner._lagoond
            up = wait_for(lambda: all((m.get("bfd") or {}).get("state") == "up" for m in there.status()["members"]), 10)
            self.assertIsNotNone(up, "BFD does not come up")
            with Watch(lab.partner, 2) as watch:
                lab.lagoond.take_over()
                time.sleep(1.0)
            verdicts = [member["bfd"]["verdict"] for member in there.status()["members"]]
            lost = [event for event in there.events() if event["kind"] == "bfd" and "silent" in str(event)]
            lab.finish()
        self.assertEqual((verdicts, lost, watch.faults[:3]), (["peer_off"] * 2, [], []))

    def test_what_only_one_process_can_have(self):
        """Control socket, metrics, pid file and locks go along, twice, and are let go of at the end."""
        with Stage(2) as stage:
            pid_file = stage.path("pid")
            lagoond = Lagoond(stage, self.binaries["lagoond"])
            lagoond._write({**lagoond.config, "metrics": f"127.0.0.1:{METRICS_PORT}"})
            lagoond.options = ["--pid-file", pid_file]
            with lagoond:
                for _ in range(TIMES):
                    lagoond.take_over()
                    with open(pid_file, encoding="ascii") as file:
                        self.assertEqual(int(file.read()), carrying_of(lagoond))
                    shown = stage.run_net([self.binaries["console"], "--prefix", lagoond.prefix, "show", "lag"], stdout=subprocess.PIPE,
                                          check=True, text=True).stdout
                    self.assertIn("lag0", shown)
                    scrape = f"import urllib.request as r; print(r.urlopen('http://127.0.0.1:{METRICS_PORT}/metrics').read().decode())"
                    told = stage.run_net(["/usr/bin/python3", "-c", scrape], stdout=subprocess.PIPE, check=True, text=True).stdout
                    self.assertIn('lagoon_control_answered 1', told)
                    # Another one is refused by the locks, and is told whose they are.
                    with open(lagoond.config_path, encoding="utf-8") as mine, open(stage.path("other.yaml"), "w", encoding="utf-8") as its:
                        its.write(mine.read().replace(lagoond.prefix, f"{lagoond.prefix}-other").replace(str(METRICS_PORT), str(METRICS_PORT + 1)))
                    other = stage.run_net([self.binaries["lagoond"], "-c", stage.path("other.yaml")], stdout=subprocess.PIPE,
                                          stderr=subprocess.STDOUT, text=True)
                    self.assertIn(f"in use by lagoond, process {carrying_of(lagoond)}", other.stdout)
            left = [name for name in os.listdir("/run/lagoon") if name.startswith(lagoond.prefix)]
            self.assertEqual((left, os.path.exists(pid_file)), ([], False))
            with lagoond:
                pass

    def test_tap_under_traffic(self):
        self._several_times(TAP)

    def _several_times(self, tap):
        # (a machine that stands still for a moment can spoil the figure; a defect spoils it each time)
        for _ in tries(f"a take-over beside {self.partner_name}"):
            problems = self._run_once(tap)
            if not problems:
                return
        self.fail(f"not once in {TRIES} tries: {problems}")

    def _run_once(self, tap):
        with Lab(self, tap) as lab:
            with Watch(lab.partner, 2) as watch:
                began_ns = time.monotonic_ns()
                for _ in range(TIMES):
                    choose_a_near_number(lab)
                    lab.lagoond.take_over()
                    print(f"process {carrying_of(lab.lagoond)} carries, {lab.lagoond.pid} was started", flush=True)
                    time.sleep(0.5)
            self.assertEqual(lab.log().count("LACP goes on from the process before"), TIMES, lab.log())
            traffic = lab.finish()
            after = interfaces(lab.stage)
            self.assertEqual(lab.before, after)
            self.assertEqual([name for name in os.listdir("/run/lagoon") if name.startswith(lab.lagoond.prefix)], [])
        return watch.faults[:3] + self._judged(traffic, began_ns)

    def _judged(self, traffic, began_ns, most=LOST_MOST * TIMES):
        problems = []
        for there, here in (("lan", "far"), ("far", "lan")):
            counts = analysis.stream(traffic[f"{there}_sent"], traffic[f"{here}_received"])
            gap = max(analysis.longest_gap_by_window(traffic[f"{here}_received"], [0]).values(), default=0)
            print(f"{self.partner_name}, {there} to {here}: {counts}, longest silence {gap / 1e6:.1f} ms", flush=True)
            if counts["duplicated"] or counts["reordered"] or counts["lost"] > most:
                problems.append(f"{there} to {here}: {counts}")
        moved = [flow for flow, history in analysis.link_histories(traffic["seen"]).items()
                 if any(at > began_ns for at, _ in history[1:])]
        return problems + ([f"flows {moved} changed their link"] if moved else [])

    def test_who_fails_changes_nothing(self):
        with Lab(self) as lab:
            during = interfaces(lab.stage)
            lagoond = lab.lagoond
            # Killed at any moment of its start.
            for delay_s in (0.1, 0.3, 0.5):
                other = lagoond.begin_take_over()
                time.sleep(delay_s)
                if "carries now" in lab.log():
                    lagoond._process.wait()
                    lagoond._process = other
                    continue
                other.send_signal(signal.SIGKILL)
                other.wait()
            # Another configuration.
            with open(lagoond.config_path, encoding="utf-8") as file:
                right = file.read()
            with open(lagoond.config_path, "w", encoding="utf-8") as file:
                file.write(right.replace("rate: fast", "rate: slow"))
            self.assertIn("it runs another configuration", self._said(lab, 1))
            with open(lagoond.config_path, "w", encoding="utf-8") as file:
                file.write(right)
            self.assertEqual(interfaces(lab.stage), during)
            lagoond.do("drain", lagoond.status()["members"][0]["name"])
            self.assertIn("it runs another configuration", self._said(lab, 1))
            lagoond.do("enable", lagoond.status()["members"][0]["name"])
            traffic = lab.finish()
            self.assertIn("there is no lagoond to take over from", self._said(lab, 1))
            self.assertEqual(lab.before, interfaces(lab.stage))
        self.assertEqual(self._judged(traffic, time.monotonic_ns(), most=LOST_MOST), [])

    def _said(self, lab, code):
        """What a process says that is refused."""
        begins = len(lab.log())
        other = lab.lagoond.begin_take_over()
        self.assertEqual(other.wait(LOG_PATIENCE_S), code, lab.log()[begins:])
        return lab.log()[begins:]

    def test_the_process_that_carries_is_killed_meanwhile(self):
        with Lab(self, traffic=False) as lab:
            with Watch(lab.partner, 2) as watch:
                lagoond = lab.lagoond
                before, lagoond._process = lagoond._process, lagoond.begin_take_over()
                self.assertIsNotNone(wait_for(lambda: "prepares to take over" in lab.log(), LOG_PATIENCE_S))
                before.send_signal(signal.SIGKILL)
                before.wait()
                lagoond._answers()
                self.assertIsNotNone(wait_for(lagoond.converged, 5), lab.log())
                time.sleep(0.5)
            self.assertIn("has ended by itself", lab.log())
            lab.finish()
        self.assertEqual(watch.faults[:3], [])


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    TakeOverTest.partner_name, TakeOverTest.rate, build = sys.argv[1:4]
    TakeOverTest.binaries = demo.binaries_in(build)
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
