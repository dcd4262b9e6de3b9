"""What the logs of a run say: losses, duplicates, order, silences, and flows that changed their link.

Pure functions on records, so that they can be tested without a network (tests/unit/demo).
"""

from bisect import bisect_right
from collections import defaultdict

# How long a frame may wait for a CPU between its sender and the link.
UNDER_WAY_NS = 20_000_000


def stream(sent, received):
    """Counts of one direction. `sent` and `received` are lists of records of any order of flows, each by time."""
    highest = {}
    seen = set()
    duplicated = reordered = 0
    for r in received:
        key = (r.flow, r.sequence)
        if key in seen:
            duplicated += 1
            continue
        seen.add(key)
        if r.sequence < highest.get(r.flow, -1):
            reordered += 1
        else:
            highest[r.flow] = r.sequence
    return {"sent": len(sent), "received": len(seen), "lost": len(sent) - len(seen), "duplicated": duplicated,
            "reordered": reordered}


def window_of(starts, at):
    """Index of the last start that is not after `at`; -1 before the first."""
    return bisect_right(starts, at) - 1


def lost_by_window(sent, received, starts):
    """{window: frames lost}, by the time at which they were sent. One clock for `sent` and `starts`. What was under
    way when a window began is taken to be lost in it."""
    arrived = {(r.flow, r.sequence) for r in received}
    lost = defaultdict(int)
    for s in sent:
        if (s.flow, s.sequence) not in arrived:
            lost[window_of(starts, s.at_ns + UNDER_WAY_NS)] += 1
    return lost


def lost_by_window_at_receiver(sent, received, starts):
    """The same where only the receiver shares the clock of `starts`: the sender's clock is read as that of the last
    frame that arrived in the flow, by the time it took."""
    arrival = {(r.flow, r.sequence): r.at_ns for r in received}
    ahead_ns = defaultdict(lambda: received[0].at_ns - received[0].sent_at_ns if received else 0)
    lost = defaultdict(int)
    for s in sent:
        at = arrival.get((s.flow, s.sequence))
        if at is None:
            lost[window_of(starts, s.at_ns + ahead_ns[s.flow] + UNDER_WAY_NS)] += 1
        else:
            ahead_ns[s.flow] = at - s.at_ns
    return lost


def longest_gap_by_window(received, starts):
    """{window: longest silence of any one flow at the receiver, ns}. A silence belongs to the window in which the
    frame that ended it was sent."""
    longest = defaultdict(int)
    latest = {}
    for r in received:
        if r.flow in latest:
            window = window_of(starts, r.sent_at_ns)
            longest[window] = max(longest[window], r.at_ns - latest[r.flow])
        latest[r.flow] = r.at_ns
    return longest


def link_histories(seen):
    """{flow: [(time, link), ...]}, one entry where a flow begins and each time it changes its link."""
    histories = defaultdict(list)
    for r in seen:
        link, flow = r.flow >> 8, r.flow & 0xff
        history = histories[flow]
        if not history or history[-1][1] != link:
            history.append((r.at_ns, link))
    return histories


def surviving_flows_moved(histories, start, end, link):
    """Flows that changed from one link to another within the window, where neither of them is `link`: those had no
    reason to."""
    moved = 0
    for history in histories.values():
        changes = [(before[1], after[1]) for before, after in zip(history, history[1:]) if start <= after[0] < end]
        if any(link not in change for change in changes):
            moved += 1
    return moved


def detected_ms(transitions, member, start, distributing):
    """From the event to the member's leaving (or reaching) DISTRIBUTING; None where it never did."""
    for t in transitions:
        if t["member"] != member or t["kind"] != "mux" or t["t_ns"] < start:
            continue
        if (t["to"] if distributing else t["from"]) == "DISTRIBUTING":
            return (t["t_ns"] - start) / 1e6
    return None
