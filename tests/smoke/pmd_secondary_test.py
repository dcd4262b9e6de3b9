"""net_lagoon beside other processes: dpdk-proc-info, a secondary that transmits, dpdk-telemetry.py.

usage: pmd_secondary_test.py BUILD        exit code 77: there are no hugepages
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import unittest

from lab.hugepages import Hugepages
from lab.testpmd import PLUGIN, Testpmd, environment

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
VDEVS = ["net_null0", "net_null1", "net_lagoon0,mode=0,member=net_null0,member=net_null1"]
PATIENCE_S = 30


class Processes(unittest.TestCase):
    def setUp(self):
        self.testpmd = self.enterContext(
            Testpmd(BUILD, VDEVS, ["--num-procs=2", "--proc-id=0"], memory=PAGES.memory, eal=["--proc-type=primary"]))
        self.testpmd.until("show port info 2", "Link status: up")
        self.common = ["--file-prefix", self.testpmd.prefix, *PAGES.words, "--no-pci", "-d", PLUGIN]
        self.options = {"env": environment(BUILD), "cwd": PAGES.folder, "text": True}

    def test_a_secondary_transmits(self):
        argv = ["dpdk-testpmd", "--lcores", "8@0,9@" + str(max(os.sched_getaffinity(0))), *self.common,
                "--proc-type=secondary", "--", "--num-procs=2", "--proc-id=1", "--forward-mode=txonly", "--auto-start",
                "--total-num-mbufs=8192", "--stats-period=1"]
        secondary = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                     **self.options)
        try:
            self.testpmd.until("show port stats 2", r"TX-packets: \d{5}", PATIENCE_S)
        finally:
            secondary.send_signal(signal.SIGINT)
            try:
                said, _ = secondary.communicate(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                secondary.kill()
                said, _ = secondary.communicate()
        sent = int(re.search(r"TX-packets: (\d+) +TX-dropped", said)[1])
        # The primary sees what was sent, and goes on when the secondary has gone.
        stats = self.testpmd.do("show port stats 2")
        self.assertEqual(int(re.search(r"TX-packets: (\d+)", stats)[1]), sent, said)
        xstats = self.testpmd.do("show port xstats 2")
        self.assertEqual(sum(int(n) for n in re.findall(r"member_net_null\d_tx_packets: (\d+)", xstats)), sent)
        self.testpmd.do("start")
        self.testpmd.until("show port stats 2", r"RX-packets: \d{5}")
        self.testpmd.do("stop")

    def test_proc_info_and_telemetry_see_the_port(self):
        self.testpmd.do("start")
        self.testpmd.until("show port stats 2", r"RX-packets: \d{5}")
        self.testpmd.do("stop")
        received = re.search(r"RX-packets: (\d+)", self.testpmd.do("show port stats 2"))[1]
        shown = subprocess.run(["dpdk-proc-info", *self.common, "--", "--stats"], check=False, capture_output=True,
                               timeout=PATIENCE_S, **self.options)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertRegex(shown.stdout, rf"RX-packets: {received}\b")
        # (the tool wants a terminal; its pipe is as good)
        asked = subprocess.run(["dpdk-telemetry.py", "-f", self.testpmd.prefix], input="/ethdev/list\n/ethdev/stats,2\nquit\n",
                               check=False, capture_output=True, text=True, timeout=PATIENCE_S)
        answers = [json.loads(found) for found in re.findall(r'\{(?:[^{}]|\{[^{}]*\})*\}', asked.stdout)]
        self.assertIn({"/ethdev/list": [2]}, answers)
        stats = next(answer["/ethdev/stats"] for answer in answers if "/ethdev/stats" in answer)
        self.assertEqual(stats["ipackets"], int(received))


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("dpdk-testpmd") is None:
        print("hugepages take root, and dpdk-testpmd the package dpdk-dev")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    with Hugepages() as PAGES:
        if not PAGES.words:
            print("no hugepages are to be had here")
            sys.exit(SKIP)
        sys.exit(not unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result.wasSuccessful())
