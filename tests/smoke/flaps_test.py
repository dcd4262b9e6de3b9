"""Random carrier flaps of four members between two lagoonds, under numbered frames both ways: nothing is doubled or
overtaken, what is sent is what comes and what is named, and frames pass while any link has its carrier for long enough.

usage: flaps_test.py BUILD      LAGOON_SEED=n replays the flaps of a run; LAGOON_FLAPS=10000: so many, of each mode;
                                LAGOON_RATE=10000: frames in a second, there; LAGOON_TELL=1: what led to the longest silence;
                                LAGOON_HOLD=50ms: move-hold and failover-hold, where the machine has no other work
"""

import json
import os
import random
import subprocess
import sys
import time
import unittest

from lab import flapping, hostile, retries
from lab.ends import link_of
from lab.waiting import until
from demo import binaries_in  # isort: skip (lab says where it is)
from stage import netns, numbered, telemetry
from stage.lagoond import Lagoond
from stage.partner import NamespacePartner
from stage.stage import Stage

BINARIES = binaries_in(sys.argv[1])
FLAPS = int(os.environ.get("LAGOON_FLAPS", "0"))
RATE = int(os.environ.get("LAGOON_RATE", "10000" if FLAPS else "5000"))
LINKS = 4
# A worker of the far end may stand for so long where the machine has other work. (It looks at one link after the other.)
HOLD = os.environ.get("LAGOON_HOLD", "500ms" if FLAPS else "200ms")
BACK = 5  # a part of the rate
RINGS_ASKED_S = 1.5  # what the kernel's rings have lost is asked for once a second
QUICK_UPS = ((50, 0.005, 0.05), (35, 0.05, 0.3))
DOWNS = ((60, 0.002, 0.02), (30, 0.02, 0.1), (10, 0.1, 0.3))
# Drops of data, by the name that fast/drop.hpp has for them; others are of LACPDUs and their like.
OF_DATA = ("not_collecting", "no_distributing_member", "tx_refused", "port_tx_refused", "no_peer", "slow_from_port",
           "inactive_member", "other_address", "reflected", "duplicate", "copy_refused", "unfit", "cut",
           "queue_full", "rate_exceeded", "member_lost")


class FarLagoond(NamespacePartner):
    def __init__(self, options):
        super().__init__()
        self._options = options
        self.lagoond = None

    def _start(self, rate):
        self.lagoond = Lagoond(self.stage, BINARIES["lagoond"], options=self._options, far=True)
        self.lagoond.start()

    def _stop(self):
        self.lagoond.stop()


class Flaps(unittest.TestCase):
    def start(self, stage, mode):
        self.stage = stage
        # (frames of data are counted: LLDP passes where they do)
        options = {"mode": mode, "lldp": {"transmit": False}, "hash": "l3+4", "hash-seed": 1, "move-hold": HOLD, "failover-hold": HOLD}
        self.far = FarLagoond(options)
        self.far.start(stage)
        self.near = Lagoond(stage, BINARIES["lagoond"], options=options)
        self.near.start()
        self.ends = (self.near, self.far.lagoond)
        self.assertTrue(until(self.all_carry), self.near.view("table"))
        for link in stage.links:
            for here, there in (link.middle, link.middle[::-1]):
                carry_data(stage.net, here, there)

    def all_carry(self):
        return all(m["distributing"] and m["collecting"] for end in self.ends for m in whole(end)["members"])

    def survive(self, mode, flaps, ups, after_ns, silence_max_ns, sides=flapping.SIDES):
        """Up to some tries, until no silence is too long; whatever else is wrong fails at once."""
        for attempt in retries.tries(mode):
            seed = int(os.environ.get("LAGOON_SEED", time.time_ns() & 0xffffff))
            print(f"--- {mode}: LAGOON_SEED={seed}, {flaps} flaps, {RATE} frames/s there and {RATE // BACK} back", flush=True)
            with Stage(LINKS) as stage:
                self.start(stage, mode)
                silences = self.run_flaps(flapping.Flapper(stage.links, random.Random(seed), ups, DOWNS, flaps, sides), after_ns)
                if max(silences) <= silence_max_ns or attempt == retries.TRIES or FLAPS:
                    self.near.stop()
                    self.far.stop()
                    break
                self.near.stop()
        self.assertLessEqual(max(silences), silence_max_ns)

    def run_flaps(self, flapper, after_ns):
        resident = [hostile.resident_kb(end.pid) for end in self.ends]
        hosts = [lambda argv, namespace=namespace, **options: self.stage.popen_in(namespace, argv, **options)
                 for namespace in (self.stage.lan, self.stage.far)]
        exchange = numbered.Exchange(hosts, self.stage.path, (RATE, RATE // BACK))
        begun = time.monotonic()
        try:
            flapper.run()
            took = time.monotonic() - begun
            self.assertTrue(until(self.all_carry), self.near.view("table"))
        finally:
            ended = time.monotonic_ns()
            outcomes = exchange.stop()
        time.sleep(RINGS_ASKED_S)
        for way, (here, there) in (("there", outcomes), ("back", outcomes[::-1])):
            print(f"    {way}: {here['sent']} sent, {there['came']} came, {there['doubled']} doubled, {there['overtaken']} "
                  f"overtaken, {flapper.done} flaps in {took:.0f} s", flush=True)
        self.judge_sums(outcomes)
        for host in outcomes:
            self.assertGreater(host["came"], 0)
            self.assertEqual((host["doubled"], host["overtaken"], host["no_room"]), (0, 0, 0), host["examples"])
        grown = [hostile.resident_kb(end.pid) - before for end, before in zip(self.ends, resident)]
        print(f"    resident {grown[0]:+} and {grown[1]:+} kB, link failures "
              f"{sum(m['link_failures'] for end in self.ends for m in whole(end)['members'])}", flush=True)
        return self.silences(outcomes, flapping.passing(flapper.carrier, after_ns, ended), flapper)

    def judge_sums(self, outcomes):
        """At each place that frames pass, what went in came out or has a name, both ways together."""
        near, far = Counted(self.near, "lan0"), Counted(self.far.lagoond, "far0")
        sent, came = (sum(host[what] for host in outcomes) for what in ("sent", "came"))
        cables = 0
        for link, ours, theirs in zip(self.stage.links, near.members, far.members):
            for sender, receiver, middle, end in (
                    (ours, theirs, link.middle[0], (self.stage.par, link.far)), (theirs, ours, link.middle[1], (self.stage.net, link.near))):
                began, lost = data_of(self.stage.net, middle)
                self.assertEqual(sender.sent, began, f"{link.near}: sent, by lagoond and by the kernel at the link's beginning")
                slow = link_of(*end)["stats64"]["rx"]["packets"] - (began - lost)
                receiver.ring_lost = began - lost - receiver.heard
                # (the kernel's ring loses LACPDUs, too; those control hears another way)
                self.assertTrue(0 <= receiver.ring_full - receiver.ring_lost <= slow,
                                f"{end[1]}: {began - lost} frames of data reached it, {receiver.heard} were heard, "
                                f"{receiver.ring_full} found no room")
                cables += lost
        rings = sum(m.ring_lost for end in (near, far) for m in end.members) + near.access_ring_full + far.access_ring_full
        print(f"    {sent} sent, {came} came, named: {near.names} {far.names}, {rings} in rings; {cables} on the way when "
              f"a link went", flush=True)
        self.assertEqual(sent, came + near.drops + far.drops + rings + cables)

    def silences(self, outcomes, spans, flapper):
        """The longest of each way, in ns."""
        self.assertTrue(spans)
        longest = []
        for way, (here, there) in (("there", outcomes), ("back", outcomes[::-1])):
            silent, since = (flapping.silences(spans, here["sent_slots"], there["came_slots"], numbered.SLOT_NS) or [(0, 0)])[0]
            print(f"    {way}: frames had to pass for {sum(end - begin for begin, end in spans) / 1e9:.1f} s, the longest silence "
                  f"was {silent / 1e6:.0f} ms, at {since / 1e9:.2f}", flush=True)
            if os.environ.get("LAGOON_TELL") and silent > 0:
                self.tell(flapper, since - 3_000_000_000, since + silent)
            longest.append(silent)
        return longest

    def tell(self, flapper, begin, end):
        """What both lagoonds did then, as far as they still know, and the carriers."""
        told = [(at, f"link {i} {'up' if up else 'down'}") for i, changes in enumerate(flapper.carrier) for at, up in changes]
        for name, lagoond in zip(("near", "far"), self.ends):
            told += [(e["t_ns"], f"{name} " + " ".join(str(v) for k, v in e.items() if k != "t_ns")) for e in lagoond.events(512)]
        for at, words in sorted(told):
            if begin <= at <= end:
                print(f"      {at / 1e9:.3f} {words}")

    def test_balance_xor(self):
        self.survive("balance-xor", FLAPS or 50, (*QUICK_UPS, (15, 0.3, 0.8)), 200_000_000,
                     600_000_000 if FLAPS else 100_000_000)  # (lanes that return wait for move-hold)

    def test_lacp(self):
        """Each end sees that a link is lost: LACP by itself notices a Partner's silence after 3 s. A link that takes over has
        been agreed on before; lanes wait for the hold."""
        self.survive("lacp", FLAPS or 40, (*QUICK_UPS, (10, 1.5, 3)), 1_500_000_000, 600_000_000 if FLAPS else 300_000_000, ("both",))


class Member:
    def __init__(self, status):
        traffic = status["traffic"]
        self.sent, self.heard = traffic["tx_packets"], traffic["rx_packets"] + traffic["rx_ignored_packets"]
        self.ring_full = status["kernel_ring_full"]
        self.ring_lost = 0


class Counted:
    """What a lagoond counts: drops by name, of its LAG and access port."""

    def __init__(self, end, access):
        status = whole(end)
        self.members = [Member(member) for member in status["members"]]
        port = telemetry.ask(end.prefix, "/lagoon/ports")[access]
        self.access_ring_full = port["drops"]["kernel_ring_full"]
        self.names = {}
        for drops in (status["drops"], port["drops"]):
            for name in OF_DATA:
                if drops.get(name):
                    self.names[name] = self.names.get(name, 0) + drops[name]
        self.drops = sum(self.names.values())


def whole(end):
    return json.loads(end.view("json"))


def carry_data(namespace, here, there):
    """What comes in here and is IPv4 goes on there, and is counted: what reached there, and what did not."""
    subprocess.run(netns.command_in(namespace, ["tc", "filter", "add", "dev", here, "ingress", "protocol", "ip", "prio", "5", "u32",
                                                "match", "u32", "0", "0", "action", "mirred", "egress", "redirect", "dev",
                                                there]), check=True)


def data_of(namespace, interface):
    """(frames that came in, those of them that did not get further)"""
    done = subprocess.run(netns.command_in(namespace, ["tc", "-s", "-j", "filter", "show", "dev", interface, "ingress", "prio", "5"]),
                          check=True, capture_output=True, text=True)
    stats, = (action["stats"] for one in json.loads(done.stdout) for action in one.get("options", {}).get("actions", []))
    return stats["packets"], stats["overlimits"] + stats["drops"]


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=1)
