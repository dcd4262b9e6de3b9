"""Capture: the frames that cross interfaces in a namespace, without those of the streams (UDP)."""

import ctypes
import select
import socket
import struct
import threading
import time
from typing import NamedTuple

from stage import netns

SO_ATTACH_FILTER, SO_TIMESTAMPNS = 26, 35
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
ETH_P_ALL = 3
# All but IPv4 with UDP in it: a loaded half-word at 12 is 0x0800 and the octet at 23 is 17.
NOT_UDP = ((0x28, 0, 0, 12), (0x15, 0, 3, 0x0800), (0x30, 0, 0, 23), (0x15, 0, 1, 17), (0x06, 0, 0, 0),
           (0x06, 0, 0, 0x40000))


class Frame(NamedTuple):
    at_ns: int  # monotonic
    interface: str
    octets: bytes

    @property
    def destination(self):
        return mac(self.octets[0:6])

    @property
    def source(self):
        return mac(self.octets[6:12])

    @property
    def ethertype(self):
        return int.from_bytes(self.octets[12:14])


class Arp(NamedTuple):
    frame: Frame
    operation: int  # 1 request, 2 reply
    sender_mac: str
    sender_ip: str
    target_mac: str
    target_ip: str

    @property
    def gratuitous(self):
        return self.sender_ip == self.target_ip


def mac(octets):
    return octets.hex(":")


class Capture:
    """From __init__ to stop(): frames that come in at interfaces. Seen from a link's middle interface of the near end
    (link.middle[0]), these are what the end under test sends; from the other, what is sent to it."""

    def __init__(self, namespace, interfaces):
        self.frames = []
        self._sockets = netns.run_in(namespace, lambda: {_open(i): i for i in interfaces})
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        ahead = time.time_ns() - time.monotonic_ns()
        while not self._stopped.is_set():
            for ready in select.select(list(self._sockets), [], [], 0.05)[0]:
                try:
                    data, control, _, _ = ready.recvmsg(65536, 64)
                except OSError:  # the interface has gone down just now
                    continue
                seconds, nanoseconds = struct.unpack("qq", control[0][2])
                self.frames.append(Frame(seconds * 10**9 + nanoseconds - ahead, self._sockets[ready], data))

    def stop(self):
        self._stopped.set()
        self._thread.join()
        for one in self._sockets:
            one.close()
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def arps(self, since=0):
        made = []
        for frame in list(self.frames):
            if frame.at_ns >= since and frame.ethertype == 0x0806:
                operation, = struct.unpack_from("!H", frame.octets, 20)
                made.append(Arp(frame, operation, mac(frame.octets[22:28]), socket.inet_ntoa(frame.octets[28:32]),
                                mac(frame.octets[32:38]), socket.inet_ntoa(frame.octets[38:42])))
        return made

    def igmp(self, since=0):
        return [f for f in list(self.frames) if f.at_ns >= since and f.ethertype == 0x0800 and f.octets[23] == 2]


def _open(interface):
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    program = b"".join(struct.pack("HBBI", *line) for line in NOT_UDP)
    room = ctypes.create_string_buffer(program)
    one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(NOT_UDP), ctypes.addressof(room)))
    one.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    one.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    one.bind((interface, ETH_P_ALL))
    return one
