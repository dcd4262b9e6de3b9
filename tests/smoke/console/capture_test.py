"""The console's capture, of LAGs that nobody but LACP sends on: what tshark reads in the file is what the console said
that it wrote, and what the other end of the wire has sent. Needs no root.

usage: capture_test.py LAGOOND LAGOON_CONSOLE
"""

import collections
import os
import re
import stat
import subprocess
import sys
import time
import unittest

from lab import console

LAGOOND, CONSOLE = map(os.path.abspath, sys.argv[1:3])
FRAMES = 8
SAID = re.compile(r"\A(\S+): (\d+) frames, (\d+) octets, (\d+) lost\n\Z")


def read_by_tshark(path):
    """(interface, "1" in or "2" out, source address, EtherType) of each frame."""
    fields = ("frame.interface_name", "frame.packet_flags_direction", "eth.src", "eth.type")
    out = subprocess.run(["tshark", "-r", path, "-T", "fields", *(word for field in fields for word in ("-e", field))],
                         check=True, capture_output=True, text=True).stdout
    return [tuple(line.split("\t")) for line in out.splitlines()]


class Capture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(console.Lab(LAGOOND, CONSOLE, "capture"))

    def path(self, name):
        return os.path.join(self.lab.folder, name)

    def good(self, *words):
        done = self.lab.run(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def refused(self, words, *command):
        done = self.lab.run(*command)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stderr, words)

    def written(self):
        return int(SAID.match(self.good("show", "capture"))[2])

    def captured(self, path, *of):
        """What was said at the end, and what is in the file, of a capture of at least FRAMES frames."""
        self.good("capture", "start", path, *(("of", *of) if of else ()))
        deadline = time.monotonic() + console.PATIENCE_S
        while self.written() < FRAMES:
            self.assertLess(time.monotonic(), deadline, "nothing is captured")
            time.sleep(0.05)
        said = SAID.match(self.good("capture", "stop"))
        self.assertEqual(said[1], path)
        self.assertEqual(int(said[3]), os.path.getsize(path))
        return int(said[2]), int(said[4]), read_by_tshark(path)

    def test_a_file_has_all_frames_of_the_ports_that_were_named(self):
        path = self.path("both.pcapng")
        count, lost, frames = self.captured(path, "laga", "lagb/w1")
        self.assertEqual((len(frames), lost), (count, 0))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual({kind for *_, kind in frames}, {"0x8809"})
        by_port = collections.Counter((port, int(direction, 0)) for port, direction, *_ in frames)
        self.assertEqual({port for port, _ in by_port}, {"laga/w0", "laga/w1", "lagb/w1"})
        # Both ends of a wire are in it: what one has sent the other has received, but for the first and the last.
        self.assertAlmostEqual(by_port["laga/w1", 2], by_port["lagb/w1", 1], delta=1)
        self.assertAlmostEqual(by_port["lagb/w1", 2], by_port["laga/w1", 1], delta=1)
        # Either end of a wire sends under an address of its own.
        sources = collections.defaultdict(set)
        for port, direction, source, _ in frames:
            sources[port, int(direction, 0)].add(source)
        self.assertEqual(sources["laga/w1", 2], sources["lagb/w1", 1])
        self.assertNotEqual(sources["laga/w1", 2], sources["laga/w1", 1])

    def test_a_capture_ends_on_a_member_that_is_removed_and_goes_on_elsewhere(self):
        self.good("add", "member", "ab0", "net_ring9")
        self.good("capture", "start", self.path("removed.pcapng"), "of", "ab0/net_ring9", "lagb")
        self.good("remove", "member", "ab0", "net_ring9")
        before = self.written()
        deadline = time.monotonic() + console.PATIENCE_S
        while self.written() == before and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertGreater(self.written(), before)
        self.good("capture", "stop")
        self.lab.await_settled()

    def test_captures_can_follow_each_other(self):
        for i in range(3):
            self.good("capture", "start", self.path(f"again{i}.pcapng"))
            self.assertRegex(self.good("capture", "stop"), SAID)
            read_by_tshark(self.path(f"again{i}.pcapng"))

    def test_what_is_wrong_is_said_and_leaves_no_file(self):
        there = self.path("there")
        with open(there, "w", encoding="ascii") as file:
            file.write("mine")
        self.refused("there exists already; name a file that does not", "capture", "start", there)
        with open(there, encoding="ascii") as file:
            self.assertEqual(file.read(), "mine")
        os.symlink(self.path("elsewhere"), self.path("link"))
        self.refused("link exists already", "capture", "start", self.path("link"))
        self.assertFalse(os.path.exists(self.path("elsewhere")))
        self.refused("no path from the root", "capture", "start", "here.pcapng")
        self.refused("No such file or directory", "capture", "start", self.path("none/file"))
        self.refused("no LAG, member or access port 'lagz'", "capture", "start", self.path("z"), "of", "laga", "lagz")
        self.refused("no capture is under way", "capture", "stop")
        self.assertFalse(os.path.exists(self.path("z")))
        self.good("capture", "start", self.path("one"), "of", "laga")
        self.refused("a capture is under way already: .*one: ", "capture", "start", self.path("two"))
        self.assertFalse(os.path.exists(self.path("two")))
        self.good("capture", "stop")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
