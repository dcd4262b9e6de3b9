#!/usr/bin/python3
"""Draws what `sim fleet` has written (LAGOON_FLEET_CSV=FILE build/tests/sim/fleet_sim): fleet_plot.py FILE SVG.

Equal runs give equal files."""

import csv
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

matplotlib.rcParams.update({"svg.hashsalt": "lagoon", "svg.fonttype": "none", "font.size": 9, "axes.grid": True,
                            "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False,
                            "figure.constrained_layout.use": True})

# When each begins, in seconds (fleet_test.cpp).
HAPPENS = {6: "all is well", 14: "a rack loses\nits power", 19: "the rack\nis back", 24: "etcd loses\nits leader",
           29: "rack and leader\nat once"}


def main(source, target):
    with open(source, encoding="utf-8") as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    rows = [row for row in rows if row["seconds"] > 3]
    seconds = [row["seconds"] for row in rows]
    figure, (load, carried) = plt.subplots(2, 1, sharex=True, figsize=(7.2, 4.2), height_ratios=(3, 1))
    for name in ("requests", "keepalives", "reads", "transactions"):
        load.plot(seconds, [row[name] * 10 for row in rows], label=name, linewidth=1)
    load.set_ylabel("per second, in 100 ms")
    load.legend(ncols=4, loc="upper left", frameon=False)
    load.set_ylim(0, 7500)
    carried.plot(seconds, [row["carried"] for row in rows], color="black", linewidth=1)
    carried.set_ylabel("LAGs carried")
    carried.set_ylim(440, 505)
    carried.set_xlabel("seconds since all 1,000 boxes started")
    for at, what in HAPPENS.items():
        for axes in (load, carried):
            axes.axvline(at, color="grey", linestyle=":", linewidth=0.8)
        load.text(at + 0.1, 6500, what, fontsize=7, verticalalignment="top")
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
