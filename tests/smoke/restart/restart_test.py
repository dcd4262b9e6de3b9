"""lagoond is killed under traffic and started at once, and then restarted as systemd does it (SIGUSR2): the Partner must not notice, conversations stay where they are,
and in the end interfaces are as they were before the first start.

usage: restart_test.py PARTNER RATE BUILD        exit code 77: namespaces cannot be made here
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

from lab.retries import TRIES, tries
from lab.waiting import wait_for
import analysis
import demo
from hosts import Hosts
from stage import partners, telemetry
from stage.lagoond import Lagoond
from stage.partner import IN_USE, STATE_BITS, PartnerError
from stage.stage import Stage

SKIP = 77
OUTAGE_MAX_S = 1.5
SYSCTLS = ("ipv6/conf/{}/disable_ipv6", "ipv4/conf/{}/arp_ignore", "ipv4/conf/{}/rp_filter")


def interfaces(stage):
    """All that lagoond changes of the kernel's interfaces."""
    shown = stage.run_net(["ip", "-j", "-d", "link", "show"], stdout=subprocess.PIPE, check=True).stdout
    facts = {link["ifname"]: {"address": link["address"], "mtu": link["mtu"], "promiscuous": "PROMISC" in link["flags"]}
             for link in json.loads(shown) if link["ifname"] in (*stage.near_ifaces, stage.access_iface)}
    for name, fact in facts.items():
        for sysctl in SYSCTLS:
            path = "/proc/sys/net/" + sysctl.format(name)
            fact[sysctl] = stage.run_net(["cat", path], stdout=subprocess.PIPE, check=False).stdout.strip()
    return facts


class Watch:
    """What the Partner says of its links, ten times a second."""

    def __init__(self, partner, links):
        self._partner, self._links, self._stop, self.faults = partner, links, threading.Event(), []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.wait(0.1):
            try:
                states = self._partner.link_states()
            except (PartnerError, telemetry.TelemetryError, OSError, subprocess.SubprocessError):
                continue
            for index in range(self._links):
                actor, of_us = states.get(index, (0, 0))
                bad = (STATE_BITS["defaulted"] | STATE_BITS["expired"]) & (actor | of_us)
                if actor & of_us & IN_USE != IN_USE or bad:
                    self.faults.append(f"link {index}: {actor:#04x} {of_us:#04x}")


class RestartTest(unittest.TestCase):
    partner_name = "lagoon"
    rate = "fast"
    binaries = {}

    def test_killed_and_started_under_traffic(self):
        # A machine that stands still for a moment can spoil the figure; a defect spoils it each time (docs/testing.md).
        for _ in tries(f"a restart beside {self.partner_name}"):
            outage_s, problems = self._run_once()
            print(f"{self.partner_name}, rate {self.rate}: outage {outage_s * 1e3:.0f} ms; {problems or 'all well'}", flush=True)
            if not problems:
                return
        self.fail(f"not once in {TRIES} tries: {problems}")

    def test_interfaces_and_what_is_not_believed(self):
        with Stage(2) as stage:
            before = interfaces(stage)
            both = self._start_and_kill(stage)
            self.assertNotEqual(interfaces(stage), before)
            with open(f"/run/lagoon/{both.prefix}.state", "r+b") as file:
                whole = file.read()
                file.truncate(len(whole) - 1)
                self.assertIn("torn", self._started(stage, members=2, kill=True))
            with open(f"/run/lagoon/{both.prefix}.state", "wb") as file:
                file.write(whole)
            # Another configuration, which leaves an interface out.
            said = self._started(stage, members=1)
            self.assertIn("another configuration ran", said)
            self.assertIn("interface 'va1' is as it was", said)
            self.assertEqual(interfaces(stage), before)
            self.assertFalse(os.path.exists(f"/run/lagoon/{both.prefix}.state"))

    def _start_and_kill(self, stage):
        lagoond = Lagoond(stage, self.binaries["lagoond"]).start()
        lagoond.kill()
        return lagoond

    def _started(self, stage, members, kill=False):
        """What a lagoond says that was started, and ended."""
        lagoond = Lagoond(stage, self.binaries["lagoond"], members=members).start()
        if kill:
            lagoond.kill()
        else:
            lagoond.stop()
        with open(lagoond.log_path, encoding="utf-8") as log:
            return log.read()

    def _run_once(self):
        extra = {"binary": self.binaries["lagoond"]} if self.partner_name == "lagoon" else {}
        with Stage(2) as stage:
            for name in stage.near_ifaces:
                stage.run_net(["ip", "link", "set", name, "mtu", "1480"], check=True)
            before = interfaces(stage)
            partner = partners.create(self.partner_name, **extra)
            partner.start(stage, self.rate)
            lagoond = Lagoond(stage, self.binaries["lagoond"], options={"mtu": 1500, "lacp": {"rate": self.rate}})
            lagoond.start()
            took = wait_for(lambda: lagoond.converged() and partner.converged(), 65)
            self.assertIsNotNone(took, "LACP does not come up")
            print(f"up {took:.1f} s after lagoond answered", flush=True)
            hosts = Hosts(stage, partner, self.binaries["traffic"])
            hosts.start()
            time.sleep(1.0)
            with Watch(partner, 2) as watch:
                killed_ns = time.monotonic_ns()
                os.kill(lagoond.pid, signal.SIGKILL)
                lagoond.start()
                time.sleep(2.0)
                problems = self._went_on(lagoond)
                problems += self._leave(lagoond)
                lagoond.start()
                time.sleep(2.0)
            problems += self._went_on(lagoond)
            traffic = hosts.stop()
            counted = partner.status()
            lagoond.stop()
            after = interfaces(stage)
            partner.stop()
        problems += watch.faults[:3]
        problems += re.findall(r"Link Failure Count: [1-9].*|Churn State: churned", counted)
        if before != after:
            problems.append(f"interfaces were {before}, are {after}")
        return self._judge(traffic, killed_ns, problems)

    @staticmethod
    def _went_on(lagoond):
        with open(lagoond.log_path, encoding="utf-8") as log:
            said = log.read()
        return [] if "LACP goes on" in said else [f"it did not go on: {said[-500:]}"]

    @staticmethod
    def _leave(lagoond):
        """Quietly, for the process that follows."""
        process = lagoond._process
        os.kill(lagoond.pid, signal.SIGUSR2)
        try:
            ended = process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            return [f"it did not leave: {lagoond.log_end()}"]
        return [] if ended == 0 else [f"it left with {ended}: {lagoond.log_end()}"]

    @staticmethod
    def _judge(traffic, killed_ns, problems):
        gaps = [max(analysis.longest_gap_by_window(traffic[f"{end}_received"], [0]).values(), default=0)
                for end in ("lan", "far")]
        for there, here in (("lan", "far"), ("far", "lan")):
            counts = analysis.stream(traffic[f"{there}_sent"], traffic[f"{here}_received"])
            if counts["duplicated"] or counts["reordered"]:
                problems.append(f"{there} to {here}: {counts}")
        moved = [flow for flow, history in analysis.link_histories(traffic["seen"]).items()
                 if any(at > killed_ns for at, _ in history[1:])]
        if moved:
            problems.append(f"flows {moved} changed their link")
        outage_s = max(gaps) / 1e9
        if outage_s > OUTAGE_MAX_S:
            problems.append(f"an outage of {outage_s:.2f} s")
        return outage_s, problems


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    RestartTest.partner_name, RestartTest.rate, build = sys.argv[1:4]
    RestartTest.binaries = demo.binaries_in(build)
    unittest.main(argv=sys.argv[:1], verbosity=2)
