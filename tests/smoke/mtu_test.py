"""MTUs: what `mtu` sets, what `mtu: auto` and the end put back, and what views say of it.

usage: mtu_test.py LAGOOND        Needs root.
"""

import json
import subprocess
import sys
import unittest

from lab.conformance import Lab
from stage import telemetry

LAGOOND = sys.argv[1]
TAP = "host0"
MEMBERS = ("m0", "m1")
# What the driver of a tap takes, and what net_af_packet says that it does not take.
SET, JUMBO, USUAL = 1400, 9000, 1500


def mtu_of(interface):
    return json.loads(subprocess.check_output(["ip", "-json", "link", "show", interface]))[0]["mtu"]


class Mtu(unittest.TestCase):
    def setUp(self):
        self.lab = Lab(LAGOOND)
        self.addCleanup(self.lab.close)

    def expect(self, members, tap):
        self.assertEqual([mtu_of(member) for member in MEMBERS], [members] * 2)
        self.assertEqual(mtu_of(TAP), tap)
        self.assertEqual(self.lab.status()["mtu"], members)
        for kind, words in (("lagg", f" mtu {members}\n"), ("json", f'"mtu": {members},')):
            self.assertIn(words, telemetry.whole_text(self.lab.prefix, f"/lagoon/view,lag0,{kind}"))

    def set_mtu(self, mtu):
        self.assertEqual([*self.lab.ask(f"/lagoon/do,lag0,set,mtu: {mtu}", 8)], ["done"])

    def test_members_and_tap_get_their_own_again(self):
        self.lab.start(links=2, host=TAP, mtu=JUMBO)
        self.expect(JUMBO, USUAL)
        self.set_mtu(SET)
        self.expect(SET, SET)
        self.set_mtu("auto")
        self.expect(JUMBO, USUAL)
        self.set_mtu(SET)
        self.assertEqual(self.lab.stop(), 0)
        self.assertEqual([mtu_of(member) for member in MEMBERS], [JUMBO] * 2)

    def test_more_than_the_kernels_ring_holds_is_refused(self):
        """Longer frames would be cut."""
        self.lab.start(links=2)
        answer = self.lab.ask(f"/lagoon/do,lag0,set,mtu: {JUMBO}", 8)
        self.assertIn(f"an MTU of {JUMBO}: the kernel's ring was made for one of 1959 at most", answer.get("error", answer))
        self.assertEqual([mtu_of(member) for member in MEMBERS], [USUAL] * 2)

    def test_an_interface_that_was_there_before_gets_its_own_at_the_end(self):
        """A tap that somebody made, which its driver gives 1500; members are set at the start."""
        subprocess.run(["ip", "tuntap", "add", TAP, "mode", "tap", "multi_queue"], check=True)
        subprocess.run(["ip", "link", "set", TAP, "mtu", "1504"], check=True)
        self.lab.start(links=2, host=TAP, mtu=JUMBO, lag={"mtu": SET})
        self.expect(SET, SET)
        self.set_mtu("auto")
        self.expect(JUMBO, 1504)
        self.set_mtu(SET)
        self.assertEqual(self.lab.stop(), 0)
        self.assertEqual([mtu_of(one) for one in (*MEMBERS, TAP)], [JUMBO, JUMBO, 1504])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
