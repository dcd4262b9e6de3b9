"""What enters is what leaves and what is named: frames that find no room in the kernel's rings of net_af_packet, long frames,
and frames that are longer than those rings take.

usage: named_losses_test.py LAGOOND        Needs root.
"""

import signal
import subprocess
import sys
import time
import unittest

from lab import octets
from lab.conformance import Lab

LAGOOND = sys.argv[1]
FRAMES = 2000  # four times as many as a ring has places
STANDS_S = 0.1
VLAN = b"\x81\0"
JUMBO = 9000
# A ring for that MTU has frames of 12,288 octets, with 66 before each.
LONGEST = 12288 - 66 - 1


def frame(number, octets=100):
    """UDP, of a conversation of its own."""
    head = bytes.fromhex("020000000002" "020000000101" "0800" "4500") + (octets - 14).to_bytes(2, "big")
    head += bytes.fromhex("0000400040110000" "0a4d0001" "0a4d0011") + number.to_bytes(2, "big")
    return head.ljust(octets, b"\0")


class NamedLosses(unittest.TestCase):
    def start(self, mtu=1500):
        self.lab = Lab(LAGOOND)
        self.addCleanup(self.lab.close)
        self.lab.start(links=1, lan=True, mtu=mtu)
        self.lab.partner(0)
        self.lab.converge(0)

    def counted(self, direction):
        """Frames that went the whole way, and those that the kernel's ring had no room for."""
        member = self.lab.status()["members"][0]
        if direction == "rx":
            return member["traffic"]["rx_packets"], member["kernel_ring_full"]
        return member["traffic"]["tx_packets"], self.lab.ask("/lagoon/ports")["lan0"]["drops"]["kernel_ring_full"]

    def overflow(self, wire, direction):
        before = self.counted(direction)
        self.assertEqual(before[1], 0)
        self.lab.process.send_signal(signal.SIGSTOP)
        time.sleep(STANDS_S)
        for number in range(FRAMES):
            wire.send(frame(number))
        self.lab.process.send_signal(signal.SIGCONT)
        self.lab.until(lambda: sum(self.counted(direction)) >= before[0] + FRAMES, 3)
        went, lost = self.counted(direction)
        print(f"    {direction}: of {FRAMES} frames {went - before[0]} went through, {lost} were lost and named", flush=True)
        self.assertEqual(went - before[0] + lost, FRAMES)
        self.assertGreater(lost, 0, "the ring did not overflow")

    def sentences(self):
        return [finding["sentence"] for finding in self.lab.ask("/lagoon/health")["findings"].values()]

    def test_rings_of_members_and_access_ports(self):
        self.start()
        self.assertFalse([s for s in self.sentences() if "ring" in s])
        self.overflow(self.lab.wires[0], "rx")
        self.assertEqual(self.lab.status()["drops"]["kernel_ring_full"], self.counted("rx")[1])
        self.assertEqual(len([s for s in self.sentences() if "no room in the kernel's ring" in s]), 1)
        self.overflow(self.lab.lan, "tx")
        self.assertEqual(len([s for s in self.sentences() if "no room in the kernel's ring" in s]), 2)
        self.assertEqual(self.lab.stop(), 0)

    def test_the_socket_that_hears_lacpdus(self):
        self.start()
        self.lab.partners[0].period = None
        self.lab.run(1.2)

        def counted():
            status = self.lab.status()
            member = status["members"][0]
            return {"taken": member["lacp"]["counters"]["lacpdu_rx"], "above the limit": member["lacpdus_dropped"],
                    "held out": status["drops"]["lacpdu_held_out"], "no room": status["drops"]["slow_socket_full"]}
        before = counted()
        self.assertEqual(before["no room"], 0)
        said = octets.frame(self.lab.wires[0].mac, octets.lacpdu(self.lab.partners[0].info, self.lab.partners[0].partner))
        self.lab.process.send_signal(signal.SIGSTOP)
        for _ in range(FRAMES):
            self.lab.wires[0].send(said)
        self.lab.process.send_signal(signal.SIGCONT)
        self.lab.until(lambda: sum(counted().values()) >= sum(before.values()) + FRAMES, 4)
        went = {name: count - before[name] for name, count in counted().items()}
        print(f"    of {FRAMES} LACPDUs: {went}", flush=True)
        self.assertEqual(sum(went.values()), FRAMES)
        self.assertGreater(went["no room"], 0, "the socket had room for all of them")
        self.assertEqual(self.lab.stop(), 0)

    def drops(self):
        return self.lab.status()["drops"]["cut"], self.lab.ask("/lagoon/ports")["lan0"]["drops"].get("cut", 0)

    def passes(self, sent, wire, to):
        """Whether it comes out as it went in; not at all: false. Anything else is a failure."""
        wire.send(sent)
        # (a raw socket hears a frame without its VLAN tag)
        whole = sent[:12] + sent[16:] if sent[12:14] == VLAN else sent
        came = []

        def arrived():
            came.extend(data for _, data in to.frames if data[36:50] == whole[36:50])
            return came
        self.lab.until(arrived, 0.4)
        self.assertIn(came, ([], [whole]), f"{len(sent)} octets went in, others came out: {[len(one) for one in came]}")
        return bool(came)

    def test_long_frames_pass_and_none_goes_on_without_its_end(self):
        self.start(mtu=JUMBO)
        ways = [(self.lab.wires[0], self.lab.lan), (self.lab.lan, self.lab.wires[0])]
        for number, (wire, to) in enumerate(ways):
            for size in (JUMBO + 14, JUMBO + 18, 1514, 60):
                self.assertTrue(self.passes(marked(size, number), wire, to), size)
        self.assertEqual(self.drops(), (0, 0))
        # The interfaces take longer ones now; the ring is as it was made.
        for interface in ("p0", "m0", "lan0", "lan1"):
            subprocess.run(["ip", "link", "set", interface, "mtu", str(2 * JUMBO)], check=True)
        for number, (wire, to) in enumerate(ways):
            self.assertTrue(self.passes(marked(LONGEST, number), wire, to))
            for octets in (LONGEST + 1, LONGEST + 2, LONGEST + 5, 2 * JUMBO):
                self.assertFalse(self.passes(marked(octets, number), wire, to), octets)
        self.assertEqual(self.drops(), (4, 4))
        self.assertEqual(self.lab.stop(), 0)


def marked(octets, number):
    """A frame that is told apart by its length and direction, with a VLAN tag where it is longer than the MTU by one."""
    made = bytearray(frame(number, octets))
    if octets == JUMBO + 18:
        made[12:12] = VLAN + b"\0\5"
        del made[octets:]
    made[42:50] = octets.to_bytes(4, "big") + number.to_bytes(4, "big")
    return bytes(made)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
