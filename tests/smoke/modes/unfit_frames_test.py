"""Frames that no member can send, among good ones: each is dropped by name, and those behind it go their way.

usage: unfit_frames_test.py BUILD
"""

import socket

from lab.case import Case, main
from lab.waiting import until
from stage import netns

FRAMES = 400
LONG, SHORT = 1800, 100


class LongFrames(Case):
    links = 2
    partner = "switch"
    partner_options = {"clients": 1}

    def counted(self):
        status = self.end.status()
        return sum(member["traffic"]["tx_packets"] for member in status["members"]), status["drops"]

    def test_long_frames_take_no_others_along(self):
        if not self.is_lagoon:
            self.skipTest("the kernel fragments before its bond")
        self.end.start("balance-xor", hash="l3+4")
        self.assertTrue(until(lambda: all(self.end.works(i) for i in range(self.links))))
        netns.ip_batch(self.stage.net, [f"link set {self.stage.access_iface} mtu 1900"])
        netns.ip_batch(self.stage.lan, ["link set eth0 mtu 1900"])
        before, _ = self.counted()
        netns.run_in(self.stage.lan, send, [frame(i, LONG if i % 2 else SHORT) for i in range(FRAMES)])
        sent, drops = until(self.counted, lambda seen: seen[0] - before + seen[1]["unfit"] >= FRAMES)
        self.say(f"{FRAMES} frames, of which {sent - before} were sent and {drops['unfit']} had no member")
        self.assertEqual(drops["unfit"], FRAMES // 2, drops)
        self.assertEqual(drops["tx_refused"], 0)
        self.assertGreaterEqual(sent - before, FRAMES // 2)


def frame(number, octets):
    """UDP to a station behind the LAG, each of a conversation of its own."""
    head = bytes.fromhex("020000000002" "020000000101" "0800" "4500") + (octets - 14).to_bytes(2, "big")
    head += bytes.fromhex("0000400040110000" "0a4d0001" "0a4d0011") + (2000 + number).to_bytes(2, "big")
    return head.ljust(octets, b"\0")


def send(frames):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as out:
        out.bind(("eth0", 0))
        for one in frames:
            out.send(one)


if __name__ == "__main__":
    main()
