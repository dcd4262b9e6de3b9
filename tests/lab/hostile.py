"""Hostile members: floods of frames, the ways by which they reach a LAG, and what its other members must not notice.

A flood is a capture that a net_pcap device delivers without end. It gets to the LAG

    pcap        as the member itself
    ring        over a wire of the same process, from a plain port cross-connected with the capture
    af_packet   over a link of the stage: a second lagoond, which has no LAG, sends it on the far end
    tap         into the kernel's end of a tap, from a second lagoond too
"""

import contextlib
import os
import random
import struct
import subprocess
import tempfile

from scapy.layers.inet6 import ICMPv6ND_NS, ICMPv6NDOptSrcLLAddr, IPv6
from scapy.layers.l2 import ARP, Ether
from stage import telemetry
from stage.lagoond import Appliance, eal_section
from stage.stage import Stage

from . import octets, pcap
from .octets import Info

PARTNER = bytes.fromhex("020000000b01")
OURS = bytes.fromhex("020000000a01")
ATTACKER = bytes.fromhex("020000006666")
ATTACKER_TEXT = ":".join(f"{octet:02x}" for octet in ATTACKER)
OURS_UP = Info(32768, OURS, 15, 32768, 1, octets.UP)
CARRIERS = ("pcap", "ring", "af_packet", "tap")
ROOTLESS = ("pcap", "ring")


def _slow(payload):
    return octets.frame(ATTACKER, payload)


def replayed(partner=PARTNER, key=15, ours=OURS_UP):
    """What the Partner says on the first member, word for word."""
    return [_slow(octets.lacpdu(Info(32768, partner, key, 32768, 1, octets.UP), ours))]


def forged():
    chance = random.Random(7)
    return [_slow(octets.lacpdu(Info(chance.randrange(3), bytes([2]) + chance.randbytes(5), chance.randrange(1, 4), 1,
                                     chance.randrange(1, 4), octets.UP), Info(32768, OURS, 15, 32768, 3, octets.UP)))
            for _ in range(200)]


def markers():
    return [_slow(octets.marker(1, PARTNER, number)) for number in range(100)]


def junk():
    chance = random.Random(8)
    return [_slow(chance.randbytes(chance.randrange(1, 200))) for _ in range(200)]


def arp(target="10.77.9.2"):
    """Requests for the address that is asked for, announcements of it, and answers to nobody."""
    frames = []
    for number in range(64):
        words = {"op": 1 + number % 2, "hwsrc": ATTACKER_TEXT, "psrc": target if number % 3 else f"10.0.1.{number}",
                 "pdst": target}
        frames.append(bytes(Ether(src=ATTACKER_TEXT, dst="ff:ff:ff:ff:ff:ff") / ARP(**words)).ljust(pcap.ETHERNET_MIN, b"\0"))
    return frames


def neighbor_solicitations():
    return [bytes(Ether(src=ATTACKER_TEXT, dst="33:33:ff:00:00:02") / IPv6(src=f"fe80::{number + 1:x}", dst="ff02::1:ff00:2", hlim=255)
                  / ICMPv6ND_NS(tgt="fe80::2") / ICMPv6NDOptSrcLLAddr(lladdr=ATTACKER_TEXT)) for number in range(64)]


def reports():
    """IGMPv2 reports: groups without end, as a host that joins them would send them."""
    frames = []
    for number in range(256):
        group = bytes([239, 1, number, 1])
        message = struct.pack("!BBH4s", 0x16, 0, 0, group)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, number, 0, 1, 2, 0, bytes([10, 0, 1, 9]), group)
        frames.append((b"\x01\x00\x5e\x01" + bytes([number, 1]) + ATTACKER + b"\x08\x00" + ip + message).ljust(60, b"\0"))
    return frames


FLOODS = {"replayed": replayed, "forged": forged, "markers": markers, "junk": junk, "arp": arp, "ns": neighbor_solicitations,
          "reports": reports}


class Source:
    """Where a flood comes from. `member` is the hostile member as the configuration has it, `ports` and `forward` what
    that takes beside it; start() begins the flood, where the LAG's own start does not."""

    def __init__(self, carrier, flood, path):
        self.carrier, self._path, self.stage, self._flooder = carrier, path, None, None
        self._stack = contextlib.ExitStack()
        pcap.write(path("flood.pcap"), flood)
        self._device = f"net_pcap1,rx_pcap={path('flood.pcap')},infinite_rx=1"
        self.ports, self.forward = [], []
        if carrier == "pcap":
            self.member = {"dev": self._device}
        elif carrier == "ring":
            self.member = {"wire": "mouth"}
            self.ports = [{"name": "flood", "dev": self._device}, {"name": "mouth", "wire": "mouth"}]
            self.forward = [["flood", "mouth"]]
        elif carrier == "af_packet":
            self.stage = self._stack.enter_context(Stage(1))
            self.member = {"dev": f"net_af_packet1,iface={self.stage.near_ifaces[0]}"}
        elif carrier == "tap":
            self.stage = self._stack.enter_context(Stage(1))
            self.member = {"tap": "bad0"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()

    @property
    def popen(self):
        """How lagoond is started, where the hostile member is."""
        return self.stage.popen_net if self.stage else subprocess.Popen

    def start(self, lagoond):
        if self.stage is None:
            return
        at = "bad0" if self.carrier == "tap" else self.stage.far_ifaces[0]
        popen = self.stage.popen_net if self.carrier == "tap" else self.stage.popen_partner
        self._stack.enter_context(flooder(lagoond, self._path, popen, self._device, at))


def flooder(lagoond, path, popen, device, interface):
    """A lagoond without a LAG, which sends what `device` delivers on that interface."""
    config = {"eal": {**eal_section(f"lg{os.getpid()}-flooder"), "memory": "64M"},
              "ports": [{"name": "flood", "dev": device}, {"name": "at", "dev": f"net_af_packet9,iface={interface}"}],
              "forward": [["flood", "at"]]}
    return Flooder(lagoond, config, popen, path, "flooder", None)


class Flooder(Appliance):
    def status(self):
        return telemetry.ask(self.prefix, "/")


def folder_of(test):
    """A path in a folder that goes with the test, and where lagoond keeps its sockets meanwhile."""
    folder = test.enterContext(tempfile.TemporaryDirectory())
    os.environ["XDG_RUNTIME_DIR"] = folder
    return lambda name: os.path.join(folder, name)


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))
