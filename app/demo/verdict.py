"""Makes the report of a run, and says whether it went well."""

import analysis

# Bounds on what may happen to our frames, in frames and milliseconds.
LOST_MAX = {"carrier-loss": 40, "carrier-return": 0, "heal": 0}
SILENCE_MAX_MS = {"both": 3300, "to-partner": 3500, "from-partner": 3300}
CONVERGED_MAX_MS = 3500
REJOINED_MAX_MS = 5000  # the partner may by then speak only once in 30 s
BUSY_LOAD = 3  # for each processor; the demo alone makes less


def report(run):
    """`run` has partner, links, converged_ms, events [{kind, link, at_ns, member}], transitions, tcp, and the records
    lan_sent, lan_received, far_sent, far_received, seen. `seen` and tcp are None where they can't be had: nothing is
    said of them then."""
    starts = [event["at_ns"] for event in run["events"]]
    ends = starts[1:] + [float("inf")]
    lost = analysis.lost_by_window(run["lan_sent"], run["far_received"], starts)
    back = analysis.lost_by_window_at_receiver(run["far_sent"], run["lan_received"], starts)
    gaps = analysis.longest_gap_by_window(run["far_received"], starts)
    histories = None if run["seen"] is None else analysis.link_histories(run["seen"])
    events = []
    for i, event in enumerate(run["events"]):
        returns = event["kind"] in ("carrier-return", "heal")
        detect = analysis.detected_ms(run["transitions"], event["member"], event["at_ns"], returns)
        events.append({
            "kind": event["kind"],
            "link": event["link"],
            "detect_ms": None if detect is None else round(detect, 2),
            "lost": lost[i],
            "lost_from_partner": back[i],
            "max_gap_ms": round(gaps[i] / 1e6, 1),
            "surviving_flows_moved": None if histories is None else
                                     analysis.surviving_flows_moved(histories, starts[i], ends[i], event["link"])})
    made = {
        "partner": run["partner"],
        "links": run["links"],
        "blackhole": run.get("blackhole", "both"),
        **({"rootless": True} if run.get("rootless") else {}),
        "converged_ms": run["converged_ms"],
        "streams": [
            {"direction": "to-partner", **analysis.stream(run["lan_sent"], run["far_received"])},
            {"direction": "from-partner", **analysis.stream(run["far_sent"], run["lan_received"])}],
        "lost_before_events": lost[-1],
        "flows_seen": None if histories is None else len(histories),
        "events": events,
        "tcp": run["tcp"],
    }
    made["problems"] = problems(made)
    made["ok"] = not made["problems"]
    return made


def problems(made):
    """What is not as it should be, in words."""
    found = []
    if made["converged_ms"] is None:
        found.append("the LAG did not converge")
    elif made["converged_ms"] > CONVERGED_MAX_MS:
        found.append(f"convergence took {made['converged_ms']} ms, more than {CONVERGED_MAX_MS}")
    for s in made["streams"]:
        for what in ("duplicated", "reordered"):
            if s[what]:
                found.append(f"{s[what]} frames {what} {s['direction']}")
        if not s["received"]:
            found.append(f"nothing arrived {s['direction']}")
    if made["flows_seen"] == 0 and made["converged_ms"] is not None:
        found.append("no frame was seen on any link: nobody knows whether flows moved")
    for e in made["events"]:
        name = f"{e['kind']} of link {e['link']}"
        if e["lost"] > LOST_MAX.get(e["kind"], float("inf")):
            found.append(f"{name}: {e['lost']} of our frames lost, at most {LOST_MAX[e['kind']]} are allowed")
        if e["detect_ms"] is None:
            found.append(f"{name}: lagoond did not act on it")
        elif e["kind"] == "heal" and e["detect_ms"] > REJOINED_MAX_MS:
            found.append(f"{name}: in use again after {e['detect_ms']} ms, more than {REJOINED_MAX_MS}")
        most = SILENCE_MAX_MS[made["blackhole"]]
        if e["kind"] == "blackhole" and e["max_gap_ms"] > most:
            found.append(f"{name}: a silence of {e['max_gap_ms']} ms, more than {most}")
        if e["surviving_flows_moved"]:
            found.append(f"{name}: {e['surviving_flows_moved']} flows of other links moved")
    if made["tcp"] is not None and not made["tcp"]["ok"]:
        found.append("the TCP transfer did not come back whole")
    return found


def summary(made):
    """The report as a table for a person."""
    lines = ["", f"partner {made['partner']}, {made['links']} links, converged in {made['converged_ms']} ms", "",
             *stream_lines(made["streams"])]
    lines += ["", f"{'event':16}{'link':>5}{'noticed':>13}{'our frames lost':>17}{'longest silence':>17}"
                  f"{'survivors moved':>17}"]
    for e in made["events"]:
        noticed = "-" if e["detect_ms"] is None else f"{e['detect_ms']:.1f} ms"
        lines.append(f"{e['kind']:16}{e['link']:>5}{noticed:>13}{e['lost']:>17}{e['max_gap_ms']:>14} ms"
                     f"{'not seen' if e['surviving_flows_moved'] is None else e['surviving_flows_moved']:>17}")
    lines.append("")
    if made["tcp"] is not None:
        lines += tcp_lines(made["tcp"])
    return "\n".join(lines + last_lines(made["problems"]))


def stream_lines(streams):
    """The table of both directions."""
    lines = [f"{'direction':14}{'sent':>9}{'received':>10}{'lost':>7}{'duplicated':>12}{'reordered':>11}"]
    for s in streams:
        lines.append(f"{s['direction']:14}{s['sent']:>9}{s['received']:>10}{s['lost']:>7}{s['duplicated']:>12}"
                     f"{s['reordered']:>11}")
    return lines


def tcp_lines(tcp):
    return [f"TCP there and back: {tcp['bytes']} octets, {'identical' if tcp['ok'] else 'NOT identical'}", ""]


def last_lines(problems_found):
    return [f"NOT OK: {problem}" for problem in problems_found] or ["ok"]


def advice(made, load, processors):
    """What to tell a person of a run that did not go well: lines, or none."""
    if made["ok"] or load <= BUSY_LOAD * processors:
        return []
    return [f"(this machine is busy: load {load:.0f} on {processors} processors, which can cost frames and their order. "
            "Try again when it is quiet)"]
