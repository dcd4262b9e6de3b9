"""Interfaces that are deleted, renamed or moved away under members and access ports, and come back.

usage: interface_returns_test.py LAGOOND        Needs root.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest

from lab import octets
from lab.conformance import Lab, Wire, ip, mac_of

LAGOOND = sys.argv[1]
GONE = "its interface is gone"
FRAMES = 64
PATIENCE_S = 10  # whoever makes interfaces on this machine keeps the others waiting
LAG = {"mode": "balance-xor", "lacp": {}}


def frame(number):
    """UDP, of a conversation of its own."""
    head = bytes.fromhex("020000000002" "020000000101" "0800" "45000056" "0000400040110000" "0a4d0001")
    return (head + (0x0a4d0100 + number).to_bytes(4, "big") + bytes(4) + number.to_bytes(2, "big")).ljust(100, b"\0")


def facts(interface):
    return json.loads(subprocess.check_output(["ip", "-json", "-details", "link", "show", interface]))[0]


def own_facts(interface):
    """What lagoond sets, and is to put back."""
    now = facts(interface)
    settings = [pathlib.Path(f"/proc/sys/net/ipv4/conf/{interface}/{name}").read_text(encoding="ascii").strip()
                for name in ("arp_ignore", "rp_filter")]
    return now["address"], now["mtu"], "PROMISC" in now["flags"], settings


class Returns(unittest.TestCase):
    def start(self, **settings):
        self.lab = Lab(LAGOOND)
        self.addCleanup(self.lab.close)
        self.lab.start(**settings)

    def until(self, fact, seconds=PATIENCE_S, what=""):
        begins = time.monotonic()
        self.assertTrue(self.lab.until(fact, seconds), json.dumps(self.lab.status()["members"]) + self.lab.log_text())
        if what:
            print(f"    {what} after {time.monotonic() - begins:.2f} s", flush=True)

    def findings(self):
        return {f["subject"]: f["sentence"] for f in self.lab.ask("/lagoon/health")["findings"].values()
                if f["severity"] in ("warning", "failure")}

    def events(self):
        return [(e["from"], e["to"], e["why"]) for e in self.lab.ask("/lagoon/events,lag0").values()
                if e["kind"] == "interface" and e["member"] == "net_af_packet0"]

    def port(self):
        return self.lab.ask("/lagoon/ports")["lan0"]

    def is_gone(self, link):
        return self.lab.member(link).get("why_out") == GONE

    def works(self, link):
        return self.lab.member(link)["distributing"]

    def make(self, link):
        """The interface again, and the far end of its link with it."""
        old = self.lab.wires[link]
        old.socket.close()
        self.lab.wires[link] = Wire(old.name, old.ours)
        for partner in self.lab.partners:
            if partner.wire is old:
                partner.wire = self.lab.wires[link]
                partner.partner = octets.Info()
        return old

    def sent(self, frames=FRAMES):
        """Sends so many frames through the LAG; how many came out, by link."""
        begins = [len(wire.frames) for wire in self.lab.wires]
        for number in range(frames):
            self.lab.lan.send(frame(number))
        came = lambda: [sum(f[30:32] == b"\x0a\x4d" for _, f in wire.frames[begin:])
                        for wire, begin in zip(self.lab.wires, begins)]
        self.lab.until(lambda: sum(came()) >= frames, 1)
        return came()

    def test_a_member_is_deleted_and_made_again_under_lacp(self):
        self.start(links=2, lan=True)
        for link in range(2):
            self.lab.partner(link)
        self.lab.converge(0, 1)
        self.sent()
        before = self.lab.member(0)
        ip("link", "del", "m0")
        self.until(lambda: self.is_gone(0), 2, "a member that was deleted: said")
        self.assertIn(GONE, self.findings()["lag0/net_af_packet0"])
        self.assertIn(("there", "gone", "deleted"), self.events())
        self.until(lambda: self.works(1))  # (should this test have stood meanwhile)
        self.assertEqual(self.sent()[1], FRAMES)
        self.make(0)
        self.until(lambda: self.lab.distributing(0, 1), what="made again: distributing under LACP")
        after = self.lab.member(0)
        self.assertEqual(self.events()[-1], ("gone", "there", "taken"))
        self.assertEqual(after["lacp"]["actor"]["port_number"], before["lacp"]["actor"]["port_number"])
        self.assertGreaterEqual(after["traffic"]["tx_packets"], before["traffic"]["tx_packets"])
        self.assertEqual(after["address"], self.lab.wires[0].our_mac.hex(":"))
        self.assertNotEqual(after["address"], before["address"])
        went = self.sent()
        self.assertEqual(sum(went), FRAMES)
        self.assertTrue(all(went), went)
        self.assertNotIn("lag0/net_af_packet0", self.findings())
        self.assertEqual(self.lab.stop(), 0)
        address, _, promiscuous, _ = own_facts("m0")
        self.assertEqual((address, promiscuous), (after["address"], False))

    def test_a_member_is_renamed_and_another_one_gets_its_name(self):
        self.start(links=2, lan=True, lag=LAG)
        self.until(lambda: self.works(0) and self.works(1))
        old, other = own_facts("m1"), Wire("p9", "m9")
        self.addCleanup(other.socket.close)
        given = own_facts("m9")
        ip("link", "set", "m0", "down")
        ip("link", "set", "m0", "name", "old0")
        self.until(lambda: self.is_gone(0), 2)
        self.assertIn(("there", "gone", "renamed"), self.events())
        # It has what it had again, under its new name.
        mine = self.lab.wires[0].our_mac.hex(":")
        self.until(lambda: own_facts("old0")[0] == mine and not own_facts("old0")[2])
        self.assertEqual(own_facts("m1"), old)
        ip("link", "set", "m9", "down")
        ip("link", "set", "m9", "name", "m0")
        # It is down: that is said, and it waits.
        self.until(lambda: "link set m0 up" in self.findings().get("lag0/net_af_packet0", ""))
        ip("link", "set", "m0", "up")
        self.until(lambda: self.works(0))
        self.assertEqual([to for _, to, _ in self.events()], ["gone", "refused", "there"])
        self.lab.wires[0].socket.close()
        self.lab.wires[0] = other
        went = self.sent()
        self.assertEqual(sum(went), FRAMES)
        self.assertTrue(all(went), went)
        self.assertEqual(self.lab.stop(), 0)
        self.assertEqual(own_facts("m0"), given)

    def test_a_member_goes_to_another_namespace_and_comes_back(self):
        self.start(links=2, lan=True, lag=LAG)
        self.until(lambda: self.works(0) and self.works(1))
        index, carried = facts("m0")["ifindex"], facts("m0")["address"]
        away = subprocess.Popen(["unshare", "-n", "sleep", "60"])
        self.addCleanup(away.wait)
        self.addCleanup(away.kill)
        self.until(lambda: os.readlink(f"/proc/{away.pid}/ns/net") != os.readlink("/proc/self/ns/net"))
        ip("link", "set", "m0", "netns", str(away.pid))
        self.until(lambda: self.is_gone(0), 2)
        inside = ["nsenter", "-t", str(away.pid), "-n"]
        subprocess.run([*inside, "ip", "link", "set", "m0", "netns", str(os.getpid())], check=True)
        self.assertEqual(facts("m0")["ifindex"], index)
        ip("link", "set", "m0", "up")
        self.until(lambda: self.works(0))
        went = self.sent()
        self.assertEqual(sum(went), FRAMES)
        self.assertTrue(all(went), went)
        self.assertEqual(facts("m0")["address"], carried)
        self.assertEqual(self.lab.stop(), 0)
        self.assertEqual(facts("m0")["address"], self.lab.wires[0].our_mac.hex(":"))

    def test_another_member_in_the_place_of_one_that_was_removed_while_it_was_gone(self):
        self.start(links=2, lan=True, lag=LAG)
        self.until(lambda: self.works(0) and self.works(1))
        ip("link", "del", "m0")
        self.until(lambda: self.is_gone(0), 2)
        other = Wire("p9", "m9")
        self.addCleanup(lambda: other.socket.close())
        self.lab.ask("/lagoon/do,lag0,remove,net_af_packet0")
        self.lab.ask('/lagoon/do,lag0,add,{ dev: "net_af_packet9,iface=m9" }')
        works = lambda: any(m["name"] == "net_af_packet9" and m["distributing"] for m in self.lab.status()["members"])
        self.until(works)
        ip("link", "del", "m9")
        self.until(lambda: self.findings().get("lag0/net_af_packet9", "").endswith(GONE), 2)
        other.socket.close()
        other = Wire("p9", "m9")
        self.until(works)
        self.assertEqual(self.lab.stop(), 0)

    def test_an_access_port_is_deleted_and_made_again(self):
        self.start(links=2, lan=True, lag=LAG)
        self.until(lambda: self.works(0) and self.works(1))
        self.assertEqual(sum(self.sent()), FRAMES)
        counted = self.port()["rx_packets"]
        ip("link", "del", "lan0")
        self.until(lambda: self.port().get("absence") == GONE, 2, "an access port that was deleted: said")
        self.assertEqual(self.port()["link"], "down")
        self.assertIn(GONE, self.findings()["port lan0"])
        self.lab.wires[0].send(frame(1))  # nobody takes it
        self.lab.run(0.1)
        self.lab.lan.socket.close()
        self.lab.lan = Wire("lan1", "lan0")
        self.until(lambda: self.port()["link"] == "up", what="made again: carries")
        self.assertEqual(sum(self.sent()), FRAMES)
        self.assertGreaterEqual(self.port()["rx_packets"], counted + FRAMES)
        self.lab.wires[0].send(frame(2))
        self.until(lambda: any(f[38:40] == (2).to_bytes(2, "big") for _, f in self.lab.lan.frames if len(f) == 100))
        self.assertNotIn("port lan0", self.findings())
        self.assertEqual(self.lab.stop(), 0)
        self.assertTrue(re.search("port 'lan0': its interface 'lan0' is gone", self.lab.log_text()))

    def test_a_tap_is_made_again(self):
        self.start(links=1, host="host0", lag=LAG)
        self.until(lambda: self.works(0))
        self.until(lambda: facts("host0")["operstate"] in ("UP", "UNKNOWN"))
        index = facts("host0")["ifindex"]
        ip("link", "del", "host0")
        self.until(lambda: subprocess.run(["ip", "link", "show", "host0"], capture_output=True, check=False).returncode == 0
                   and facts("host0")["ifindex"] != index, what="a tap that was deleted: made again")
        ip("link", "set", "host0", "up")
        self.until(lambda: facts("host0")["address"] == self.lab.status()["address"])
        self.until(lambda: "LOWER_UP" in facts("host0")["flags"])
        self.assertEqual(self.lab.stop(), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
