"""What docs/performance shows of a report of bench.py: the report itself, a table, and plots."""

import json
import os

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "lagoon", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
from matplotlib import pyplot  # noqa: E402

GROUPS = (("sending", "tx-", "What a frame costs to send, beside net_bonding"),
          ("ports", ("worker-", "pmd-", "rx-"), "What a worker and the PMD cost, beside net_bonding"))


def cell(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}"


def table(report):
    machine = report["machine"]
    yield "# Figures of `./lagoon.sh bench --docs docs/performance`"
    yield ""
    yield (f"{machine['cpu']}, {machine['cpus']} CPUs{', virtual' if machine['virtual'] else ''}, Linux {machine['kernel']}, "
           f"{machine['dpdk']}, {'huge pages' if machine['huge_pages'] else 'no huge pages'}, at {machine['commit']}; medians of {report['launches']} launches. Core cycles for a packet where no "
           "unit is said. What each case is: [bench/README.md](../../bench/README.md).")
    yield ""
    yield "| case | Lagoon | peer | floor | ratio | launches apart | instructions, ours and the peer's | compared with |"
    yield "|---|---|---|---|---|---|---|---|"
    for case in report["cases"]:
        unit = "" if case["unit"] == "cycles/packet" else f" ({case['unit']})"
        open_ = " (inconclusive)" if case["inconclusive"] else ""
        count = "-" if case.get("instructions") is None else f"{case['instructions']:.0f}, {case['peer_instructions']:.0f}"
        yield (f"| `{case['name']}` | {cell(case['ours'], 1)} | {cell(case['peer'], 1)} | {cell(case['floor'], 1)} | "
               f"{cell(case['ratio'])}{open_} | {cell(case['spread'])} | {count} | {case['peer_name']}{unit} |")


def plot(cases, title, path):
    figure, axes = pyplot.subplots(figsize=(7.5, 0.32 * len(cases) + 1.2))
    places = range(len(cases))
    axes.barh([place + 0.2 for place in places], [case["ours"] for case in cases], 0.38, label="Lagoon", color="#1b6ca8")
    axes.barh([place - 0.2 for place in places], [case["peer"] for case in cases], 0.38, label="compared with", color="#c9c9c9")
    for place, case in zip(places, cases):
        axes.text(max(case["ours"], case["peer"]) * 1.01, place, f"{case['ratio']:.2f}", va="center")
    axes.set_yticks(list(places), [case["name"] for case in cases])
    axes.invert_yaxis()
    axes.set_xlabel("core cycles for a packet; at the bars' end the ratio")
    axes.set_title(title, loc="left")
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def write(report, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "report.json"), "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
    with open(os.path.join(folder, "table.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(table(report)) + "\n")
    for name, prefix, title in GROUPS:
        cases = [case for case in report["cases"]
                 if case["name"].startswith(prefix) and case["ratio"] is not None and "cold" not in case["name"]]
        if cases:
            plot(cases, title, os.path.join(folder, f"{name}.svg"))
