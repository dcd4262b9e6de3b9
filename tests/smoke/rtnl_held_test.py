"""Somebody holds the kernel's rtnl lock for seconds: nobody hears it in our LACPDUs, and the operator is answered.

usage: rtnl_held_test.py LAGOOND        Needs root.
"""

import json
import subprocess
import sys
import threading
import time
import unittest

from lab import octets, rtnl
from lab.conformance import Lab

LAGOOND = sys.argv[1]
HELD_S = 3.0
GAP_MAX_S = 1.5
ANSWER_MAX_S = 1.0
MTU = 1400
TAP = "host0"


def link_of(interface):
    return json.loads(subprocess.check_output(["ip", "-json", "link", "show", interface]))[0]


def has_carrier(interface):
    return "LOWER_UP" in link_of(interface)["flags"]


@unittest.skipUnless(rtnl.can_be_held(), "the kernel has no userfaultfd")
class RtnlHeld(unittest.TestCase):
    def setUp(self):
        self.lab = Lab(LAGOOND)
        self.addCleanup(self.lab.close)

    def start(self, **lag):
        self.lab.start(links=3, host=TAP, lag=lag)
        self.partners = [self.lab.partner(link) for link in range(3)]
        self.lab.settle(0, 1, 2)

    def gaps(self, begun):
        """By member: the longest time between two of its LACPDUs."""
        for partner in self.partners:
            at = [begun, *(pdu.at for pdu in partner.since(begun)), self.lab.now()]
            yield max(after - before for before, after in zip(at, at[1:]))

    def while_held(self, act=lambda: None):
        """Gives how long the operator waited for answers at most."""
        begun, slowest, unanswered = self.lab.now(), 0.0, 0
        with rtnl.Held() as held:
            ends = time.monotonic() + HELD_S
            act()
            while time.monotonic() < ends:
                asked = time.monotonic()
                unanswered += "members" not in (self.lab.ask("/lagoon/lag,lag0") or {})
                slowest = max(slowest, time.monotonic() - asked)
                self.lab.run(0.1)
        gap = max(self.gaps(begun))
        print(f"    {self._testMethodName}: held {held.waited:.2f} s, LACPDU gap {gap:.2f} s, slowest answer "
              f"{slowest * 1000:.0f} ms", flush=True)
        self.assertGreater(held.waited, HELD_S * 0.95, "the lock was not held")
        self.assertLessEqual(gap, GAP_MAX_S)
        self.assertEqual(unanswered, 0, "the operator was not answered")
        self.assertLessEqual(slowest, ANSWER_MAX_S)

    def test_nobody_hears_it(self):
        self.start()
        self.while_held()
        self.assertTrue(self.lab.distributing(0, 1, 2), self.lab.status())
        for member in self.lab.status()["members"]:
            self.assertEqual((member["link_failures"], member["lacp"]["counters"]["expirations"]), (0, 0))
            self.assertLessEqual(member["lacp"]["tx_gap_ms"], GAP_MAX_S * 1000)

    def test_what_is_set_meanwhile_stands_when_the_lock_is_free(self):
        """The LAG goes down and up again, so the tap's carrier is to change twice; its MTU is set; LACP goes on."""
        self.start(**{"min-links": 2})
        self.assertTrue(has_carrier(TAP))
        answers = []
        setter = threading.Thread(target=lambda: answers.append(self.lab.ask(f"/lagoon/do,lag0,set,mtu: {MTU}", 8)))

        def act():
            for partner in self.partners[:2]:
                partner.set(state=octets.UP & ~(octets.SYNCHRONIZATION | octets.COLLECTING | octets.DISTRIBUTING))
            self.assertTrue(self.lab.until(lambda: not self.lab.status()["up"], 1.0), "LACP stands still")
            setter.start()
        self.while_held(act)
        setter.join()
        self.assertEqual([*answers[0]], ["done"], answers)
        self.assertTrue(self.lab.until(lambda: not has_carrier(TAP), 1.0), "the tap keeps its carrier")
        for interface in ("m0", "m1", "m2", TAP):
            self.assertEqual(link_of(interface)["mtu"], MTU, interface)
        for partner in self.partners[:2]:
            partner.set(state=octets.UP)
        self.assertTrue(self.lab.until(lambda: has_carrier(TAP), 3.0), "the tap's carrier does not come back")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
