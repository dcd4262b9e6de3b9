"""End to end, as programs: lagoond, and testpmd over net_bonding, each with one core that forwards.

Both take frames of 1000 flows from a file in memory (net_pcap, endlessly) and send them over a LAG of four members that take
everything (net_null), by l3+4. Both forward on the same CPU, one standing (SIGSTOP) while the other runs, over and over,
so that what disturbs the machine disturbs both. What is counted is frames by the time that the forwarding thread had the CPU.
Of testpmd's cost and lagoond's a large part is the source's, which is the same, so a LAG for nothing would not be far above.

usage: appliance.py BUILD [SECONDS]        JSON on standard output
"""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "tests"), os.path.join(HERE, "..", "app", "demo")]

from lab.testpmd import Testpmd  # noqa: E402
from stage import telemetry  # noqa: E402
from stage.lagoond import Appliance  # noqa: E402

MEMBERS = 4
FLOWS = 1000
SLICE_S = 0.25
SECONDS = 15
# What a slice begins with: the caches are the other's.
WARM_S = 0.05


def write_flows(path):
    """UDP over IPv4 in 60 octets, as pcap."""
    draw = random.Random(1)
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(FLOWS):
            frame = bytes.fromhex("0200000000aa0200000000010800")
            frame += struct.pack(">BBHHHBBH4s4s", 0x45, 0, 46, i, 0, 64, 17, 0, draw.randbytes(4), draw.randbytes(4))
            frame += struct.pack(">HHHH", draw.randrange(1024, 65536), draw.randrange(1024, 65536), 26, 0) + bytes(18)
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)


class Forwarder:
    """One of the two programs. `pid` and `frames()` are for those who know it."""

    def __init__(self, name, pid, frames):
        self.name = name
        self._pid = pid
        self._frames = frames
        self._thread = self._busiest()
        self.rates = []

    def _spent(self, tid):
        """Nanoseconds on a CPU."""
        with open(f"/proc/{self._pid}/task/{tid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0])

    def _times(self):
        times = {}
        for tid in os.listdir(f"/proc/{self._pid}/task"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                times[tid] = self._spent(tid)
        return times

    def _busiest(self):
        """The thread that forwards: of those that poll, the one on the last CPU."""
        def cpu_of(tid):
            with open(f"/proc/{self._pid}/task/{tid}/stat", encoding="ascii") as file:
                return int(file.read().rpartition(")")[2].split()[36])

        before = self._times()
        time.sleep(0.3)
        after = self._times()
        busy = [tid for tid in before if after.get(tid, 0) - before[tid] > 0.2e9]
        return max(busy, key=lambda tid: (cpu_of(tid), after[tid] - before[tid]))

    def stand(self):
        os.kill(self._pid, signal.SIGSTOP)

    def go_on(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGCONT)

    def measure(self):
        """Adds the frames by a nanosecond of CPU in one slice."""
        self.go_on()
        time.sleep(WARM_S)
        frames, spent = self._frames(), self._spent(self._thread)
        time.sleep(SLICE_S)
        frames, spent = self._frames() - frames, self._spent(self._thread) - spent
        self.stand()
        self.rates.append(frames / spent)


def lagoond_on(build, folder, source, cpus, stack):
    prefix = f"lagoon-bench-{os.getpid()}"
    config = {
        "eal": {"prefix": prefix, "lcores": [cpus[0], cpus[-1]], "huge": False, "idle": "busy"},
        "journal": "off",
        "ports": [{"name": "source", "dev": f"net_pcap_source,rx_pcap={source},infinite_rx=1"}],
        "lags": [{"name": "lag0", "mode": "balance-xor", "hash": "l3+4",
                  "members": [{"name": f"m{i}", "dev": f"net_null_m{i},no-rx=1"} for i in range(MEMBERS)]}],
        "forward": [["source", "lag0"]],
    }
    appliance = stack.enter_context(Appliance(os.path.join(build, "app", "lagoond"), config, subprocess.Popen,
                                              lambda name: os.path.join(folder, name), "lagoond", "lag0"))
    return Forwarder("lagoond", appliance.pid,
                     lambda: sum(member["traffic"]["tx_packets"] for member in appliance.status()["members"]))


def testpmd_on(build, source, stack):
    members = [f"net_null_m{i}" for i in range(MEMBERS)]
    vdevs = [f"net_pcap_source,rx_pcap={source},infinite_rx=1", *(f"{member},no-rx=1" for member in members),
             "net_bonding0,mode=2,xmit_policy=l34" + "".join(f",slave={member}" for member in members)]
    bond = len(members) + 1
    testpmd = stack.enter_context(Testpmd(build, vdevs, plugin=False, options=(
        "--forward-mode=io", "--nb-cores=1", "--burst=64", f"--portmask={1 | 1 << bond:#x}")))
    testpmd.do("start")

    def frames():
        return int(re.search(r"TX-packets:\s*(\d+)", testpmd.do(f"show port stats {bond}"))[1])

    return Forwarder("testpmd over net_bonding", testpmd.pid, frames)


def main(argv):
    build = os.path.abspath(argv[1])
    seconds = float(argv[2]) if len(argv) > 2 else SECONDS
    if shutil.which("dpdk-testpmd") is None:
        print("appliance.py: dpdk-testpmd is in Debian's package dpdk-dev", file=sys.stderr)
        return 1
    cpus = sorted(os.sched_getaffinity(0))
    folder = tempfile.mkdtemp(prefix="lagoon-bench-")
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        source = os.path.join(folder, "flows.pcap")
        write_flows(source)
        racers = []
        for start in (lambda: lagoond_on(build, folder, source, cpus, stack), lambda: testpmd_on(build, source, stack)):
            for racer in racers:
                racer.stand()
            racers.append(start())
            # (whoever is to end has to run)
            stack.callback(racers[-1].go_on)
        for racer in racers:
            racer.stand()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for racer in racers:
                racer.measure()
    ours, peer = racers
    ratios = sorted(a / b for a, b in zip(ours.rates, peer.rates))
    json.dump({"lagoond": statistics.median(ours.rates) * 1e3, "testpmd": statistics.median(peer.rates) * 1e3,
               "ratio": statistics.median(ratios), "spread": ratios[len(ratios) * 3 // 4] - ratios[len(ratios) // 4],
               "slices": len(ratios)}, sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv))
    except telemetry.TelemetryError as error:
        print(f"appliance.py: {error}", file=sys.stderr)
        sys.exit(1)
