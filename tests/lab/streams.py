"""Streams: UDP both ways between two hosts by lagoon-traffic, and what became of their frames."""

import itertools
import math

import analysis
import records
from hosts import last_counts, read_ends

from .waiting import wait_for

START_PATIENCE_S = 5

_numbers = itertools.count()


class Stream:
    """Between two hosts, each with `ip`, `is_guest` and popen(argv, stdout_path). Rates are of frames in a second."""

    def __init__(self, stage, traffic, near, far, rate=2000, back=None, flows=16, port=None):
        number = next(_numbers)
        self._guests = {side for side, host in (("near", near), ("far", far)) if host.is_guest}
        self._log = {side: stage.path(f"stream{number}.{side}") for side in ("lan", "far")}
        self._path = lambda name: stage.path(f"stream{number}.{name}")
        common = ["--flows", str(flows), "--port", str(port or 20000 + 100 * number)]
        self._far = far.popen([traffic, "udp", "--bind", far.ip, "--peer", near.ip, "--log", self._log["far"],
                               "--rate", str(back or rate), *common], self._path("far.out"))
        self._near = near.popen([traffic, "udp", "--bind", near.ip, "--peer", far.ip, "--log", self._log["lan"],
                                 "--rate", str(rate), *common], self._path("lan.out"))
        # Until frames come from both ends, where they can: a guest may take its time to start a program.
        wait_for(lambda: all(last_counts(self._path(name))[1:] > [0] for name in ("lan.out", "far.out")),
                 START_PATIENCE_S)

    def end(self):
        for program in (self._near, self._far):
            if program.poll() is None:
                program.terminate()
        for program in (self._near, self._far):
            program.wait(timeout=15)

    def stop(self):
        """Ends it, and gives its outcome."""
        self.end()
        return Outcome(self._guests, **read_ends(self._path))


class Outcome:
    """Frames "out" go from the near end to the far one, frames "in" come back. `guests` are those of "near" and "far"
    that have a clock of their own."""

    def __init__(self, guests, lan_sent, lan_received, far_sent, far_received):
        self._guests = guests
        self.sent = {"out": lan_sent, "in": far_sent}
        self.received = {"out": far_received, "in": lan_received}

    def counts(self, way):
        return analysis.stream(self.sent[way], self.received[way])

    def lost(self, starts):
        """Frames lost: {way: [before the first start, after the first, ...]}. (Between two guests nobody can tell
        when: those count as lost before.)"""
        if self._guests == {"near", "far"}:
            return {way: [self.counts(way)["lost"]] + [0] * len(starts) for way in ("out", "in")}
        made = {}
        for way, sender in (("out", "near"), ("in", "far")):
            by_window = analysis.lost_by_window_at_receiver if sender in self._guests else analysis.lost_by_window
            counts = by_window(self.sent[way], self.received[way], starts)
            made[way] = [counts[i] for i in range(-1, len(starts))]
        return made

    def outage_ms(self, way):
        """The longest time of any one flow in which no frame arrived: from the first that was lost to the next that
        was not, by the sender's clock."""
        arrived = {(r.flow, r.sequence) for r in self.received[way]}
        begun, longest, last = {}, 0, 0
        for s in sorted(self.sent[way], key=lambda r: r.at_ns):
            last = s.at_ns
            if (s.flow, s.sequence) not in arrived:
                begun.setdefault(s.flow, s.at_ns)
            elif s.flow in begun:
                longest = max(longest, s.at_ns - begun.pop(s.flow))
        if begun and last - min(begun.values()) > longest:
            # (the very last frames of a stream may not have been waited for)
            longest = last - min(begun.values())
        return longest / 1e6

    def words(self):
        return "; ".join(
            f"{way}: {c['sent']} sent, {c['lost']} lost, {c['duplicated']} duplicated, {c['reordered']} reordered, "
            f"longest outage {self.outage_ms(way):.0f} ms"
            for way in ("out", "in") for c in [self.counts(way)])


class Watcher:
    """Which link the frames of streams took on their way out."""

    def __init__(self, stage, traffic, name="seen"):
        self._log = stage.path(f"{name}{next(_numbers)}")
        self._links = len(stage.links)
        self._process = stage.popen_net([traffic, "watch", "--log", self._log,
                                         *(link.middle[0] for link in stage.links)])

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=5)
        self.seen = records.read(self._log)
        return self

    def per_link(self, since=0, until=math.inf):
        counts = [0] * self._links
        for r in self.seen:
            if since <= r.at_ns < until:
                counts[r.flow >> 8] += 1
        return counts
