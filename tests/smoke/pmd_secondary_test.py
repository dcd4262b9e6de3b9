"""net_lagoon beside other processes: dpdk-proc-info, a secondary that transmits, dpdk-telemetry.py.

usage: pmd_secondary_test.py BUILD        exit code 77: there are no hugepages
                                          LAGOON_KILLS=50: secondaries that are killed while they send
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

from lab.hostile import resident_kb
from lab.hugepages import Hugepages
from lab.testpmd import PLUGIN, Testpmd, environment
from lab.waiting import wait_for

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
VDEVS = ["net_null0", "net_null1", "net_lagoon0,mode=0,member=net_null0,member=net_null1"]
PATIENCE_S = 30
KILLS = int(os.environ.get("LAGOON_KILLS", "3"))
STALL_S = 1.3  # for who stands inside a burst so long the LAG goes
RESIDENT_MAX_KB = 2048
# Whoever is killed while it takes or gives back an mbuf blocks a pool that is a ring.
KILL_SAFE = "--mbuf-pool-ops-name=lf_stack"


class Processes(unittest.TestCase):
    def setUp(self):
        self.testpmd = self.enterContext(
            Testpmd(BUILD, VDEVS, ["--num-procs=2", "--proc-id=0"], memory=PAGES.memory,
                    eal=["--proc-type=primary", KILL_SAFE]))
        self.testpmd.until("show port info 2", "Link status: up")
        self.common = ["--file-prefix", self.testpmd.prefix, *PAGES.words, "--no-pci", "-d", PLUGIN]
        self.options = {"env": environment(BUILD), "cwd": PAGES.folder, "text": True}

    def secondary(self, mode):
        argv = ["dpdk-testpmd", "--lcores", "8@0,9@" + str(max(os.sched_getaffinity(0))), *self.common,
                "--proc-type=secondary", "--", "--num-procs=2", "--proc-id=1", f"--forward-mode={mode}", "--auto-start",
                "--total-num-mbufs=8192", "--stats-period=1"]
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                **self.options)

    def xstats(self):
        said = self.testpmd.do("show port xstats 2")
        return {name: int(value) for name, value in re.findall(r"^(\w+): (\d+)$", said, re.MULTILINE)}

    def test_the_queue_of_a_killed_one_is_free_again(self):
        """Nearly every kill hits a burst. The LAG stays, and the next one sends and receives on the same queues."""
        counters = {"txonly": "tx_good_packets", "rxonly": "rx_good_packets"}
        resident = None
        for kill in range(KILLS):
            mode = ("txonly", "rxonly")[kill % 2]
            before = self.xstats()[counters[mode]]
            secondary = self.secondary(mode)
            self.addCleanup(secondary.kill)
            works = wait_for(lambda: self.xstats()[counters[mode]] > before + 10000, PATIENCE_S)
            secondary.kill()
            said, _ = secondary.communicate()
            self.assertTrue(works, f"kill {kill}, {mode}\n{said[-2000:]}")
            resident = resident or resident_kb(self.testpmd.pid)
            time.sleep(STALL_S)
            now = self.xstats()
            self.assertEqual(now["lag_up"], 1, f"kill {kill}\n{self.testpmd.text[-3000:]}")
        grown = resident_kb(self.testpmd.pid) - resident
        freed = len(re.findall("a thread in a burst of .* has ended inside it; the queue is free again", self.testpmd.text))
        print(f"    {KILLS} killed, {freed} of them in a burst, resident {grown:+} kB", flush=True)
        self.assertGreater(freed, 0)
        self.assertLess(grown, RESIDENT_MAX_KB)

    def test_a_secondary_transmits(self):
        secondary = self.secondary("txonly")
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
