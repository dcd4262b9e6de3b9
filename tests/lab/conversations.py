"""Conversations: thousands of equal UDP conversations that a host sends, and the links on which they are seen.

Frames go out by a packet socket, a frame of each conversation in turn: a socket for each would be too many.
"""

import select
import socket
import struct
import threading
import time

from stage import netns

from .waiting import wait_for

SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
ETH_P_ALL, ETH_P_IP = 3, 0x0800
FIRST_PORT, TO_PORT = 20_000, 9
HEADERS = 42  # octets of Ethernet, IPv4 and UDP
BURST = 16


def _checksum(octets):
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def frame(number, macs, addresses, octets):
    """A frame of conversation `number`, told from others by its source port. Each pair is (from, to); without a
    checksum of UDP's, as IPv4 allows."""
    source, destination = (bytes.fromhex(mac.replace(":", "")) for mac in macs)
    ip = struct.pack(">BBHIBBH4s4s", 0x45, 0, octets - 14, 0, 64, 17, 0, *map(socket.inet_aton, addresses))
    ip = ip[:10] + struct.pack(">H", _checksum(ip)) + ip[12:]
    udp = struct.pack(">HHHH", FIRST_PORT + number, TO_PORT, octets - 34, 0)
    return (destination + source + struct.pack(">H", ETH_P_IP) + ip + udp).ljust(octets, b"\0")


def words(number, addresses):
    """The same conversation as lagoond's `explain` takes it."""
    return f"udp {addresses[0]}:{FIRST_PORT + number} {addresses[1]}:{TO_PORT}"


class Sender:
    """Sends all frames in turn, `rate` in a second, from __enter__ to __exit__."""

    def __init__(self, namespace, interface, frames, rate):
        self.rounds = 0  # that are over
        self._frames, self._rate = frames, rate
        self._stopped = threading.Event()
        self._socket = netns.run_in(namespace, lambda: _packet_socket(interface, 0))
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join()
        self._socket.close()

    def wait(self, rounds):
        """Until so many more rounds are over. Gives the seconds, or None if it takes ten times too long."""
        wanted = self.rounds + rounds
        return wait_for(lambda: self.rounds >= wanted, 10 * rounds * len(self._frames) / self._rate)

    def _run(self):
        due = time.monotonic()
        while not self._stopped.is_set():
            for first in range(0, len(self._frames), BURST):
                for octets in self._frames[first:first + BURST]:
                    self._socket.send(octets)
                # (a sender that woke up late does not make up for it: equal conversations, not an exact rate)
                due = max(due + BURST / self._rate, time.monotonic())
                if self._stopped.wait(max(0.0, due - time.monotonic())):
                    return
            self.rounds += 1


class Sightings:
    """`links`, from __enter__ (at `begun`) to __exit__ (at `ended`): {number of a conversation: where it was seen}."""

    def __init__(self, stage):
        self.links = {}
        self._sockets = netns.run_in(stage.net, lambda: {_packet_socket(link.middle[0], ETH_P_ALL): link.index
                                                         for link in stage.links})
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self):
        self.begun = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join()
        self.ended = time.monotonic()
        for one in self._sockets:
            one.close()

    def _listen(self):
        while not self._stopped.is_set():
            for ready in select.select(list(self._sockets), [], [], 0.05)[0]:
                octets = ready.recv(HEADERS)
                if len(octets) < HEADERS or octets[12:14] != struct.pack(">H", ETH_P_IP) or octets[23] != 17:
                    continue
                port, to = struct.unpack_from(">HH", octets, 34)
                if to == TO_PORT:
                    self.links.setdefault(port - FIRST_PORT, set()).add(self._sockets[ready])


def _packet_socket(interface, protocol):
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    one.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    one.bind((interface, protocol))
    return one
