"""Uplinks: a LAG whose uplinks are all down tells its Partner, and comes back; of two boxes that both carry (independent), the
one without an uplink gives all to the other.

usage: uplinks_test.py BUILD        LAGOON_LONG=1: with the bounds of the contract
                                    exit code 77: namespaces cannot be made here
"""

import contextlib
import json
import os
import subprocess
import sys
import time
import unittest

from lab.waiting import wait_for
from stage import netns, numbered, partners
from stage.lagoond import Lagoond
from stage.stage import Stage
from stage.two_boxes import TwoBoxes

from demo import binaries_in  # isort: skip (lab says where it is)

SKIP = 77
RATE, FLOWS = 2000, 32
PATIENCE_S = 20.0
# The contract's. (Beside other tests a machine may stand for longer.)
LOST_MAX = 50 if os.environ.get("LAGOON_LONG") == "1" else 250
TAP = "gw0"


class Listener:
    """A host that listens on one interface, or (rate) sends from it."""

    def __init__(self, popen, path, name, interface, way, rate=0):
        self._out = path(f"{name}.json")
        self._program = popen([sys.executable, os.path.abspath(numbered.__file__), interface, str(way), str(rate), str(FLOWS),
                               self._out], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._program.stdout.readline()

    def go(self):
        self._program.stdin.write("go\n")
        self._program.stdin.flush()

    def stop(self):
        self._program.terminate()
        self._program.wait(timeout=30)
        self._program.stdin.close()
        self._program.stdout.close()
        with open(self._out, encoding="ascii") as file:
            return json.load(file)


class Uplinks(unittest.TestCase):
    binaries = {}

    def setUp(self):
        self._stack = contextlib.ExitStack()
        self.addCleanup(self._stack.close)

    def test_the_partner_is_told_and_told_again(self):
        stage = self._stack.enter_context(Stage(2))
        netns.ip_batch(stage.net, ["link add up0 type veth peer name up1", "link set up0 arp off up", "link set up1 arp off up"])
        far = partners.create("ovs")
        far.start(stage)
        lagoond = Lagoond(stage, self.binaries["lagoond"], options={"uplinks": ["up0"]})
        lagoond.config["ports"].append({"name": "up0", "dev": "net_af_packet9,iface=up0"})
        lagoond._write(lagoond.config)
        lagoond.start()
        self.assertIsNotNone(wait_for(lambda: lagoond.converged() and far.converged(), PATIENCE_S))
        netns.ip_batch(stage.net, ["link set up1 down"])
        in_sync = 0x08
        self.assertIsNotNone(wait_for(lambda: not any(of_us & in_sync for _, of_us in far.link_states().values()), PATIENCE_S))
        table = lagoond.view("table")
        self.assertIn("no uplink", table)
        self.assertIn("all uplinks of the LAG are down, so the Partner is to send nothing", table)
        event = next(e for e in lagoond.events() if e["kind"] == "uplinks")
        self.assertEqual((event["from"], event["to"], event["evidence"]), ("up", "down", "up0 is down"))
        netns.ip_batch(stage.net, ["link set up1 up"])
        took = wait_for(lambda: lagoond.converged() and far.converged(), PATIENCE_S)
        self.assertIsNotNone(took, lagoond.view("table"))
        print(f"uplink back: carries after {took:.2f} s", flush=True)
        lagoond.stop()
        far.stop()

    def test_both_boxes_carry_and_one_loses_its_uplink(self):
        pair = self._stack.enter_context(TwoBoxes(self.binaries["lagoond"], self.binaries["console"], mode="independent", members=1,
                                                  tap=TAP, lag={"uplinks": ["lan0"], "mac": "02:00:00:00:fe:01"}))
        stage = pair.stage
        far = partners.create("ovs")
        far.start(stage)
        for box in pair.boxes:
            pair.start(box)
            netns.ip_batch(box.namespace, [f"link set {TAP} up"])
        self._both_carry(pair, far)
        listeners = [Listener(lambda argv, box=box, **more: stage.popen_in(box.namespace, argv, **more), stage.path, box.name, TAP, 0)
                     for box in pair.boxes]
        sender = Listener(lambda argv, **more: stage.popen_in(stage.far, argv, **more), stage.path, "far", "eth0", 1, RATE)
        for each in (*listeners, sender):
            each.go()
        time.sleep(1.5)
        pair.set_uplink(pair.a, False)
        self.assertIsNotNone(wait_for(lambda: pair.a.lagoond.view("table").find("other box") >= 0, PATIENCE_S),
                             pair.a.lagoond.view("table"))
        print(pair.a.ask("show cluster"), flush=True)
        time.sleep(1.5)
        pair.set_uplink(pair.a, True)
        self._both_carry(pair, far)
        time.sleep(1.0)
        sent = sender.stop()
        time.sleep(0.3)
        came = [listener.stop() for listener in listeners]
        arrived, doubled = self._union(came)
        print(f"sent {sent['sent']}, at a {came[0]['came']}, at b {came[1]['came']}: lost {sent['sent'] - arrived}, doubled {doubled}",
              flush=True)
        self.assertGreater(min(c["came"] for c in came), RATE // 10, "both are to carry")
        self.assertEqual(doubled + sum(c["doubled"] for c in came), 0)
        self.assertLessEqual(sent["sent"] - arrived, LOST_MAX)
        for box in pair.boxes:
            box.lagoond.stop()
        far.stop()

    def _both_carry(self, pair, far):
        took = wait_for(lambda: far.converged() and all(box.role() == "independent" for box in pair.boxes) and
                        all(box.lagoond.status()["up"] for box in pair.boxes), PATIENCE_S)
        self.assertIsNotNone(took, [box.ask("show cluster") + box.ask("show lag") for box in pair.boxes])

    @staticmethod
    def _union(came):
        """Frames that arrived at one of the two at least, and those that arrived at both."""
        arrived = doubled = 0
        for flow in range(FLOWS):
            one, other = (bytes.fromhex(c["seen"][flow]) for c in came)
            both = sum(a & b for a, b in zip(one, other))
            arrived += sum(one) + sum(other) - both
            doubled += both
        return arrived, doubled


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    Uplinks.binaries = {**binaries_in(sys.argv[1]), "console": os.path.join(sys.argv[1], "app", "console", "lagoon-console")}
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
