"""rtnetlink: what must take effect at once (carrier, splices) without starting a process.

One socket per namespace, opened in it beforehand; a list of changes goes to the kernel in one system call, which
returns when the last of them is done.
"""

import os
import socket
import struct
import time

from . import netns

RTM_NEWLINK, RTM_NEWQDISC, RTM_NEWTFILTER, RTM_DELTFILTER = 16, 36, 44, 45
NLMSG_ERROR = 2
NLM_F_REQUEST, NLM_F_ACK, NLM_F_REPLACE, NLM_F_CREATE = 0x1, 0x4, 0x100, 0x400
IFF_UP = 1

CLSACT_HANDLE, CLSACT_PARENT, CLSACT_INGRESS = 0xFFFF0000, 0xFFFFFFF1, 0xFFFFFFF2
ETH_P_ALL = 3
SPLICE_PRIORITY = 10
TCA_KIND, TCA_OPTIONS = 1, 2
TCA_U32_SEL, TCA_U32_ACT = 5, 7
TC_U32_TERMINAL = 1
TCA_ACT_KIND, TCA_ACT_OPTIONS = 1, 2
TCA_MIRRED_PARMS = 2
TC_ACT_STOLEN, TCA_EGRESS_REDIR = 4, 1


def _attribute(kind, value):
    return struct.pack("HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def _traffic_control(ifindex, handle, parent, info):
    return struct.pack("BxHiIII", socket.AF_UNSPEC, 0, ifindex, handle, parent, info)


def set_up(ifindex, up):
    """An interface administratively up or down. Of a virtual Ethernet, the other end gets or loses its carrier."""
    return RTM_NEWLINK, 0, struct.pack("BxHiII", socket.AF_UNSPEC, 0, ifindex, IFF_UP if up else 0, IFF_UP)


def add_clsact(ifindex):
    body = _traffic_control(ifindex, CLSACT_HANDLE, CLSACT_PARENT, 0) + _attribute(TCA_KIND, b"clsact\0")
    return RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, body


def _splice_info():
    return SPLICE_PRIORITY << 16 | socket.htons(ETH_P_ALL)


def splice(from_ifindex, to_ifindex):
    """Every frame that `from` receives is sent by `to`. (u32 that matches all, as not every kernel has matchall.)"""
    match_all = struct.pack("BBBxHHhhI", TC_U32_TERMINAL, 0, 1, 0, 0, 0, 0, 0) + struct.pack("IIii", 0, 0, 0, 0)
    mirred = struct.pack("IIiii", 0, 0, TC_ACT_STOLEN, 0, 0) + struct.pack("iI", TCA_EGRESS_REDIR, to_ifindex)
    action = (_attribute(TCA_ACT_KIND, b"mirred\0") +
              _attribute(TCA_ACT_OPTIONS, _attribute(TCA_MIRRED_PARMS, mirred)))
    options = _attribute(TCA_U32_SEL, match_all) + _attribute(TCA_U32_ACT, _attribute(1, action))
    body = (_traffic_control(from_ifindex, 0, CLSACT_INGRESS, _splice_info()) + _attribute(TCA_KIND, b"u32\0") +
            _attribute(TCA_OPTIONS, options))
    return RTM_NEWTFILTER, NLM_F_CREATE, body


def unsplice(from_ifindex):
    return RTM_DELTFILTER, 0, _traffic_control(from_ifindex, 0, CLSACT_INGRESS, _splice_info())


class RouteSocket:
    """An rtnetlink socket in one network namespace."""

    def __init__(self, namespace):
        self._namespace = namespace
        self._sequence = 0
        self._socket = netns.run_in(namespace, self._open)

    @staticmethod
    def _open():
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        sock.bind((0, 0))
        return sock

    def ifindex(self, name):
        return netns.run_in(self._namespace, socket.if_nametoindex, name)

    def apply(self, changes):
        """Makes the changes in this order. Gives the time (monotonic, ns) just before the first took effect."""
        first = self._sequence + 1
        messages = bytearray()
        for kind, flags, body in changes:
            self._sequence += 1
            messages += struct.pack("IHHII", 16 + len(body), kind, flags | NLM_F_REQUEST | NLM_F_ACK,
                                    self._sequence, 0) + body
        before = time.monotonic_ns()
        self._socket.send(messages)
        for sequence in range(first, self._sequence + 1):
            self._expect_success(sequence)
        return before

    def _expect_success(self, sequence):
        while True:
            reply = self._socket.recv(65536)
            while len(reply) >= 20:
                length, kind, _, acknowledged, _ = struct.unpack_from("IHHII", reply)
                if kind == NLMSG_ERROR and acknowledged == sequence:
                    errno = -struct.unpack_from("i", reply, 16)[0]
                    if errno != 0:
                        raise OSError(errno, f"rtnetlink: {os.strerror(errno)}")
                    return
                reply = reply[length + -length % 4:]

    def close(self):
        self._socket.close()
