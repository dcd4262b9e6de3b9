"""What dpdk-dumpcap has written: frames of a pcapng file, and which way each went."""

import struct
from dataclasses import dataclass

ENHANCED_PACKET = 6
FLAGS = 2
DIRECTIONS = {0: None, 1: "in", 2: "out"}


@dataclass(frozen=True)
class Frame:
    octets: bytes
    direction: str | None


def frames_of(path):
    with open(path, "rb") as file:
        data = file.read()
    frames, at = [], 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if length < 12 or at + length > len(data):
            break  # (the last block is still being written)
        if kind == ENHANCED_PACKET:
            captured = struct.unpack_from("<I", data, at + 20)[0]
            options = data[at + 28 + _padded(captured):at + length - 4]
            frames.append(Frame(data[at + 28:at + 28 + captured], _direction(options)))
        at += length
    return frames


def _padded(length):
    return (length + 3) // 4 * 4


def _direction(options):
    at = 0
    while at + 4 <= len(options):
        code, length = struct.unpack_from("<HH", options, at)
        if code == FLAGS:
            return DIRECTIONS[struct.unpack_from("<I", options, at + 4)[0] & 3]
        at += 4 + _padded(length)
    return None
