"""A lagoond with hugepages: dpdk-dumpcap captures from it, on an access port and on a member, and what a killed one has
left of them is taken again. That takes root; what is missing of hugepages is taken from the machine for the time of the test.

usage: capture_test.py LAGOOND
"""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

from lab import pair
from lab.pcapng import frames_of
from lab.waiting import until
from stage.stage import end

LAGOOND = os.path.abspath(sys.argv[1])
POOL = "/sys/kernel/mm/hugepages/hugepages-2048kB"
PAGES = 160  # of 2 MB
FRAMES = 20


def number(name, value=None):
    try:
        with open(os.path.join(POOL, name), "w" if value is not None else "r", encoding="ascii") as file:
            return file.write(str(value)) if value is not None else int(file.read())
    except OSError:
        return 0


class Capture(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("not root: no hugepages, and so no secondary processes")
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        before = number("nr_hugepages")
        missing = max(PAGES - number("free_hugepages"), 0)
        if missing:
            number("nr_hugepages", before + missing)
            self.addCleanup(number, "nr_hugepages", before)
        if number("free_hugepages") < PAGES:
            self.skipTest("this machine gives no hugepages")
        mount = os.path.join(self.folder, "huge")
        os.mkdir(mount)
        subprocess.run(["mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "none", mount], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", mount], check=True)
        self.lagoond = self.enterContext(pair.appliance(
            LAGOOND, self.folder, "capture",
            eal={"huge": True, "args": [f"--huge-dir={mount}"], "memory": "256M"}))

    def captured_on(self, port):
        path = os.path.join(self.folder, f"{port}.pcapng")
        with open(os.path.join(self.folder, f"{port}.log"), "wb") as log:
            dumpcap = subprocess.Popen(["dpdk-dumpcap", f"--file-prefix={self.lagoond.prefix}", "-i", port, "-c", str(FRAMES), "-w", path], stdout=log, stderr=log)
        self.addCleanup(end, [dumpcap])
        until(lambda: dumpcap.poll() is not None)
        if dumpcap.poll() is None:
            dumpcap.send_signal(signal.SIGINT)
        with open(log.name, encoding="utf-8", errors="replace") as file:
            words = file.read()
        self.assertTrue(os.path.exists(path), words)
        return frames_of(path), words

    def test_access_ports_and_members_can_be_captured_on(self):
        member = until(lambda: self.lagoond.status(), lambda s: s["distributing_members"] == 2)
        self.assertEqual(member["distributing_members"], 2)
        for port in ("net_pcap0", "net_ring_w0_a"):
            frames, words = self.captured_on(port)
            self.assertGreaterEqual(len(frames), FRAMES, words)
            self.assertTrue(any(frame.octets[:6] == bytes.fromhex("020000000002") for frame in frames))
        before = self.sent()
        self.assertGreater(until(self.sent, lambda n: n > before + 1000), before + 1000)

    def test_a_start_takes_the_hugepages_that_a_killed_one_has_left(self):
        """They are in files until EAL removes them: few are free."""
        self.lagoond.kill()
        self.assertLess(number("free_hugepages"), PAGES // 2)
        self.lagoond.start()
        self.assertEqual(until(self.lagoond.status, lambda s: s["distributing_members"] == 2)["distributing_members"], 2)

    def sent(self):
        return sum(member["traffic"]["tx_packets"] for member in self.lagoond.status()["members"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
