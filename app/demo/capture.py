"""Writes a capture file to feed two LAGs with: UDP and TCP flows of several sizes, over IPv4 and IPv6, some tagged.

The packets are well-formed, checksums included. Format: classic pcap, draft-ietf-opsawg-pcap.
"""

import struct

PCAP_HEADER = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
LAN_MAC, FAR_MAC = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
ETHERTYPE_IPV4, ETHERTYPE_IPV6, ETHERTYPE_VLAN = 0x0800, 0x86dd, 0x8100
TCP, UDP = 6, 17
SERVICE_PORT = 20000
CLIENT_PORT = 40000
INTERVAL_US = 500
# Octets behind the TCP or UDP header: the least, a voice packet's, the average of the Internet, a full frame's.
SIZES = (6, 160, 576, 1350)


def write(path, flows=16, rounds=8):
    """`flows` flows in turn, each with `rounds` packets."""
    with open(path, "wb") as file:
        file.write(PCAP_HEADER)
        for number in range(flows * rounds):
            octets = frame(number % flows, number // flows)
            at_us = number * INTERVAL_US
            file.write(struct.pack("<IIII", at_us // 1000000, at_us % 1000000, len(octets), len(octets)) + octets)


def frame(flow, turn):
    """The frame of a flow at its turn. Every third flow is TCP, every fourth IPv6, every fifth has a VLAN tag."""
    data = bytes((flow + turn + i) & 0xff for i in range(size_of(flow, turn)))
    protocol = TCP if flow % 3 == 2 else UDP
    if flow % 4 == 3:
        source, destination = (bytes.fromhex("fd77" + "00" * 12) + struct.pack("!H", n) for n in (flow + 1, 0xff))
    else:
        source, destination = bytes((10, 77, 0, flow + 1)), bytes((10, 77, 1, 255))
    segment = transport(protocol, source, destination, flow, turn, data)
    if len(source) == 16:
        ethertype = ETHERTYPE_IPV6
        packet = struct.pack("!IHBB", 6 << 28, len(segment), protocol, 64) + source + destination + segment
    else:
        ethertype = ETHERTYPE_IPV4
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), turn, 0, 64, protocol, 0, source, destination)
        packet = with_checksum(header, 10, header) + segment
    tag = struct.pack("!HH", ETHERTYPE_VLAN, 77) if flow % 5 == 4 else b""
    return (FAR_MAC + LAN_MAC + tag + struct.pack("!H", ethertype) + packet).ljust(60, b"\0")


def size_of(flow, turn):
    return SIZES[(flow + turn) % len(SIZES)]


def transport(protocol, source, destination, flow, turn, data):
    if protocol == UDP:
        at = 6
        segment = struct.pack("!HHHH", CLIENT_PORT + flow, SERVICE_PORT, 8 + len(data), 0) + data
    else:
        at = 16
        sequence = 1 + sum(size_of(flow, before) for before in range(turn))
        segment = struct.pack("!HHIIBBHHH", CLIENT_PORT + flow, SERVICE_PORT, sequence, 1, 5 << 4, 0x18, 8192, 0,
                              0) + data
    pseudo_header = source + destination + struct.pack("!II", len(segment), protocol)
    return with_checksum(segment, at, pseudo_header + segment)


def with_checksum(octets, at, covered):
    """The Internet checksum (RFC 1071) of `covered`, put into `octets` at that offset. A zero goes out as its other
    form, as UDP demands (RFC 768)."""
    total = sum(struct.unpack(f"!{(len(covered) + 1) // 2}H", covered + b"\0" * (len(covered) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return octets[:at] + struct.pack("!H", (~total & 0xffff) or 0xffff) + octets[at + 2:]
