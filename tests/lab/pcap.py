"""Captures for net_pcap to send from: UDP conversations between two hosts."""

import struct

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

ETHERNET_MIN = 60
_ETHERNET, _LONGEST = 1, 262144


def udp(port, octets=0, dscp=0):
    """A frame of the conversation `udp 10.0.0.1:PORT 10.0.0.2:2000`, with that many octets in it."""
    frame = (Ether(dst="02:00:00:00:00:02", src="02:00:00:00:00:01")
             / IP(src="10.0.0.1", dst="10.0.0.2", tos=dscp << 2) / UDP(sport=port, dport=2000) / bytes(octets))
    return bytes(frame).ljust(ETHERNET_MIN, b"\0")


def write(path, frames):
    """Frames as they are, whatever they are."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, _LONGEST, _ETHERNET))
        for frame in frames:
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
