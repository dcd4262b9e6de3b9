"""Soak: two lagoonds with three links between them, traffic, and random commands and faults, for as long as is asked. At the end
all carry, nothing is lost any more, mempools are full, counters add up, and memory, file descriptors and threads are as they were.

usage: soak_test.py BUILD [SECONDS]      LAGOON_SEED=n replays the choices of a run
"""

import json
import os
import random
import signal
import socket
import sys
import time
import unittest

from lab import hostile
from lab.ends import LagoonEnd
from lab.streams import Stream
from lab.waiting import wait_for
from demo import binaries_in  # isort: skip (lab says where it is)
from stage import netns, partners, telemetry
from stage.stage import Stage

BINARIES = binaries_in(sys.argv[1])
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 12
SANITIZED = "ASAN_OPTIONS" in os.environ
LINKS = 3
RATE = 1000
SETTLE_S = 20
RSS_GROWTH_MAX_KB = 4096
# What ASan keeps of each thread that has ended, whatever the thread did: 40,000 empty ones are 9.7 MB, and 0.3 MB without it.
ASAN_THREAD_OCTETS = 256
SAMPLES = 16
ON_THE_WAY_OUT = ("no_distributing_member", "tx_refused", "port_tx_refused", "no_peer", "slow_from_port", "unfit", "cut", "reflected")
SETTINGS = ("hash: l2+3", "hash: l3+4", "move-hold: 20ms", "move-hold: 50ms", "lacp.rate: slow", "lacp.rate: fast", "miimon: 10ms",
            "miimon: 1ms", "max-links: 2", "max-links: 32", "mtu: 1400", "mtu: auto")
QUESTIONS = ("list", "lag", "view", "classes", "events", "ports", "mempools", "health", "explain", "do", "wire")
PARAMETERS = ("lag0", "table", "json", "0", "-1", "18446744073709551616", "udp 10.0.0.1:1 10.0.0.2:2", "0x0a", "\\u0000", "%s", '"', "")
IN_THE_END = ("hash: l3+4", "lacp.rate: fast", "miimon: 1ms", "max-links: 32", "mtu: auto")


class Soak(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("LAGOON_SEED", time.time_ns() & 0xffffff))
        self.chance = random.Random(self.seed)
        self.stage = self.enterContext(Stage(LINKS))
        self.far = partners.create("lagoon", binary=BINARIES["lagoond"])
        self.far.ip = self.stage.far_ip
        self.far.is_guest = False
        self.far.start(self.stage)
        self.end = LagoonEnd(self.stage, BINARIES["lagoond"])
        self.end.start("lacp")
        self.addCleanup(self.end.kill)
        # (a forged LACPDU tells of another Partner)
        self.end.lagoond.cables_are_right = self.far._lagoond.cables_are_right = False
        self.done = {}
        self.resident = []  # kB, every SAMPLES-th part of the time

    def test_all_is_as_before_after_faults_and_commands(self):
        print(f"LAGOON_SEED={self.seed}, {SECONDS:g} s", flush=True)
        self.await_all()
        # (a first round of everything: what is made once has been made)
        for act in self.acts() if SECONDS > 30 else self.acts()[:4]:
            act()
        self.settle()
        before = self.figures()
        stream = Stream(self.stage, BINARIES["traffic"], self.end, self.far, RATE)
        self.addCleanup(stream.end)
        begun = time.monotonic()
        until = begun + SECONDS
        while time.monotonic() < until:
            if len(self.resident) < (time.monotonic() - begun) * SAMPLES / SECONDS:
                self.resident.append(hostile.resident_kb(self.end.lagoond.pid))
            act = self.chance.choice(self.acts())
            self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
            act()
            time.sleep(self.chance.uniform(0, 0.6))
        self.settle()
        outcome = stream.stop()
        print(outcome.words(), self.done, flush=True)
        for way in ("out", "in"):
            self.assertEqual(outcome.counts(way)["duplicated"], 0, way)
        quiet = Stream(self.stage, BINARIES["traffic"], self.end, self.far, RATE)
        self.addCleanup(quiet.end)
        time.sleep(2)
        outcome = quiet.stop()
        for way in ("out", "in"):
            counts = outcome.counts(way)
            self.assertEqual((counts["lost"], counts["duplicated"], counts["reordered"]), (0, 0, 0), way)
        after = self.figures()
        for lagoond in (self.end.lagoond, self.far._lagoond):
            self.judge_frames(lagoond)
        self.judge(before, after)
        self.end.stop()
        print(f"soak: seed {self.seed}, {SECONDS:g} s, {sum(self.done.values())} commands and faults: passed", flush=True)

    def judge(self, before, after):
        print("before", before, "after", after, flush=True)
        self.assertEqual((after["fds"], after["threads"]), (before["fds"], before["threads"]))
        print("resident, kB:", *self.resident, flush=True)
        # (ASan's heap takes its time until it has what it keeps; what leaks goes on growing)
        first = max(before["rss"], self.resident[len(self.resident) // 4]) if SANITIZED else before["rss"]
        threads = after["connections"] - before["connections"]
        ended = threads * ASAN_THREAD_OCTETS // 1024 if SANITIZED else 0
        print(f"{threads} threads of telemetry began and ended", flush=True)
        self.assertLessEqual(after["rss"], first + ended + RSS_GROWTH_MAX_KB)

    def judge_frames(self, lagoond):
        """Every frame that a LAG delivered or got from its port has left, or has a name; no mbuf is held by anybody."""
        status = json.loads(lagoond.view("json"))
        access = [port for name, port in telemetry.ask(lagoond.prefix, "/lagoon/ports").items()
                  if name not in [member["name"] for member in status["members"]]]
        got = sum(m["traffic"]["rx_packets"] for m in status["members"]) + sum(p["rx_packets"] for p in access)
        left = sum(m["traffic"]["tx_packets"] for m in status["members"]) + sum(p["tx_packets"] for p in access)
        named = {name: sum(one["drops"].get(name, 0) for one in (status, *access)) for name in ON_THE_WAY_OUT}
        print(f"{got} came in, {left} went out, {named}", flush=True)
        self.assertEqual(got, left + sum(named.values()))
        pools = telemetry.ask(lagoond.prefix, "/lagoon/mempools")
        self.assertEqual([pool for pool in pools.values() if pool["free"] != pool["size"]], [])

    def figures(self):
        """Of the near lagoond, while nothing flows."""
        pid = self.end.lagoond.pid
        return {"rss": hostile.resident_kb(pid), "fds": len(os.listdir(f"/proc/{pid}/fd")),
                "threads": len(os.listdir(f"/proc/{pid}/task")),
                "connections": telemetry.connections[self.end.lagoond.prefix]}

    def await_all(self):
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(LINKS)), SETTLE_S),
                             f"not all members carry (LAGOON_SEED={self.seed}): {self.end.lagoond.view('table')}")

    def settle(self):
        for link in self.stage.links:
            link.heal()
            if not link.carrier:
                link.restore()
        for name in [m["name"] for m in self.end.members()]:
            self.end.lagoond.do("enable", name)
        for setting in IN_THE_END:
            self.end.lagoond.do("set", setting)
        self.await_all()
        time.sleep(1)

    # what may happen

    def acts(self):
        return (self.flap, self.blackhole, self.command, self.command, self.administrate, self.ask, self.ask_nonsense, self.stop_near,
                self.stop_far, self.reload, self.hold_rtnl, self.flood)

    def link(self):
        return self.chance.choice(self.stage.links)

    def flap(self):
        link = self.link()
        (link.pull if link.carrier else link.restore)()

    def blackhole(self):
        link = self.link()
        link.blackhole(self.chance.choice(("to-partner", "from-partner", "both")))
        time.sleep(self.chance.uniform(0, 1.5))
        link.heal()

    def command(self):
        self.end.lagoond.do("set", self.chance.choice(SETTINGS))

    def administrate(self):
        name = self.chance.choice([m["name"] for m in self.end.members()])
        self.end.lagoond.do(self.chance.choice(("drain", "disable", "enable", "enable")), name)

    def ask(self):
        for kind in ("linux", "json", "table"):
            self.end.lagoond.view(kind)

    def ask_nonsense(self):
        """Telemetry with any parameters: an answer to each, or an error in words."""
        for _ in range(50):
            parameters = [self.chance.choice(PARAMETERS) for _ in range(self.chance.randrange(5))]
            junk = bytes(self.chance.randrange(32, 127) for _ in range(self.chance.randrange(400))).decode()
            if self.chance.random() < 0.3:
                parameters.append(junk)
            question = ",".join((f"/lagoon/{self.chance.choice(QUESTIONS)}", *parameters))
            try:
                telemetry.ask_once(self.end.lagoond.prefix, question)
            except telemetry.TelemetryError:
                continue

    def stop(self, pid):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(self.chance.uniform(0, 1.5))
        os.kill(pid, signal.SIGCONT)

    def stop_near(self):
        self.stop(self.end.lagoond.pid)

    def stop_far(self):
        self.stop(self.far._lagoond.pid)

    def reload(self):
        self.end.lagoond.reload(self.end.lagoond.config)

    def hold_rtnl(self):
        name = f"{self.stage.tag}-c99"
        netns.create(name)
        netns.ip_batch(name, [f"link add x{i} type veth peer name y{i}" for i in range(60)])
        netns.remove(name)

    def flood(self):
        frames = hostile.FLOODS[self.chance.choice(sorted(hostile.FLOODS))]()
        raw = netns.run_in(self.stage.par, _raw, self.link().far)
        until = time.monotonic() + self.chance.uniform(0, 0.5)
        with raw:
            while time.monotonic() < until:
                for frame in frames[:32]:
                    try:
                        raw.send(frame.ljust(60, b"\0"))
                    except OSError:
                        return  # no carrier


def _raw(interface):
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    raw.bind((interface, 0))
    return raw


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(argv=sys.argv[:1])
