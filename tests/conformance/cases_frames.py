"""Frames as they should be and as they should not: 802.1AX-2014 6.4.2, 6.4.12, 6.5; 802.3 annex 57A."""

import signal
import socket
import struct

from lab import octets
from lab.conformance import check
from lab.octets import ACTIVITY, COLLECTING, DISTRIBUTING, SYNCHRONIZATION, UP

STRANGER = bytes.fromhex("02bad0000001")


def case_reserved_bits_and_types_are_not_looked_at(lab):
    """A receiver does not validate version, TLV types or reserved fields (6.4.12)."""
    partner = lab.start(links=1).partner(0)
    partner.encode = lambda actor, other: octets.lacpdu(actor, other, reserved=0xA5, types=(0x11, 0x12, 0x13, 0x14))
    lab.converge(0)


def case_version_2_with_unknown_tlvs(lab):
    """A LACPDU of a later version is read as one of version 1; TLVs behind it are passed over (6.4.12)."""
    partner = lab.start(links=1).partner(0)
    unknown = bytes([0x04, 6]) + b"\x01\x02\x03\x04" + bytes([0x77, 10]) + bytes(8)
    partner.encode = lambda actor, other: octets.lacpdu(actor, other, version=2, more=unknown)
    lab.converge(0)
    partner.encode = lambda actor, other: octets.lacpdu(actor, other, version=255, more=unknown * 10, octets=250)
    lab.run(5)
    check(lab.distributing(0), "a longer LACPDU of version 255 was not heard")


def malformed(lab, partner):
    """(name of the counter, a frame that must change nothing). They all claim another System."""
    lie = octets.replace(partner.info, system=STRANGER, key=99, state=ACTIVITY)
    mac, body = partner.wire.mac, octets.lacpdu(lie, partner.partner)
    member = partner.wire.our_mac
    tagged = octets.GROUP + mac + struct.pack("!HHH", 0x8100, 5, octets.ETHERTYPE) + body
    return [
        ("slow_too_short", octets.frame(mac, body[:46])),
        ("slow_too_short", octets.frame(mac, body[:109])),
        ("slow_too_long", octets.frame(mac, octets.lacpdu(lie, partner.partner, octets=600))),
        ("slow_wrong_destination", octets.frame(mac, body, destination=member)),
        ("slow_wrong_destination", octets.frame(mac, body, destination=b"\xff" * 6)),
        ("slow_bad_source", octets.frame(octets.GROUP, body)),
        ("slow_bad_source", octets.frame(bytes(6), body)),
        ("slow_unknown_subtype", octets.frame(mac, b"\x0b" + body[1:])),
        ("slow_bad_tlv_length", octets.frame(mac, octets.lacpdu(lie, partner.partner, lengths=(19, 20, 16, 0)))),
        ("slow_bad_tlv_length", octets.frame(mac, octets.lacpdu(lie, partner.partner, lengths=(20, 255, 16, 0)))),
        ("slow_bad_tlv_length", octets.frame(mac, octets.lacpdu(lie, partner.partner, lengths=(0, 20, 16, 0)))),
        ("slow_bad_marker", octets.frame(mac, octets.marker(1, mac, 1, kind=9))),
        (None, tagged),  # not a slow-protocol frame (802.3 57A.3): data, and not for a control protocol
    ]


def case_malformed_frames_change_nothing(lab):
    """Short, oversized, misaddressed, tagged and ill-formed frames are counted by name and not acted on."""
    partner = lab.start(links=1, **{"flood-limit": 1000}).partner(0)  # (more than ten come in a second)
    lab.converge(0)
    lab.run(1.2)
    for name, frame in malformed(lab, partner):
        before = lab.status()["drops"]
        partner.wire.send(frame)
        if name:
            check(lab.until(lambda: lab.status()["drops"].get(name, 0) == before.get(name, 0) + 1, 1),
                  f"{name} does not count {frame[:24].hex()}..., {len(frame)} octets: {lab.status()['drops']}")
        else:
            lab.run(0.3)
        after = lab.status()["drops"]
        others = {key for key in after if after[key] != before.get(key, 0) and key.startswith("slow_")} - {name}
        check(not others, f"{frame[:24].hex()}...: {others} count as well")
        shown = lab.member(0)
        check(shown["lacp"]["partner"]["system"] == "02:fe:00:00:00:01" and shown["distributing"],
              f"{frame[:24].hex()}..., {len(frame)} octets, was acted on: {shown}")
    check(not any(pdu.partner.system == STRANGER for pdu in partner.received), "the stranger was answered")


def case_marker_response(lab):
    """A Marker is answered at once with the same Requester values (6.5.4), from the port it came in at."""
    first, second = lab.start(links=2).partner(0), lab.partner(1)
    lab.converge(0, 1)
    second.wire.send(octets.frame(second.wire.mac, octets.marker(513, STRANGER, 0xDEADBEEF)))

    def answers(wire):
        return [f for _, f in wire.frames if f[12:15] == b"\x88\x09\x02" and f[16] == 2]  # (it may ask by Markers itself)

    check(lab.until(lambda: len(answers(second.wire)) == 1, 0.5), "no Marker Response")
    answer = answers(second.wire)[0]
    check(answer[:6] == octets.GROUP and answer[6:12] == second.wire.our_mac, "addresses of the answer")
    check(answer[14:] == octets.marker(513, STRANGER, 0xDEADBEEF, kind=2), f"the answer: {answer[14:].hex()}")
    check(lab.member(1)["marker_responses"] == 1 and lab.member(0)["marker_responses"] == 0, "counters")
    check(answers(first.wire) == [], "the other link answered")
    second.wire.send(octets.frame(second.wire.mac, octets.marker(513, STRANGER, 7, kind=2)))
    lab.run(0.5)
    check(len(answers(second.wire)) == 1, "a Marker Response was answered")


def case_marker_flood(lab):
    """Ten slow-protocol frames in a second at most (802.3 57A.2), and LACP does not suffer from it."""
    partner = lab.start(links=1).partner(0)
    lab.converge(0)
    for number in range(400):
        partner.wire.send(octets.frame(partner.wire.mac, octets.marker(1, STRANGER, number)))
        lab.run(0.01)
    stamps = [at for at, f in partner.wire.frames if f[12:15] == b"\x88\x09\x02"]
    check(len(stamps) >= 30, f"{len(stamps)} answers in 4 s")
    check(all(b - a > 0.95 for a, b in zip(stamps, stamps[10:])), "11 answers within a second")
    check(lab.distributing(0), "the link left")


def case_the_last_lacpdu_says_goodbye(lab):
    """SIGTERM: each Partner is told that we are out of sync, then lagoond ends with 0."""
    pair = [lab.start(links=2).partner(0), lab.partner(1)]
    lab.converge(0, 1)
    check(lab.stop(signal.SIGTERM, 5) == 0, f"exit status {lab.process.returncode}")
    for partner in pair:
        check(not partner.last.actor.state & (SYNCHRONIZATION | COLLECTING | DISTRIBUTING),
              f"the last state was {partner.last.actor.state:#04x}")


def case_goodbye_without_a_partner(lab):
    """SIGTERM ends lagoond with 0 in 3 s also while nobody listens and a link is down."""
    lab.start(links=2)
    lab.wires[1].set_carrier(False)
    lab.run(2)
    check(lab.stop(signal.SIGTERM, 3) == 0, f"exit status {lab.process.returncode}")


def data_frame(number: int, source=b"\x02\xda\x00\x00\x00\x01", destination=b"\x02\xda\x00\x00\x00\x02") -> bytes:
    """UDP over IPv4 from 10.0.0.1 to 10.0.0.2, a flow for each number."""
    udp = struct.pack("!HHHH", 1000 + number, 4000, 8 + 32, 0) + struct.pack("!I", number) * 8
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), number, 0, 64, socket.IPPROTO_UDP, 0,
                         bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
    return destination + source + b"\x08\x00" + header + udp


def data_of(wire, since: int):
    return [f for _, f in wire.frames[since:] if f[12:14] == b"\x08\x00"]


def case_frames_pass_only_on_links_that_collect_and_distribute(lab):
    """Data from a link that is not Collecting is not delivered; from one that is, exactly once; and data to
    the LAG leaves only on links that distribute (6.2.4, 6.2.5)."""
    first, second = lab.start(links=2, lan=True).partner(0), lab.partner(1)
    second.info = octets.replace(second.info, state=UP & ~(SYNCHRONIZATION | COLLECTING | DISTRIBUTING))
    check(lab.until(lambda: lab.distributing(0), 8), "link 0 does not distribute")
    for number in range(32):
        lab.lan.send(data_frame(number))
        first.wire.send(data_frame(100 + number))
        second.wire.send(data_frame(200 + number))
        lab.run(0.005)
    lab.run(0.5)
    check(sorted(data_of(first.wire, 0)) == sorted(map(data_frame, range(32))), "link 0 does not carry all 32 frames")
    check(data_of(second.wire, 0) == [], "frames left on a link that does not distribute")
    check(data_of(lab.lan, 0) == [data_frame(100 + n) for n in range(32)], "delivered otherwise than sent on link 0")
    second.set(state=UP)
    lab.converge(0, 1)
    marks = [len(wire.frames) for wire in lab.wires]
    for number in range(64):
        lab.lan.send(data_frame(number))
        lab.run(0.005)
    lab.run(0.5)
    carried = [data_of(wire, mark) for wire, mark in zip(lab.wires, marks)]
    check(sorted(carried[0] + carried[1]) == sorted(map(data_frame, range(64))), "64 frames, each once")
    check(min(map(len, carried)) >= 8, f"64 flows over two links: {list(map(len, carried))}")


def case_slow_frames_are_not_delivered(lab):
    """LACPDUs and Markers end in the Aggregation Port: they are nobody's data (6.2.7, 57A)."""
    partner = lab.start(links=1, lan=True).partner(0)
    lab.converge(0)
    partner.wire.send(octets.frame(partner.wire.mac, octets.marker(1, STRANGER, 1)))
    lab.run(3)
    check([f.hex() for _, f in lab.lan.frames if f[12:14] == b"\x88\x09"] == [], "slow frames on the access port")
