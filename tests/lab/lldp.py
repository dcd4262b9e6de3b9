"""LLDP's frames by hand: who tells what, over a raw socket in a namespace. IEEE 802.1AB-2016 clause 8."""

import contextlib
import socket
import struct
import threading

from stage import netns

NEAREST_BRIDGE = bytes.fromhex("0180c200000e")
ETHERTYPE = 0x88CC
TELLS_EACH_S = 0.5


def tlv(kind, value):
    return struct.pack(">H", kind << 9 | len(value)) + value


def organisation(oui, subtype, value):
    return tlv(127, bytes.fromhex(oui) + bytes([subtype]) + value)


def frame(system, port, ttl=120, chassis=None, aggregate=None, frame_size=None, vlan=None):
    """`chassis` is an address of six octets; unless given, the system's name is the Chassis ID."""
    parts = [tlv(1, b"\x04" + chassis if chassis else b"\x07" + system.encode()), tlv(2, b"\x05" + port.encode()),
             tlv(3, struct.pack(">H", ttl)), tlv(5, system.encode())]
    if aggregate is not None:
        parts.append(organisation("0080c2", 7, bytes([3 if aggregate else 1]) + struct.pack(">I", aggregate)))
    if frame_size is not None:
        parts.append(organisation("00120f", 4, struct.pack(">H", frame_size)))
    if vlan is not None:
        parts.append(organisation("0080c2", 1, struct.pack(">H", vlan)))
    octets = NEAREST_BRIDGE + bytes.fromhex("020000000f01") + struct.pack(">H", ETHERTYPE) + b"".join([*parts, tlv(0, b"")])
    return octets.ljust(60, b"\0")


def send(namespace, interface, octets):
    def speak():
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
            wire.bind((interface, 0))
            wire.send(octets)
    netns.run_in(namespace, speak)


class Tellers(contextlib.ExitStack):
    """Sends each of `frames`, pairs of an interface and octets, twice a second until it is closed."""

    def __init__(self, namespace, frames):
        super().__init__()
        self._over = threading.Event()
        self._thread = threading.Thread(target=netns.run_in, args=(namespace, self._speak, frames))

    def __enter__(self):
        self._thread.start()
        self.callback(self._thread.join)
        self.callback(self._over.set)
        return super().__enter__()

    def _speak(self, frames):
        with contextlib.ExitStack() as sockets:
            wires = []
            for interface, octets in frames:
                wire = sockets.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
                wire.bind((interface, 0))
                wires.append((wire, octets))
            while True:
                for wire, octets in wires:
                    with contextlib.suppress(OSError):  # (the link is down)
                        wire.send(octets)
                if self._over.wait(TELLS_EACH_S):
                    return
