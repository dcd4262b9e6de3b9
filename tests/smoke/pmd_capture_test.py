"""dpdk-dumpcap captures what net_lagoon in testpmd carries: on the LAG's port, and on its members, which are owned.

usage: pmd_capture_test.py BUILD        exit code 77: no namespaces or no hugepages are to be had
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from lab.pcapng import frames_of
from lab.hugepages import Hugepages
from lab.pmd import CONVERSATIONS, OURS, exchange, ping, set_stage
from lab.waiting import wait_for
from lab.testpmd import Testpmd, capture_environment

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
PATIENCE_S = 15
NAMED = re.compile(rb"(near|far) (\d+)\.")
SLOW_PROTOCOLS = bytes.fromhex("8809")
LLDP = b"\x88\xcc"


class Dumpcap:
    """dpdk-dumpcap on one port: it tells frames of owned ports apart by nothing, so each has its own."""

    def __init__(self, prefix, port, folder):
        self.path = os.path.join(folder, f"{port}.pcapng")
        self._log = os.path.join(folder, f"{port}.log")
        self._argv = ["dpdk-dumpcap", f"--file-prefix={prefix}", "-i", port, "-w", self.path]

    def __enter__(self):
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(self._argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             env=capture_environment(BUILD))
        if not wait_for(lambda: "Packets captured" in self.words() or self._process.poll() is not None, PATIENCE_S):
            self.__exit__()
            raise RuntimeError(f"dpdk-dumpcap does not begin: {self.words()}")
        return self

    def words(self):
        with open(self._log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def frames(self):
        return frames_of(self.path)

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def named(frames, direction):
    """What the frames that went that way carry, in order; those of ours only."""
    found = (NAMED.search(frame.octets) for frame in frames if frame.direction == direction)
    return [f"{match[1].decode()} {match[2].decode()}." for match in found if match]


class Capture(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="lagoon-capture-"))

    def test_the_port_and_its_members_show_each_frame(self):
        stage, _, testpmd = set_stage(self, BUILD, OURS, memory=PAGES.memory)
        self.assertGreaterEqual(ping(stage), 18)
        with contextlib.ExitStack() as stack:
            lag, *members = [stack.enter_context(Dumpcap(testpmd.prefix, port, self.folder))
                             for port in ("net_lagoon0", "net_af_packet1", "net_af_packet2")]
            at_far, at_near = exchange(stage)
            # (dpdk-dumpcap leaves what it has not written yet when it is ended)
            wait_for(lambda: all(sum(len(named(one.frames(), direction)) for one in some) >= CONVERSATIONS
                                 for some in ([lag], members) for direction in ("in", "out")), PATIENCE_S)
        self.assertEqual((len(at_far), len(at_near)), (CONVERSATIONS, CONVERSATIONS))
        for direction, came in (("out", at_far), ("in", at_near)):
            of_lag = named(lag.frames(), direction)
            of_members = [named(member.frames(), direction) for member in members]
            with self.subTest(direction=direction, lag=len(of_lag), members=[len(one) for one in of_members]):
                self.assertEqual(sorted(of_lag), sorted(came))
                self.assertEqual(sorted(of_members[0] + of_members[1]), sorted(came))
                self.assertTrue(all(of_members), "one member carries all")

    def test_members_show_lacpdus_and_the_port_does_not(self):
        # (a ring gives back what it is sent; nobody polls, so the control thread sends and receives)
        testpmd = self.enterContext(Testpmd(BUILD, ["net_ring0", "net_lagoon0,mode=4,rate=fast,member=net_ring0"],
                                            memory=PAGES.memory))
        with Dumpcap(testpmd.prefix, "net_lagoon0", self.folder) as lag, \
             Dumpcap(testpmd.prefix, "net_ring0", self.folder) as member:
            self.assertTrue(wait_for(lambda: len(member.frames()) >= 4, PATIENCE_S), member.words())
        frames = member.frames()
        self.assertEqual({frame.octets[12:14] for frame in frames} - {LLDP}, {SLOW_PROTOCOLS})
        self.assertEqual({frame.direction for frame in frames}, {"in", "out"})
        self.assertEqual(lag.frames(), [])


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("dpdk-testpmd") is None or shutil.which("dpdk-dumpcap") is None:
        print("namespaces and hugepages take root; dpdk-testpmd and dpdk-dumpcap the packages dpdk-dev and dpdk")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    with Hugepages() as PAGES:
        if not PAGES.words:
            print("no hugepages are to be had here")
            sys.exit(SKIP)
        sys.exit(not unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result.wasSuccessful())
