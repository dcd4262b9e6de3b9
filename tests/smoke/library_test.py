"""The library's C example against Linux's bonding: built as a stranger would, with nothing but what is installed and
`pkg-config lagoon libdpdk`, it forwards over a LAG whose cable is pulled once.

usage: library_test.py BUILD
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")

from lab.case import Case, main, tries
from lab.waiting import wait_for

BUILD = sys.argv[1]
RATE = 2000
PATIENCE_S = 12
SETTLE_S = 1.0
# What a pulled cable costs: our side 20 ms at the most, and what the partner needs to notice it.
LOST_MAX = {"out": RATE // 20, "in": RATE // 4}
OPTIONS = "lacp: { rate: fast }\nhash: l3+4"


class Program:
    """l2fwd_lag, in the place of lagoond on a stage."""

    is_guest = False
    lagoond = None

    def __init__(self, stage, folder):
        self.stage = stage
        self.ip = stage.lan_ip
        self._binary, self._libraries = _built(folder)
        self._process = None
        self._said = stage.path("l2fwd_lag.out")

    def popen(self, argv, stdout_path):
        with open(stdout_path, "wb") as out, open(f"{stdout_path}.err", "wb") as err:
            return self.stage.popen_lan(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def start(self):
        interfaces = [self.stage.access_iface, *self.stage.near_ifaces]
        devices = [f"net_af_packet{i}" for i in range(len(interfaces))]
        vdevs = [word for device, name in zip(devices, interfaces) for word in ("--vdev", f"{device},iface={name}")]
        cpu = min(os.sched_getaffinity(0))
        with open(self._said, "wb") as out:
            self._process = self.stage.popen_net(
                [self._binary, "-l", str(cpu), "--no-huge", "-m", "256", "--no-pci", "--no-telemetry", "--no-shconf",
                 *vdevs, "--", "-o", OPTIONS, *devices],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**os.environ, "LD_LIBRARY_PATH": self._libraries})

    def said(self):
        with open(self._said, encoding="utf-8", errors="replace") as file:
            return file.read()

    def link(self):
        """As it was said last: Mbit/s, 0 for down."""
        said = re.findall(r"^LAG (up|down), (\d+) Mbit/s$", self.said(), re.M)
        return int(said[-1][1]) if said and said[-1][0] == "up" else 0

    def stop(self):
        """Its exit code."""
        process, self._process = self._process, None
        process.terminate()
        return process.wait(timeout=10)

    def kill(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _built(folder):
    """The program, and where its library is."""
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", folder], check=True)
    pc_file, = _found(folder, "lagoon.pc")
    shared, = _found(folder, "liblagoon.so")
    # (it was made for another root)
    subprocess.run(["sed", "-i", f"s|^prefix=|prefix={folder}|", pc_file], check=True)
    words = subprocess.run(["pkg-config", "--cflags", "--libs", "lagoon", "libdpdk"], check=True, capture_output=True,
                           text=True, env={**os.environ, "PKG_CONFIG_PATH": os.path.dirname(pc_file)}).stdout
    program = os.path.join(folder, "l2fwd_lag")
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O2",
                    os.path.join(ROOT, "app", "examples", "l2fwd_lag.c"), "-o", program,
                    *shlex.split(words)], check=True)
    return program, os.path.dirname(shared)


def _found(folder, name):
    return [os.path.join(where, name) for where, _, names in os.walk(folder) if name in names]


class Library(Case):
    links = 2

    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="lagoon-library-")
        cls.addClassCleanup(shutil.rmtree, folder)
        super().setUpClass()
        cls.end = Program(cls.stage, folder)

    @tries
    def test_the_example_forwards_over_a_lag_that_loses_a_cable(self):
        self.end.start()
        self._until(lambda: self.end.link() == 20000 and self.far.converged(), "the LAG does not come up")
        stream = self.stream(self.far, RATE)
        time.sleep(SETTLE_S)
        self.stage.links[0].pull()
        self._until(lambda: self.end.link() == 10000, "the lost cable is not noticed")
        time.sleep(SETTLE_S)
        self.stage.links[0].restore()
        self._until(lambda: self.end.link() == 20000 and self.far.converged(), "the cable is not taken back")
        time.sleep(SETTLE_S)
        outcome = stream.stop()
        self.assertEqual(self.end.stop(), 0, self.end.said())
        self.say(outcome.words())
        self._check(outcome)

    def _check(self, outcome):
        said = self.end.said()
        self.assertRegex(said, r"net_af_packet1 works: yes -> no link")
        self.assertRegex(said, r"net_af_packet1 .*DISTRIBUTING")
        forwarded = re.search(r"^(\d+) frames to the LAG, (\d+) from it, (\d+) lost$", said, re.M)
        self.assertTrue(forwarded, said)
        for way in ("out", "in"):
            counts = outcome.counts(way)
            self.assertEqual(counts["duplicated"], 0)
            self.assertGreater(counts["received"], 3 * SETTLE_S * RATE * 0.9)
            self.figure(counts["lost"] <= LOST_MAX[way], f"{counts['lost']} frames lost, {way}")
        self.assertGreaterEqual(int(forwarded[1]), outcome.counts("out")["received"])

    def _until(self, fact, words):
        taken = wait_for(fact, PATIENCE_S)
        self.assertIsNotNone(taken, f"{words}:\n{self.end.said()}\n{self.far.status()}")


if __name__ == "__main__":
    main()
