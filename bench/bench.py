"""./lagoon.sh bench: what Lagoon costs beside what people have, as a table and as JSON.

Launches lagoon-bench several times (cases that one process can measure) and the other programs of bench/ once, and puts
together what they said: of each figure the median over the launches, and how far the launches are apart.

usage: bench.py --build DIR [--quick] [--launches N] [--only REGEX] [--report FILE] [--docs FOLDER]
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LAUNCHES = 5
QUICK_LAUNCHES = 3
# Launches (but for the highest and the lowest of five) that differ by more than this share of the ratio leave it open, and so do
# cases of which the gate let through less than this share of the rounds.
APART = 0.10
QUIET = 0.2
HUGE_PAGES = 320


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        text = file.read()
    model = re.search(r"^(?:model name|CPU part)\s*: (.+)$", text, re.MULTILINE)
    flags = set((re.search(r"^(?:flags|Features)\s*: (.+)$", text, re.MULTILINE) or [None, ""])[1].split())
    commit = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return {"cpu": model[1] if model else platform.machine(), "cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
            "avx512": "avx512f" in flags, "vaes": "vaes" in flags, "virtual": "hypervisor" in flags,
            "commit": commit.stdout.strip()}


class HugePages:
    """Of 2 MB, while it lasts: what there is not is asked for, and given back. Nothing happens where that may not be."""

    FILE = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
    FREE = "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"

    def __init__(self, count):
        self._count = count
        self._before = None

    def __enter__(self):
        try:
            with open(self.FREE, encoding="ascii") as file:
                free = int(file.read())
            with open(self.FILE, encoding="ascii") as file:
                there = int(file.read())
            if free < self._count:
                write(self.FILE, str(there + self._count - free))
                self._before = there
        except OSError:
            pass
        return self

    def __exit__(self, *_):
        if self._before is not None:
            write(self.FILE, str(self._before))


def launch(build, options, folder, instructions):
    """What one launch of lagoon-bench said. (Counting instructions takes long, and gives the same each time.)"""
    samples = os.path.join(folder, "samples")
    command = [os.path.join(build, "bench", "lagoon-bench"), "--samples", samples]
    if options.quick:
        command.append("--quick")
    if instructions:
        command.append("--instructions")
    if options.only:
        command += ["--only", options.only]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with open(samples, encoding="utf-8") as file:
        return json.load(file)


def said_by(build, program, *arguments):
    """What a program of bench/ says that runs once; nothing where it has not been built."""
    path = os.path.join(build, "bench", program)
    if not os.path.exists(path):
        return None
    return json.loads(subprocess.run([path, *arguments], check=True, capture_output=True, text=True).stdout)


def once(name, unit, ours, peer, peer_name):
    """A case that has no launches to compare: what it counts is many events, or no matter of time."""
    return {"name": name, "unit": unit, "peer_name": peer_name, "ours": ours, "peer": peer, "floor": None,
            "ratio": ours / peer if peer else None, "spread": None, "inconclusive": False}


def failovers(options):
    said = said_by(options.build, "failover-bench", "--events", "200" if options.quick else "1000")
    if said is None:
        return
    ours, told, polling = said["lagoon"], said["net_bonding, told"], said["net_bonding, polling every ms"]
    for part in ("p50", "p99"):
        yield once(f"failover-{part}", "us, event to the last frame on the dead member", ours["last_us"][part],
                   told["last_us"][part], "net_bonding, told by its driver")
        yield once(f"failover-{part}-polled", "us, event to the last frame on the dead member", ours["last_us"][part],
                   polling["last_us"][part], "net_bonding, polling every ms")
        yield once(f"failover-published-{part}", "us, event to the control loop's next turn, the table published",
                   ours["published_us"][part], None, "-")
        yield once(f"failover-frames-{part}", "frames on the dead member", ours["frames"][part], told["frames"][part],
                   "net_bonding, told by its driver")


def balances(options):
    said = said_by(options.build, "balance-bench")
    if said is not None:
        yield once("balance-worst", "max/mean", said["lagoon"], said["net_bonding"], "net_bonding, l34")
        yield once("balance-worst-linux", "max/mean", said["lagoon"], said["linux"], "Linux, layer3+4")


def appliances(options):
    if not os.path.exists(os.path.join(options.build, "app", "lagoond")) or shutil.which("dpdk-testpmd") is None:
        print("appliance-vs-testpmd is left out: it needs lagoond, and dpdk-testpmd (package dpdk-dev)", file=sys.stderr)
        return
    done = subprocess.run([sys.executable, "-B", os.path.join(HERE, "appliance.py"), options.build, "6" if options.quick else "20"],
                          check=True, stdout=subprocess.PIPE, text=True)
    said = json.loads(done.stdout)
    yield {**once("appliance-vs-testpmd", "frames/us of the forwarding core, more is better", said["lagoond"], said["testpmd"],
                  "testpmd over net_bonding, mode 2, l34"), "ratio": said["ratio"], "spread": said["spread"]}


def others(options):
    """Cases of the programs that run once. (None is run of which nothing is wanted.)"""
    wanted = re.compile(options.only or "")
    failover_names = [f"failover-{name}" for part in ("p50", "p99") for name in (part, f"{part}-polled", f"frames-{part}", f"published-{part}")]
    programs = {failovers: failover_names,
                balances: ["balance-worst", "balance-worst-linux"], appliances: ["appliance-vs-testpmd"]}
    for cases, names in programs.items():
        if any(wanted.search(name) for name in names):
            yield from (case for case in cases(options) if wanted.search(case["name"]))


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def together(launches):
    """One case of the report out of that case's launches."""
    first = launches[0]
    ratios = sorted(said["ratio"] for said in launches if said["ratio"] is not None)
    if len(ratios) >= 5:
        ratios = ratios[1:-1]
    case = {"name": first["name"], "unit": first.get("unit", "cycles/packet"), "peer_name": first["peer_name"]}
    for who in ("ours", "peer", "floor", "ratio", "instructions", "peer_instructions"):
        case[who] = median([said[who] for said in launches])
    case["spread"] = max(ratios) - min(ratios) if ratios else None
    quiet = sum(said["quiet"] for said in launches) / max(1, sum(said["rounds"] for said in launches))
    case["inconclusive"] = not ratios or quiet < QUIET or case["spread"] > APART * case["ratio"]
    return case


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def cell(value, width=9, digits=2):
    return f"{'-' if value is None else format(value, f'.{digits}f'):>{width}}"


def table(cases):
    yield f"{'case':<22}{'ours':>9}{'peer':>9}{'floor':>9}{'ratio':>9}{'+-':>8}   compared with"
    for case in cases:
        yield (f"{case['name']:<22}" + cell(case["ours"], 9, 1) + cell(case["peer"], 9, 1) + cell(case["floor"], 9, 1)
               + cell(case["ratio"]) + cell(None if case["spread"] is None else case["spread"] / 2, 8)
               + f"   {case['peer_name']}" + ("" if case["unit"] == "cycles/packet" else f" ({case['unit']})")
               + ("   inconclusive" if case["inconclusive"] else ""))


def options_of(argv):
    parser = argparse.ArgumentParser(prog="lagoon.sh bench", description="price of a packet, beside net_bonding and bare ports")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_LAUNCHES} short launches in place of {LAUNCHES}")
    parser.add_argument("--launches", type=int, help="how often the program is started anew")
    parser.add_argument("--only", metavar="REGEX", help="cases whose names match")
    parser.add_argument("--report", metavar="FILE", help="write JSON there")
    parser.add_argument("--docs", metavar="FOLDER", help="write the report, a table and plots there (docs/performance)")
    options = parser.parse_args(argv)
    options.launches = options.launches or (QUICK_LAUNCHES if options.quick else LAUNCHES)
    try:
        re.compile(options.only or "")
    except re.error as error:
        parser.error(f"--only {options.only}: {error}")
    if options.launches < 1:
        parser.error("--launches is a number from 1 up")
    return options


def main(argv):
    options = options_of(argv)
    by_name = {}
    with tempfile.TemporaryDirectory(prefix="lagoon-bench-") as folder, HugePages(HUGE_PAGES):
        for i in range(options.launches):
            print(f"launch {i + 1} of {options.launches}", file=sys.stderr, flush=True)
            said = launch(options.build, options, folder, instructions=i == 0 and not options.quick)
            for case in said["cases"]:
                by_name.setdefault(case["name"], []).append(case)
    report = {"machine": {**machine(), "dpdk": said["dpdk"], "huge_pages": said["huge_pages"]}, "launches": options.launches,
              "cases": [together(launches) for launches in by_name.values()] + list(others(options))}
    if not report["cases"]:
        print(f"no case has a name that matches {options.only}", file=sys.stderr)
        return 1
    if options.report:
        write(options.report, json.dumps(report, indent=1) + "\n")
    if options.docs:
        import pages  # (it wants matplotlib)
        pages.write(report, options.docs)
    about = report["machine"]
    print(f"{about['cpu']}, {about['dpdk']}, median of {options.launches} launches; core cycles for a packet; a ratio below 1: "
          "Lagoon is cheaper; other units have their name at the end")
    print("\n".join(table(report["cases"])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
