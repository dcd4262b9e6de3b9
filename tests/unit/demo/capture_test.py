"""capture.py: the file that it writes is a capture of well-formed packets."""

import os
import struct
import tempfile
import unittest

import lab  # noqa: F401 (it brings app/demo)
import capture

FLOWS = 16
ROUNDS = 8


def ones_sum(octets):
    total = sum(struct.unpack(f"!{(len(octets) + 1) // 2}H", octets + b"\0" * (len(octets) % 2)))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total


def packet_of(octets):
    """(version, source, destination, protocol, segment) of a frame, tagged or not; checks the lengths."""
    at = 18 if octets[12:14] == b"\x81\x00" else 14
    packet = octets[at:]
    if octets[at - 2:at] == b"\x08\x00":
        assert packet[0] == 0x45 and ones_sum(packet[:20]) == 0xffff
        packet = packet[:int.from_bytes(packet[2:4], "big")]
        return 4, packet[12:16], packet[16:20], packet[9], packet[20:]
    assert octets[at - 2:at] == b"\x86\xdd" and packet[0] >> 4 == 6
    packet = packet[:40 + int.from_bytes(packet[4:6], "big")]
    return 6, packet[8:24], packet[24:40], packet[6], packet[40:]


class Capture(unittest.TestCase):
    def setUp(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "capture.pcap")
            capture.write(path, FLOWS, ROUNDS)
            with open(path, "rb") as file:
                octets = file.read()
        self.assertEqual(struct.unpack("<IHH", octets[:8]), (0xa1b2c3d4, 2, 4))
        self.assertEqual(struct.unpack("<I", octets[20:24]), (1,))
        self.frames = []
        octets = octets[24:]
        while octets:
            _, _, captured, length = struct.unpack("<IIII", octets[:16])
            self.assertEqual(captured, length)
            self.frames.append(octets[16:16 + captured])
            octets = octets[16 + captured:]

    def test_has_every_packet_of_every_flow(self):
        packets = [packet_of(frame) for frame in self.frames]
        flows = {(*packet[:4], packet[4][:4]) for packet in packets}
        self.assertEqual((len(self.frames), len(flows)), (FLOWS * ROUNDS, FLOWS))

    def test_has_all_kinds_of_packet(self):
        kinds = {(packet_of(frame)[0], packet_of(frame)[3]) for frame in self.frames}
        self.assertEqual(kinds, {(4, 6), (4, 17), (6, 6), (6, 17)})
        self.assertTrue(any(frame[12:14] == b"\x81\x00" for frame in self.frames))
        self.assertGreaterEqual(len({len(frame) for frame in self.frames}), 4)

    def test_frames_have_lengths_that_ethernet_allows(self):
        self.assertTrue(all(60 <= len(frame) <= 1518 for frame in self.frames))

    def test_checksums_are_right(self):
        for frame in self.frames:
            _, source, destination, protocol, segment = packet_of(frame)
            pseudo_header = source + destination + struct.pack("!II", len(segment), protocol)
            self.assertEqual(ones_sum(pseudo_header + segment), 0xffff)

    def test_tcp_leaves_no_octet_out(self):
        expected = {}
        for frame in self.frames:
            _, source, _, protocol, segment = packet_of(frame)
            if protocol != 6:
                continue
            sequence = int.from_bytes(segment[4:8], "big")
            self.assertEqual(sequence, expected.get(source, 1))
            expected[source] = sequence + len(segment) - 20
        self.assertTrue(expected)


if __name__ == "__main__":
    unittest.main()
