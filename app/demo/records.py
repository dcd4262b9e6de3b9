"""The logs of lagoon-traffic, read back. The layout is that of traffic/record.hpp."""

import struct
from typing import NamedTuple

RECORD = struct.Struct("=cxHIqq")


class Record(NamedTuple):
    kind: bytes
    flow: int
    sequence: int
    at_ns: int
    sent_at_ns: int


def read(path):
    with open(path, "rb") as file:
        octets = file.read()
    return [Record(*fields) for fields in RECORD.iter_unpack(octets)]
