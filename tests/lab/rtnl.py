"""Holds the kernel's rtnl lock for a time that is exact, which otherwise takes thousands of interfaces that go.

ETHTOOL_GLINK writes its answer into our memory while it holds the lock. The answer's page is one that userfaultfd
keeps away until the time is over."""

import array
import ctypes
import fcntl
import mmap
import os
import socket
import struct
import threading
import time

SYS_USERFAULTFD = 323  # x86_64
UFFDIO_API, UFFDIO_REGISTER, UFFDIO_ZEROPAGE = 0xC018AA3F, 0xC020AA00, 0xC020AA04
UFFD_API, REGISTER_MODE_MISSING = 0xAA, 1
SIOCETHTOOL, ETHTOOL_GLINK = 0x8946, 0x0A
LOOK_S = 0.02
_libc = ctypes.CDLL(None, use_errno=True)


def can_be_held() -> bool:
    descriptor = _libc.syscall(SYS_USERFAULTFD, os.O_CLOEXEC)
    if descriptor >= 0:
        os.close(descriptor)
    return descriptor >= 0


def _ask(address: int) -> int:
    """ETHTOOL_GLINK of the loopback, with the question at that address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = ctypes.create_string_buffer(struct.pack("16sP", b"lo", address), 40)
        return _libc.ioctl(any_socket.fileno(), SIOCETHTOOL, request)


class Held:
    """The lock is held within the context; `waited` says afterwards how long another question had to wait for it."""

    def __init__(self):
        page = mmap.PAGESIZE
        self.waited = 0.0
        self._faults = _libc.syscall(SYS_USERFAULTFD, os.O_CLOEXEC)
        if self._faults < 0:
            raise OSError(ctypes.get_errno(), "userfaultfd")
        fcntl.ioctl(self._faults, UFFDIO_API, array.array("Q", [UFFD_API, 0, 0]), True)
        # The question is in the first page, the answer in the second.
        self._memory = mmap.mmap(-1, 2 * page)
        begin = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        struct.pack_into("I", self._memory, page - 4, ETHTOOL_GLINK)
        self._question = begin + page - 4
        self._range = [begin + page, page]
        fcntl.ioctl(self._faults, UFFDIO_REGISTER, array.array("Q", [*self._range, REGISTER_MODE_MISSING, 0]), True)
        self._threads = []

    def __enter__(self):
        self._threads = [threading.Thread(target=_ask, args=(self._question,)), threading.Thread(target=self._wait)]
        for thread in self._threads:
            thread.start()
            time.sleep(LOOK_S)
        return self

    def __exit__(self, *_):
        fcntl.ioctl(self._faults, UFFDIO_ZEROPAGE, array.array("Q", [*self._range, 0, 0]), True)
        for thread in self._threads:
            thread.join()
        os.close(self._faults)

    def _wait(self):
        question = ctypes.create_string_buffer(struct.pack("II", ETHTOOL_GLINK, 0))
        begun = time.monotonic()
        _ask(ctypes.addressof(question))
        self.waited = time.monotonic() - begun
