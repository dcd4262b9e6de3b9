#!/usr/bin/python3
"""Runs the scenarios of docs/distribution.md in the simulator and draws them: plots.py LAGOON-SIMULATE DIRECTORY.

Equal runs give equal files: the simulator draws from one seed, and the drawings have no date and fixed names inside.
"""

import concurrent.futures
import csv
import io
import os
import statistics
import subprocess
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

matplotlib.rcParams.update({"svg.hashsalt": "lagoon", "svg.fonttype": "none", "font.size": 9, "axes.grid": True,
                            "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False,
                            "figure.constrained_layout.use": True})

UNLIKE_DELAYS = "--links 1G:20us,1G:1ms,1G:3ms,1G:5ms --frame 1000 --conversations 2000"
GAP = "--flowlet-gap 6ms"
WINDOWS = {"50ms": 0.05, "100ms": 0.1, "200ms": 0.2, "500ms": 0.5, "1s": 1, "2s": 2, "5s": 5}
WINDOW_SEEDS = (1, 2, 3)
DEFAULT_WINDOW = 0.2


class Simulator:
    """Runs of the program, two at a time, each a list of rows."""

    def __init__(self, program):
        self.program = program
        self.pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())

    def start(self, options):
        return self.pool.submit(self._run, options)

    def _run(self, options):
        done = subprocess.run([self.program, *options.split()], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join([self.program, options])}: {done.stderr}")
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(io.StringIO(done.stdout))]


def column(rows, name):
    return [row[name] for row in rows]


def save(figure, directory, name):
    figure.savefig(os.path.join(directory, name + ".svg"), metadata={"Date": None})
    plt.close(figure)


def utilisation(simulator, directory):
    """10G + 1G + 1G, sizes as Zipf's law has them, 80 % offered: each member over time."""
    ways = ("weighted", "flow-hash", "modulo")
    base = ("--links 10G,1G,1G --frame 9000 --conversations 10000 --workload zipf:1.1 --load 80% --time 10s"
            " --interval 200ms --distribute ")
    runs = [simulator.start(base + way) for way in ways]
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.8), sharey=True)
    for axis, way, run in zip(axes, ways, runs):
        rows = run.result()
        for link, label in enumerate(("10G", "1G", "1G")):
            axis.plot(column(rows, "time_s"), [100 * value for value in column(rows, f"link{link}")], label=label)
        sent, dropped = sum(column(rows, "sent")), sum(column(rows, "dropped"))
        axis.set(title=f"{way}: {100 * dropped / sent:.1f} % dropped".replace("modulo", "hash % n"), xlabel="s", ylim=(0, 105))
    axes[0].set_ylabel("utilisation, %")
    axes[0].legend(loc="lower left")
    save(figure, directory, "utilisation")


def imbalance(simulator, directory):
    """4 x 10G: heavy conversations all on one member at first; and sizes as Zipf's law has them."""
    starts = {"polarised": "all heavy conversations on one member", "zipf:1.1": "sizes by Zipf's law (1.1)"}
    ways = {"hash % n": "--distribute modulo", "flow-hash": "--rebalance off", "flow-hash, rebalanced": "--rebalance on"}
    base = ("--links 10G,10G,10G,10G --frame 9000 --conversations 11000 --load 60% --time 12s --interval 500ms"
            " --workload ")
    runs = {start: {way: simulator.start(f"{base}{start} {options}") for way, options in ways.items()} for start in starts}
    figure, axes = plt.subplots(1, 2, figsize=(9, 2.8))
    for axis, (start, title) in zip(axes, starts.items()):
        for (way, run), style in zip(runs[start].items(), ("--", ":", "-")):
            rows = run.result()
            axis.plot(column(rows, "time_s"), column(rows, "imbalance"), style, label=way)
        axis.axhline(1.1, color="grey", linewidth=0.7)
        axis.set(title=title, xlabel="s (an interval of rebalancing each)", ylim=(0.95, None))
    axes[0].set_ylabel("busiest member / mean")
    axes[0].legend()
    save(figure, directory, "imbalance")


def member_lost(simulator, directory):
    """One of four members lost at 3 s and back at 6 s: who moves, and what overtakes what."""
    base = f"{UNLIKE_DELAYS} --load 40% --time 9s --interval 250ms --event 3s:down:1 --event 6s:up:1 "
    ways = {"hash % n": "--distribute modulo", "at-once": "--move at-once", "hold": "--move hold",
            "marker": "--move marker", "flowlet": f"--move flowlet {GAP}"}
    runs = {way: simulator.start(base + options) for way, options in ways.items()}
    rows = {way: run.result() for way, run in runs.items()}
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8), width_ratios=(3, 2))
    for way, label, style in (("hash % n", "hash % n", "--"), ("marker", "Lagoon", "-")):
        moved, sums = 0, []
        for value in column(rows[way], "changed_needless"):
            moved += value
            sums.append(100 * moved / 2000)
        left.plot(column(rows[way], "time_s"), sums, style, label=label)
    left.set(title="moved from a member that works", xlabel="s", ylabel="% of conversations, in all")
    left.legend()
    counts = [sum(column(rows[way], "reordered")) for way in ways]
    bars = right.bar(list(ways), counts, color=["C0", "C1", "C1", "C1", "C1"])
    right.bar_label(bars, [f"{count:.0f}" for count in counts])
    right.set(title="frames that were overtaken", ylim=(0, 1.15 * max(counts)))
    right.tick_params(axis="x", labelsize=8)
    save(figure, directory, "member-lost")


def load_window(simulator, directory):
    """How long loads are averaged: what it does for balance, and after a member's return."""
    base = ("--links 10G,1G,1G --frame 9000 --load 80% --distribute weighted --time 10s --interval 100ms"
            " --event 4s:down:2 --event 5s:up:2 --workload ")
    loads = {"web search, 20 Mbit/s each": "websearch --peak 20M", "web search, 100 Mbit/s each": "websearch --peak 100M"}
    runs = {(load, window): [simulator.start(f"{base}{options} --window {window} --seed {seed}") for seed in WINDOW_SEEDS]
            for load, options in loads.items() for window in WINDOWS}
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.8))
    for load, style in zip(loads, ("o-", "s--")):
        imbalances, scatters, fulls = [], [], []
        for window in WINDOWS:
            all_rows = [run.result() for run in runs[load, window]]
            steady = [column(rows[20:40], "imbalance") for rows in all_rows]
            imbalances.append(statistics.mean(map(statistics.mean, steady)))
            scatters.append(100 * statistics.mean(statistics.pstdev(column(rows[20:40], "link1")) for rows in all_rows))
            # (it could carry all of its share from the first second on)
            fulls.append(statistics.mean(sum(value > 0.97 for value in column(rows[50:], "link2")) / 10 for rows in all_rows))
        for axis, values in zip(axes, (imbalances, scatters, fulls)):
            axis.plot(list(WINDOWS.values()), values, style, label=load)
    for axis, title, unit in zip(axes, ("balance", "stability of a 1G member", "after a 1G member's return"),
                                 ("busiest member / mean", "standard deviation of 100 ms, %", "s at full load, of 5 s")):
        axis.set(title=title, xlabel="load-window, s", ylabel=unit, xscale="log")
        axis.set_xticks(list(WINDOWS.values()), ["0.05", "0.1", "0.2", "0.5", "1", "2", "5"])
        axis.minorticks_off()
        axis.axvline(DEFAULT_WINDOW, color="grey", linewidth=0.7)
    axes[0].legend(fontsize=7)
    save(figure, directory, "load-window")


def pauses(simulator, directory):
    """A drain and an enabling each second, in turns of all members: how long frames wait before they are sent."""
    events = "".join(f" --event {500 + 1000 * i}ms:drain:{i % 4} --event {1000 + 1000 * i}ms:enable:{i % 4}"
                     for i in range(8))
    base = f"{UNLIKE_DELAYS} --load 10% --time 9s --interval 500ms{events} "
    ways = {"at-once": "--move at-once", "flowlet": f"--move flowlet {GAP}", "marker": "--move marker",
            "hold": "--move hold"}
    runs = {way: simulator.start(base + options) for way, options in ways.items()}
    figure, axis = plt.subplots(figsize=(5, 2.8))
    labels = []
    for at, (way, run) in enumerate(runs.items()):
        rows = run.result()
        waits = [row["longest_wait_ms"] for row in rows if row["moves"] > 0]
        axis.plot([at + (i % 5 - 2) * 0.06 for i in range(len(waits))], waits, "o", alpha=0.6)
        labels.append(f"{way}\n{sum(column(rows, 'reordered')):.0f} overtaken")
    axis.set_xticks(range(len(ways)), labels)
    axis.set(title="longest wait of a frame, by move; paths differ by 5 ms", ylabel="ms")
    save(figure, directory, "pauses")


def main():
    program, directory = sys.argv[1:]
    os.makedirs(directory, exist_ok=True)
    simulator = Simulator(program)
    for draw in (utilisation, imbalance, member_lost, pauses, load_window):
        draw(simulator, directory)
        print(f"{os.path.join(directory, draw.__name__.replace('_', '-'))}.svg", flush=True)


if __name__ == "__main__":
    main()
