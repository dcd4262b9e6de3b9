"""Makes the report of a run with two boxes, and says whether it went well."""

from collections import defaultdict

import analysis
import verdict

# What may be lost, and for how long none of a flow's frames may arrive. (A machine with other work stands for tenths of a
# second now and then; where the LAG does not move, nothing is to be lost.)
SILENCE_MAX_MS = {"switchover": 2500, "power-loss": 8000, "alone": 15000, "together": 8000}
LOST_NOTHING = ("steady", "no-etcd", "etcd-back")
# Both boxes stand on the CPUs of one machine here: a lagoond that starts takes them from the one that carries, and from the partner.
LOST_MOST = {"return": 100}
NAMES = {"steady": "steady traffic", "switchover": "an operator's switchover", "power-loss": "a box loses its power",
         "return": "it is back", "no-etcd": "both are cut from etcd", "etcd-back": "etcd is back",
         "alone": "the holder is alone", "together": "together again"}


def report(run):
    """`run` has partner, converged_ms, acts [{act, words, at_ns, carries, wanted, sentence}], tcp, broadcasts (what the hosts of an
    Exchange say), and the records lan_sent, lan_received, far_sent, far_received."""
    starts = [act["at_ns"] for act in run["acts"]]
    lost = analysis.lost_by_window(run["lan_sent"], run["far_received"], starts)
    back = analysis.lost_by_window_at_receiver(run["far_sent"], run["lan_received"], starts)
    gaps = analysis.longest_gap_by_window(run["far_received"], starts)
    gaps_back = _gaps_at_receiver(run["lan_received"], starts)
    acts = [{**{name: act[name] for name in ("act", "words", "carries", "wanted", "sentence")}, "lost": lost[i],
             "lost_from_partner": back[i], "max_gap_ms": round(max(gaps[i], gaps_back[i]) / 1e6, 1)}
            for i, act in enumerate(run["acts"])]
    scored = {name: sum(host[name] for host in run["broadcasts"]) for name in ("sent", "came", "doubled", "reflected")}
    scored["heard"] = len(run["broadcasts"]) > 1
    made = {"partner": run["partner"], "converged_ms": run["converged_ms"],
            "streams": [{"direction": "to-partner", **analysis.stream(run["lan_sent"], run["far_received"])},
                        {"direction": "from-partner", **analysis.stream(run["far_sent"], run["lan_received"])}],
            "acts": acts, "broadcasts": scored, "tcp": run["tcp"]}
    made["problems"] = problems(made)
    made["ok"] = not made["problems"]
    return made


def _gaps_at_receiver(received, starts):
    """{window: longest silence of any one flow, ns}, by the receiver's clock alone: the window in which it ended."""
    longest, latest = defaultdict(int), {}
    for r in received:
        if r.flow in latest:
            window = analysis.window_of(starts, r.at_ns)
            longest[window] = max(longest[window], r.at_ns - latest[r.flow])
        latest[r.flow] = r.at_ns
    return longest


def problems(made):
    """What is not as it should be, in words."""
    found = []
    if made["converged_ms"] is None:
        found.append("no box carried after the start")
    for s in made["streams"]:
        if s["duplicated"]:
            found.append(f"{s['duplicated']} frames duplicated {s['direction']}")
        if not s["received"]:
            found.append(f"nothing arrived {s['direction']}")
    if made["broadcasts"]["heard"] and not made["broadcasts"]["came"]:
        found.append("no broadcast arrived: nobody knows whether both boxes forwarded")
    for what, words in (("doubled", "arrived twice"), ("reflected", "came back")):
        if made["broadcasts"][what]:
            found.append(f"{made['broadcasts'][what]} broadcasts {words}: both boxes forwarded")
    for act in made["acts"]:
        name = NAMES[act["act"]]
        if act["carries"] is None:
            found.append(f"{name}: " + (f"box {act['wanted']} does not carry" if act["wanted"] else "not one box carries"))
        lost = act["lost"] + act["lost_from_partner"]
        if act["act"] in LOST_NOTHING and lost:
            found.append(f"{name}: {lost} frames lost, none may be")
        if lost > LOST_MOST.get(act["act"], lost):
            found.append(f"{name}: {lost} frames lost, at most {LOST_MOST[act['act']]} may be")
        most = SILENCE_MAX_MS.get(act["act"], float("inf"))
        if act["max_gap_ms"] > most:
            found.append(f"{name}: a silence of {act['max_gap_ms']} ms, more than {most}")
    if not made["tcp"]["ok"]:
        found.append("the TCP transfer did not come back whole")
    return found


def summary(made):
    """The report as a table for a person."""
    lines = ["", f"two boxes, partner {made['partner']}, one carries {made['converged_ms']} ms after the start", "",
             *verdict.stream_lines(made["streams"]), "",
             f"{'act':26}{'carries':>8}{'lost to-partner':>17}{'from-partner':>14}{'longest silence':>17}"]
    for act in made["acts"]:
        lines.append(f"{NAMES[act['act']]:26}{act['carries'] or '-':>8}{act['lost']:>17}{act['lost_from_partner']:>14}"
                     f"{act['max_gap_ms']:>14} ms")
    lines += ["", "show cluster, on the box that carries:"]
    lines += [f"    {NAMES[act['act']] + ':':27}{act['sentence']}" for act in made["acts"] if act["sentence"]]
    scored = made["broadcasts"]
    lines += ["", f"broadcasts: {scored['sent']} sent, {scored['doubled']} arrived twice, {scored['reflected']} came back",
              *verdict.tcp_lines(made["tcp"])]
    return "\n".join(lines + verdict.last_lines(made["problems"]))
