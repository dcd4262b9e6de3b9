"""Asks tshark what our ARP, Neighbor, learning and membership frames mean: control_decoder_test.py WRITE_CONTROL_FRAMES

Every checksum has to be good, nothing malformed, and no remark of an expert. LAGOON_SEED=n replays a failed run.
"""

import ipaddress
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

COUNT = 1500
FIELDS = ("eth.dst", "eth.src", "vlan.id", "frame.len", "_ws.malformed", "_ws.expert", "arp.opcode", "arp.isprobe",
          "arp.isannouncement", "arp.src.hw_mac", "arp.src.proto_ipv4", "arp.dst.hw_mac", "arp.dst.proto_ipv4",
          "ip.checksum.status", "ip.ttl", "ip.src", "ip.dst", "ip.opt.ra", "igmp.type", "igmp.checksum.status",
          "igmp.maddr", "ipv6.hlim", "ipv6.src", "ipv6.dst", "ipv6.opt.router_alert", "icmpv6.type",
          "icmpv6.checksum.status", "icmpv6.nd.ns.target_address", "icmpv6.nd.na.target_address",
          "icmpv6.nd.na.flag.o", "icmpv6.nd.na.flag.s", "icmpv6.opt.linkaddr", "icmpv6.mld.multicast_address",
          "loop.function")
GOOD = "1"
BROADCAST, NOBODY = "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"


def by_tshark(pcap):
    command = ["tshark", "-r", pcap, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a",
               "-o", "ip.check_checksum:TRUE"]
    for field in FIELDS:
        command += ["-e", field]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    # (tshark 4.4 writes flags as words)
    text = re.sub(r"\bTrue\b", "1", re.sub(r"\bFalse\b", "0", run.stdout))
    return [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in text.splitlines()]


def multicast_mac(address):
    octets = ipaddress.ip_address(address).packed
    if len(octets) == 4:
        octets = bytes((0x01, 0x00, 0x5e, octets[1] & 0x7f, octets[2], octets[3]))
    else:
        octets = b"\x33\x33" + octets[12:]
    return ":".join(f"{octet:02x}" for octet in octets)


def solicited_node(address):
    tail = ipaddress.ip_address(address).packed[13:]
    return str(ipaddress.ip_address(ipaddress.ip_address("ff02::1:ff00:0").packed[:13] + tail))


def link_local(mac):
    m = bytes.fromhex(mac.replace(":", ""))
    return str(ipaddress.ip_address(b"\xfe\x80" + bytes(6) + bytes((m[0] ^ 2,)) + m[1:3] + b"\xff\xfe" + m[3:]))


def expected_arp(want, announces):
    return {"eth.dst": BROADCAST, "arp.opcode": "1", "arp.src.hw_mac": want["source"], "arp.dst.hw_mac": NOBODY,
            "arp.src.proto_ipv4": want["address"] if announces else "0.0.0.0", "arp.dst.proto_ipv4": want["address"],
            "arp.isannouncement" if announces else "arp.isprobe": "1"}


def expected_nd(want, announces):
    to = "ff02::1" if announces else solicited_node(want["address"])
    common = {"eth.dst": multicast_mac(to), "ipv6.dst": to, "ipv6.hlim": "255", "icmpv6.checksum.status": GOOD,
              "icmpv6.opt.linkaddr": want["source"]}
    if announces:
        return common | {"icmpv6.type": "136", "ipv6.src": want["address"], "icmpv6.nd.na.flag.o": "1",
                         "icmpv6.nd.na.flag.s": "0", "icmpv6.nd.na.target_address": want["address"]}
    return common | {"icmpv6.type": "135", "ipv6.src": link_local(want["source"]),
                     "icmpv6.nd.ns.target_address": want["address"]}


def expected(want):
    kind = want["kind"]
    if kind.startswith("arp"):
        return expected_arp(want, kind == "arp_announcement")
    if kind in ("ns", "na"):
        return expected_nd(want, kind == "na")
    if kind == "igmp":
        return {"eth.dst": multicast_mac(want["group"]), "ip.dst": want["group"], "ip.src": want["address"],
                "ip.ttl": "1", "ip.opt.ra": "0", "ip.checksum.status": GOOD, "igmp.type": "0x16",
                "igmp.checksum.status": GOOD, "igmp.maddr": want["group"]}
    if kind == "mld":
        return {"eth.dst": multicast_mac(want["group"]), "ipv6.dst": want["group"], "ipv6.src": want["address"],
                "ipv6.hlim": "1", "ipv6.opt.router_alert": "0", "icmpv6.type": "131", "icmpv6.checksum.status": GOOD,
                "icmpv6.mld.multicast_address": want["group"]}
    return {"eth.dst": want["source"], "loop.function": "0"}


def compare(want, got):
    rows = {"eth.src": want["source"], "vlan.id": str(want.get("vlan", "")), "frame.len": str(want["size"]),
            "_ws.malformed": "", "_ws.expert": ""} | expected(want)
    return [f"frame {want['number']} ({want['kind']}): {field} is {got[field]!r}, expected {value!r}"
            for field, value in rows.items() if got[field].lower() != value and got[field] != value]


def main():
    seed = int(os.environ.get("LAGOON_SEED", random.getrandbits(63)))
    print(f"LAGOON_SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        pcap, meanings = pathlib.Path(folder, "frames.pcap"), pathlib.Path(folder, "frames.jsonl")
        subprocess.run([sys.argv[1], pcap, meanings, str(seed), str(COUNT)], check=True)
        want = [json.loads(line) for line in meanings.read_text().splitlines()]
        got = by_tshark(pcap)
    errors = [] if len(want) == len(got) == COUNT else [f"{len(want)} frames written, tshark read {len(got)}"]
    for one, other in zip(want, got):
        errors += compare(one, other)
    print("\n".join(errors[:40]))
    print(f"{len(want)} frames, {len(errors)} differences")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
