"""lagoon-feed refuses what is no capture, before it touches anything. usage: feed_test.py LAGOON_FEED"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import lab  # noqa: F401 (it brings app/demo)
import capture

FEED = sys.argv.pop(1)
FRAME = capture.frame(0, 0)
PREFIX = f"lg{os.getpid()}-feed-test"


def header(order="<", magic=0xa1b2c3d4, link_type=1):
    return struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link_type)


def record(octets, length=None, order="<"):
    return struct.pack(order + "IIII", 0, 0, len(octets), len(octets) if length is None else length) + octets


class Feed(unittest.TestCase):
    def setUp(self):
        # (where EAL keeps its files for root; for others it is the folder below)
        self.addCleanup(shutil.rmtree, f"/var/run/dpdk/{PREFIX}", ignore_errors=True)

    def feed(self, octets):
        """The exit code and the error output; the socket is in a folder that is not there."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "capture.pcap")
            with open(path, "wb") as file:
                file.write(octets)
            ended = subprocess.run([FEED, "--capture", path, "--socket", os.path.join(folder, "none", "memif"),
                                    "--prefix", PREFIX, "--log", folder],
                                   stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=25,
                                   env={**os.environ, "XDG_RUNTIME_DIR": folder})
        return ended.returncode, ended.stderr

    def expect_refusal(self, octets, why):
        code, said = self.feed(octets)
        self.assertEqual(code, 1)
        self.assertIn(why, said)

    def expect_counts(self, octets, counts):
        code, said = self.feed(octets)
        self.assertEqual((code, said.splitlines()[0]), (1, counts))

    def test_refuses_what_is_no_capture(self):
        self.expect_refusal(b"", "is too short for a capture file")
        self.expect_refusal(header(magic=0x0a0d0d0a) + record(FRAME), "is no capture in the classic pcap format")

    def test_refuses_what_is_not_ethernet(self):
        self.expect_refusal(header(link_type=101) + record(FRAME), "does not hold Ethernet frames")

    def test_refuses_a_file_that_was_cut_off(self):
        self.expect_refusal(header() + record(FRAME)[:-1], "ends within a frame")

    def test_refuses_a_capture_without_a_frame_to_send(self):
        self.expect_refusal(header(), "has no frame that could be sent")

    def test_reads_either_byte_order_and_either_clock(self):
        for order in "<>":
            for magic in (0xa1b2c3d4, 0xa1b23c4d):
                octets = header(order, magic) + record(FRAME, order=order) + record(FRAME, order=order)
                self.expect_counts(octets, "2 frames in 1 flows; 0 left out")

    def test_leaves_out_what_cannot_pass_a_bridge_whole(self):
        slow = bytes.fromhex("0180c2000002") + FRAME[6:]
        octets = header() + b"".join(record(*r) for r in ((FRAME,), (slow,), (FRAME[:40], len(FRAME)), (bytes(1519),)))
        self.expect_counts(octets, "1 frames in 1 flows; 3 left out")

    def test_tells_flows_apart_by_addresses_and_ports(self):
        frames = [capture.frame(flow, turn) for turn in range(3) for flow in range(9)]
        self.expect_counts(header() + b"".join(map(record, frames)), "27 frames in 9 flows; 0 left out")

    def test_says_what_it_wants_to_be_told(self):
        for words in ([], ["--rate", "many"], ["--unknown", "1"], ["word"]):
            ended = subprocess.run([FEED, *words], capture_output=True, text=True, timeout=10)
            self.assertEqual(ended.returncode, 2)
            self.assertIn("usage: lagoon-feed", ended.stderr)


if __name__ == "__main__":
    unittest.main()
