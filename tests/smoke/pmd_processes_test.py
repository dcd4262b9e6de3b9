"""Several processes on one LAG of net_lagoon, each with a queue of its own (app/examples/processes_lag.c): a primary and two
secondaries answer what a testpmd with another LAG, the Partner, sends them over two taps. The LAG has weighted
distribution and traffic classes. Secondaries are killed in full load, and others ask for extended statistics.

usage: pmd_processes_test.py BUILD        exit code 77: there are no hugepages, or no namespaces
                                          LAGOON_KILLS=50: so many secondaries are killed
"""

import collections
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

from lab.hostile import resident_kb
from lab.hugepages import Hugepages
from lab.testpmd import PLUGIN, Testpmd, environment
from lab.waiting import wait_for

from stage import netns

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
PROCESSES = 3
KILLS = int(os.environ.get("LAGOON_KILLS", "3"))
PATIENCE_S = 30
# Frames of a process from one look to the next, so that it carries traffic.
MOVES = 2000
RESIDENT_MAX_KB = 2048
# What a killed process may take along, in bursts and in the caches of DPDK's pools: of the latter its successor has most again.
MBUFS_LOST_MAX = 400
MEMBERS = ("net_tap0", "net_tap1")
# Whoever is killed while it takes or gives back an mbuf blocks a pool that is a ring.
KILL_SAFE = "--mbuf-pool-ops-name=lf_stack"
CONFIGURATION = """
lags:
  - name: lag0
    lacp: { rate: fast }
    distribute: weighted
    traffic:
      classes:
        - { name: first, priority: 0, limit: 256 }
        - { name: rest, limit: 256 }
      match: [{ class: first, src: 10.253.0.0/23 }]
    members: [{ dev: net_tap0 }, { dev: net_tap1 }]
"""


class Process:
    """One of the example's; what it says is read as it comes."""

    def __init__(self, test, lab, number):
        kind = "primary" if number == 0 else "secondary"
        cpu = sorted(os.sched_getaffinity(0))[number % len(os.sched_getaffinity(0))]
        argv = [os.path.join(BUILD, "app", "examples", "processes_lag"), "--lcores", f"{number}@{cpu}", *lab.eal,
                f"--proc-type={kind}", *(lab.of_primary if number == 0 else ()),
                "--", "net_lagoon0", str(PROCESSES), str(number)]
        self.number = number
        self.said = ""
        self._process = lab.popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  env=environment(BUILD), cwd=lab.folder)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        test.addCleanup(self.kill)

    def _read(self):
        for line in self._process.stdout:
            self.said += line

    @property
    def pid(self):
        return self._process.pid

    def counts(self):
        """Frames in, out and lost, as it said last."""
        found = re.findall(rf"^process {self.number}: (\d+) in, (\d+) out, (\d+) lost$", self.said, re.MULTILINE)
        return [int(count) for count in found[-1]] if found else [0, 0, 0]

    def kill(self, number=signal.SIGKILL):
        if self._process.poll() is None:
            self._process.send_signal(number)
        code = self._process.wait(PATIENCE_S)
        self._reader.join()
        self._process.stdout.close()
        return code


class Processes(unittest.TestCase):
    def setUp(self):
        self.namespace = f"lagoon-procs-{os.getpid()}"
        netns.create(self.namespace)
        self.addCleanup(netns.remove, self.namespace)
        self.folder = tempfile.mkdtemp(prefix="lagoon-procs-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        configuration = os.path.join(self.folder, "lag.yaml")
        with open(configuration, "w", encoding="ascii") as file:
            file.write(CONFIGURATION)
        prefix = os.path.basename(self.folder)
        self.addCleanup(shutil.rmtree, os.path.join("/var/run/dpdk", prefix), ignore_errors=True)
        self.eal = ["--file-prefix", prefix, *PAGES.words, "--no-pci", "-d", PLUGIN]
        self.of_primary = [*PAGES.memory[:2], KILL_SAFE, "--vdev", "net_tap0,iface=near0", "--vdev", "net_tap1,iface=near1",
                           "--vdev", f"net_lagoon0,conf={configuration}"]
        self.processes = {}

    def popen(self, argv, **options):
        return subprocess.Popen(netns.command_in(self.namespace, argv), **options)

    def start(self, number):
        self.processes[number] = Process(self, self, number)
        answers = wait_for(lambda: f"process {number} answers" in self.processes[number].said, PATIENCE_S)
        self.assertTrue(answers, self.words())

    def words(self):
        return "\n".join(f"--- {number}\n{process.said[-3000:]}" for number, process in self.processes.items())

    def start_all(self):
        self.start(0)
        partner = self.enterContext(
            Testpmd(BUILD, ["net_af_packet0,iface=near0", "net_af_packet1,iface=near1",
                            "net_lagoon0,mode=4,rate=fast,mac=02:00:00:00:0b:01,member=net_af_packet0,member=net_af_packet1"],
                    ["--forward-mode=flowgen", "--port-topology=loop"], popen=self.popen))
        for number in range(1, PROCESSES):
            self.start(number)
        partner.until("show port info 2", "Link status: up")
        partner.do("start")
        return partner

    def all_move(self, numbers=range(PROCESSES)):
        """Whether each of them receives and answers from now on."""
        before = {number: self.processes[number].counts() for number in numbers}
        return wait_for(lambda: all(self.processes[number].counts()[way] > before[number][way] + MOVES
                                    for number in numbers for way in (0, 1)), PATIENCE_S)

    def ask(self, *words):
        """What dpdk-proc-info, a secondary process, says."""
        shown = subprocess.run(["dpdk-proc-info", *self.eal, "--", *words], check=False, capture_output=True, text=True,
                               timeout=PATIENCE_S, env=environment(BUILD), cwd=self.folder)
        self.assertEqual(shown.returncode, 0, shown.stdout + shown.stderr)
        return shown.stdout

    def xstats(self):
        return {name: int(value) for name, value in re.findall(r"^([\w:.]+): (\d+)$", self.ask("-p", "0x4", "--xstats"), re.MULTILINE)}

    def free_mbufs(self):
        return int(re.search(r"avail \((\d+)\)", self.ask("--show-mempool=frames"))[1])

    def test_all_send_and_receive_with_weights_and_classes(self):
        partner = self.start_all()
        self.assertTrue(self.all_move(), self.words())
        received = int(re.search(r"RX-packets: (\d+)", partner.do("show port stats 2"))[1])
        self.assertTrue(wait_for(lambda: int(re.search(r"RX-packets: (\d+)", partner.do("show port stats 2"))[1]) >
                                 received + MOVES))

        # A secondary asks by number, by name and for all, and what it is told are the LAG's own.
        xstats = self.xstats()
        self.assertEqual(xstats["lag_distributing_members"], 2)
        self.assertGreater(xstats["lag_conversations"], 100)
        for member in MEMBERS:
            self.assertGreater(xstats[f"member_{member}_tx_packets"], MOVES)
            self.assertGreater(xstats[f"member_{member}_conversations"], 10)
        number = list(xstats).index("lag_distributing_members")
        self.assertIn(f"lag_distributing_members: {number}\n", self.ask("-p", "0x4", "--xstats-name", "lag_distributing_members"))
        self.assertIn("lag_distributing_members: 2\n", self.ask("-p", "0x4", "--xstats-ids", str(number)))
        self.ask("-p", "0x4", "--xstats-reset")
        self.assertLess(self.xstats()["member_net_tap0_lacpdu_rx"], xstats["member_net_tap0_lacpdu_rx"])

        for number in reversed(range(PROCESSES)):
            self.assertEqual(self.processes[number].kill(signal.SIGTERM), 0, self.words())
            said = self.processes[number].said
            self.assertIn(f"process {number} ends; members that distribute: 2, frames of threads that died: 0", said)
            print("    " + said.strip().splitlines()[-1], flush=True)

    def test_secondaries_are_killed_and_the_others_go_on(self):
        partner = self.start_all()
        self.assertTrue(self.all_move(), self.words())
        resident, free = resident_kb(self.processes[0].pid), self.free_mbufs()
        for kill in range(KILLS):
            victim = 1 + kill % (PROCESSES - 1)
            self.processes[victim].kill()
            others = [number for number in range(PROCESSES) if number != victim]
            self.assertTrue(self.all_move(others), f"kill {kill}\n{self.words()}")
            self.start(victim)
            self.assertTrue(self.all_move(), f"kill {kill}\n{self.words()}\n{partner.text[-3000:]}")
        said = self.processes[0].said
        in_burst = len(re.findall("has ended inside it; the queue is free again", said))
        xstats = self.xstats()
        grown, lost = resident_kb(self.processes[0].pid) - resident, free - self.free_mbufs()
        print(f"    {KILLS} killed, {in_burst} of them in a burst; {xstats['drop_user_died']} frames counted as theirs, "
              f"{lost} of the pool's mbufs fewer, resident {grown:+} kB", flush=True)
        self.assertEqual(xstats["lag_stalls"], 0, said)
        self.check_nobody_left(said, partner)
        self.assertLess(grown, RESIDENT_MAX_KB)
        self.assertLess(lost, MBUFS_LOST_MAX * KILLS)

    def check_nobody_left(self, said, partner):
        """No member of either end has left DISTRIBUTING since it came."""
        for who, log, member in (("the LAG", said, "net_tap"), ("the Partner", partner.text, "net_af_packet")):
            left = [line for line in log.splitlines() if member in line and "DISTRIBUTING ->" in line]
            self.assertEqual(left, [], who)
        shown = partner.do("show port xstats 2")
        self.assertIn("lag_distributing_members: 2", shown)
        expired = collections.Counter({name: int(count) for name, count in re.findall(r"^(member_\w+_lacp_expirations): (\d+)", shown, re.M)})
        self.assertEqual(sum(expired.values()), 0, shown)


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("dpdk-testpmd") is None:
        print("hugepages take root, and dpdk-testpmd the package dpdk-dev")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    with Hugepages() as PAGES:
        if not PAGES.words:
            print("no hugepages are to be had here")
            sys.exit(SKIP)
        sys.exit(not unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result.wasSuccessful())
