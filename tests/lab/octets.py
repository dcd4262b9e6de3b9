"""LACPDUs and Markers as octets, written from the tables of 802.1AX-2014 6.4.2 and 6.5.3 for the tests alone:
it shares nothing with lib/wire, so that one error can't be in both."""

import struct
from dataclasses import dataclass, replace

GROUP = bytes.fromhex("0180c2000002")
ETHERTYPE = 0x8809
LACP, MARKER = 1, 2

ACTIVITY, TIMEOUT, AGGREGATION, SYNCHRONIZATION, COLLECTING, DISTRIBUTING, DEFAULTED, EXPIRED = (1 << n for n in range(8))
UP = ACTIVITY | TIMEOUT | AGGREGATION | SYNCHRONIZATION | COLLECTING | DISTRIBUTING

_INFO = struct.Struct("!H6sHHHB3s")


@dataclass(frozen=True)
class Info:
    system_priority: int = 0
    system: bytes = bytes(6)
    key: int = 0
    port_priority: int = 0
    port: int = 0
    state: int = 0

    def octets(self, reserved=bytes(3)) -> bytes:
        return _INFO.pack(self.system_priority, self.system, self.key, self.port_priority, self.port, self.state, reserved)

    @staticmethod
    def of(octets: bytes) -> "Info":
        return Info(*_INFO.unpack(octets)[:6])

    def has(self, bits: int) -> bool:
        return self.state & bits == bits

    def without_state(self) -> "Info":
        return replace(self, state=0)


def frame(source: bytes, payload: bytes, destination: bytes = GROUP) -> bytes:
    return destination + source + struct.pack("!H", ETHERTYPE) + payload


def lacpdu(actor: Info, partner: Info, *, version=1, types=(1, 2, 3, 0), lengths=(20, 20, 16, 0), reserved=0,
           more=b"", octets=110) -> bytes:
    """110 octets from the subtype on; what is not as the standard says is said by name."""
    fill = bytes([reserved])
    body = struct.pack("!BB", LACP, version)
    body += bytes([types[0], lengths[0]]) + actor.octets(fill * 3)
    body += bytes([types[1], lengths[1]]) + partner.octets(fill * 3)
    body += bytes([types[2], lengths[2]]) + struct.pack("!H", 0) + fill * 12
    body += more
    body += bytes([types[3], lengths[3]])
    return (body + fill * octets)[:octets]


def marker(port: int, system: bytes, transaction: int, *, kind=1, length=16) -> bytes:
    body = struct.pack("!BBBBH6sI2x", MARKER, 1, kind, length, port, system, transaction) + bytes([0, 0])
    return body + bytes(110 - len(body))


@dataclass(frozen=True)
class Received:
    """A LACPDU that came in: when (s, the kernel's stamp), from whom, and what it says."""
    at: float
    source: bytes
    actor: Info
    partner: Info
    octets: bytes


def parse_lacpdu(at: float, octets: bytes) -> Received:
    return Received(at, octets[6:12], Info.of(octets[18:36]), Info.of(octets[38:56]), octets)


def retry_counts(actor: int, partner: int) -> bytes:
    """SONiC's two TLVs, for `more` of version 0xf1."""
    return bytes([0x80, 4, actor, 0, 0x81, 4, partner, 0])


def faults(octets: bytes, retries=False) -> list:
    """What in a LACPDU of the program under test is not as the standard says; or with `retries`, SONiC's version 0xf1."""
    found = []
    expected = [
        (0, GROUP, "destination (802.3 57A.3)"), (12, b"\x88\x09", "EtherType"), (14, b"\x01\x01", "subtype and version"),
        (16, b"\x01\x14", "Actor TLV"), (33, bytes(3), "Actor reserved"), (36, b"\x02\x14", "Partner TLV"),
        (53, bytes(3), "Partner reserved"), (56, b"\x03\x10", "Collector TLV"), (60, bytes(12), "Collector reserved"),
        (72, b"\x00\x00", "Terminator TLV"), (74, bytes(50), "last reserved"),
    ]
    if retries and octets[15] == 0xf1:
        expected[2:3] = [(14, b"\x01\xf1", "subtype and version")]
        expected[-2:] = [(72, b"\x80\x04", "Actor Retry Count TLV"), (76, b"\x81\x04", "Partner Retry Count TLV"), (80, bytes(44), "the rest")]
    if len(octets) != 124:
        found.append(f"{len(octets)} octets, not 124")
    for offset, value, what in expected:
        if octets[offset:offset + len(value)] != value:
            found.append(f"{what}: {octets[offset:offset + len(value)].hex()}")
    if octets[6] & 1 or octets[6:12] == bytes(6):
        found.append("the source is no individual address")
    actor = Info.of(octets[18:36])
    if actor.system[0] & 1 or actor.system == bytes(6):
        found.append("the Actor System is no individual address")
    if actor.port == 0:
        found.append("the Actor Port is 0")
    if actor.has(DISTRIBUTING) and not actor.has(COLLECTING) or actor.has(COLLECTING) and not actor.has(SYNCHRONIZATION):
        found.append(f"Actor state {actor.state:#04x}: Distributing without Collecting, or that without Synchronization")
    if actor.has(DISTRIBUTING) and actor.state & (DEFAULTED | EXPIRED):
        found.append(f"Actor state {actor.state:#04x}: Distributing though the Partner is not heard")
    return found
