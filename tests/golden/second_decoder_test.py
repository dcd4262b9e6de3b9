"""Asks tshark and scapy what our frames mean, and compares every field: second_decoder_test.py WRITE_FRAMES

Both decoders are needed; a machine without one of them fails the test.
LAGOON_SEED=n replays the random frames of a failed run.
"""

import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

COUNT = 1500
BITS = ("activity", "timeout", "aggregation", "synchronization", "collecting", "distributing", "defaulted", "expired")
INFO = (("system_priority", "sys_priority"), ("system", "sysid"), ("key", "key"), ("port_priority", "port_priority"),
        ("port_number", "port"), ("state", "state"))
HEADER = ("eth.dst", "eth.src", "eth.type", "slow.subtype", "frame.len")
LACPDU = ("lacp.version", "lacp.tlv_type", "lacp.tlv_length", "lacp.actor.reserved", "lacp.partner.reserved",
          "lacp.collector.max_delay", "lacp.coll_reserved", "lacp.pad", "_ws.malformed", "_ws.expert")
MARKER = ("marker.version", "marker.tlvType", "marker.tlvLen", "marker.requesterPort", "marker.requesterSystem",
          "marker.requesterTransId", "marker.requesterPad", "marker.reserved")
SIDES = tuple(f"lacp.{side}.{name}" for side in ("actor", "partner")
              for name in [tshark for _, tshark in INFO] + [f"state.{bit}" for bit in BITS])


def by_tshark(pcap):
    """One {field: text} for each frame; several values of a field are joined by commas."""
    fields = HEADER + LACPDU + MARKER + SIDES
    command = ["tshark", "-r", pcap, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=,"]
    for field in fields:
        command += ["-e", field]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    # (tshark 4.4 writes flags as words)
    text = re.sub(r"\bTrue\b", "1", re.sub(r"\bFalse\b", "0", run.stdout))
    return [dict(zip(fields, line.split("\t"), strict=True)) for line in text.splitlines()]


def by_scapy(pcap):
    from scapy.contrib import lacp  # noqa: F401  (registers the EtherType)
    from scapy.utils import rdpcap
    return rdpcap(str(pcap))


class Comparison:
    def __init__(self, want, who):
        self.want, self.who, self.errors = want, who, []

    def same(self, field, got, want):
        if got != want:
            self.errors.append(f"frame {self.want['number']}: {self.who}: {field} is {got!r}, expected {want!r}")

    def numbers(self, got, pairs):
        for field, want in pairs:
            self.same(field, [int(word, 0) for word in got[field].split(",") if word], want)

    def octets(self, got, pairs):
        for field, want in pairs:
            self.same(field, got[field].replace(":", ""), want)


def compare_tshark(want, got):
    c = Comparison(want, "tshark")
    lacpdu = want["kind"] == "lacpdu"
    c.octets(got, [("eth.dst", "0180c2000002"), ("eth.src", want["source"].replace(":", "")),
                   ("_ws.malformed", ""), ("_ws.expert", "")])
    c.numbers(got, [("eth.type", [0x8809]), ("frame.len", [124]), ("slow.subtype", [1 if lacpdu else 2])])
    if not lacpdu:
        c.numbers(got, [("marker.version", [want["version"]]), ("marker.tlvType", [want["type"], 0]),
                        ("marker.tlvLen", [16, 0]), ("marker.requesterPort", [want["port"]]),
                        ("marker.requesterTransId", [want["transaction"]]), ("marker.requesterPad", [0])])
        c.octets(got, [("marker.requesterSystem", want["system"].replace(":", "")), ("marker.reserved", "00" * 90)])
        return c.errors
    c.numbers(got, [("lacp.version", [want["version"]]), ("lacp.tlv_type", [1, 2, 3, 0]),
                    ("lacp.tlv_length", [20, 20, 16, 0]), ("lacp.collector.max_delay", [want["max_delay"]])])
    c.octets(got, [("lacp.actor.reserved", "000000"), ("lacp.partner.reserved", "000000"),
                   ("lacp.coll_reserved", "00" * 12), ("lacp.pad", "00" * 50)])
    for side in ("actor", "partner"):
        for ours, theirs in INFO:
            if ours == "system":
                c.same(f"{side} system", got[f"lacp.{side}.sysid"], want[side]["system"])
            else:
                c.numbers(got, [(f"lacp.{side}.{theirs}", [want[side][ours]])])
        for i, bit in enumerate(BITS):
            c.numbers(got, [(f"lacp.{side}.state.{bit}", [want[side]["state"] >> i & 1])])
    return c.errors


def compare_scapy(want, frame):
    from scapy.contrib.lacp import LACP, MarkerProtocol, SlowProtocol
    c = Comparison(want, "scapy")
    c.same("size", len(frame), 124)
    c.same("destination", frame.dst, "01:80:c2:00:00:02")
    c.same("source", frame.src, want["source"])
    c.same("EtherType", frame.type, 0x8809)
    c.same("subtype", frame[SlowProtocol].subtype, 1 if want["kind"] == "lacpdu" else 2)
    layer = frame[LACP if want["kind"] == "lacpdu" else MarkerProtocol]
    expected = {"version": want["version"], "terminator_type": 0, "terminator_length": 0}
    if want["kind"] == "lacpdu":
        for number, side in ((1, "actor"), (2, "partner")):
            expected |= {f"{side}_type": number, f"{side}_length": 20, f"{side}_reserved": b"\0" * 3}
            expected |= {f"{side}_{field}": want[side][field] for field, _ in INFO}
        expected |= {"collector_type": 3, "collector_length": 16, "collector_max_delay": want["max_delay"],
                     "collector_reserved": b"\0" * 12, "reserved": b"\0" * 50}
    else:
        expected |= {"marker_type": want["type"], "marker_length": 16, "requester_port": want["port"],
                     "requester_system": want["system"], "requester_transaction_id": want["transaction"],
                     "marker_reserved": b"\0" * 2, "reserved": b"\0" * 90}
    for field, value in expected.items():
        got = getattr(layer, field)
        c.same(field, int.from_bytes(got, "big") if isinstance(got, bytes) and isinstance(value, int) else got, value)
    c.same("what follows", bytes(layer.payload), b"")
    return c.errors


def main():
    seed = int(os.environ.get("LAGOON_SEED", random.getrandbits(63)))
    print(f"LAGOON_SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        pcap, expected = pathlib.Path(folder, "frames.pcap"), pathlib.Path(folder, "frames.jsonl")
        subprocess.run([sys.argv[1], pcap, expected, str(seed), str(COUNT)], check=True)
        want = [json.loads(line) for line in expected.read_text().splitlines()]
        tshark, scapy = by_tshark(pcap), by_scapy(pcap)
    errors = []
    if not len(want) == len(tshark) == len(scapy) or len(want) < COUNT:
        errors.append(f"{len(want)} frames written, tshark read {len(tshark)}, scapy {len(scapy)}")
    for one, second, third in zip(want, tshark, scapy):
        errors += compare_tshark(one, second) + compare_scapy(one, third)
    print("\n".join(errors[:40]))
    print(f"{len(want)} frames, {len(errors)} differences")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
