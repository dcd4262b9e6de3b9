"""Carriers that come and go at random, and when frames have to pass all the same."""

import heapq
import time

SIDES = ("near", "far", "both")


class Flapper:
    """Pulls and restores the links of a stage, each for itself, until so many flaps are done. `ups` and `downs` are
    lists of (weight, shortest, longest): how long a link has, or has not, its carrier, in seconds. `sides`: where it is
    pulled."""

    def __init__(self, links, chance, ups, downs, flaps, sides=SIDES):
        self._links, self._chance, self._ups, self._downs, self._flaps = links, chance, ups, downs, flaps
        self._sides = sides
        self.done = 0
        self.carrier = [[(time.monotonic_ns(), True)] for _ in links]  # (since, whether), of each link

    def _pick(self, spans):
        _, shortest, longest = self._chance.choices(spans, [weight for weight, _, _ in spans])[0]
        return self._chance.uniform(shortest, longest)

    def run(self):
        due = [(time.monotonic() + self._pick(self._ups), i) for i in range(len(self._links))]
        heapq.heapify(due)
        pulled = [None] * len(self._links)
        while due:
            at, i = heapq.heappop(due)
            time.sleep(max(0.0, at - time.monotonic()))
            if pulled[i] is None:
                if self.done >= self._flaps:
                    continue  # (it stays up)
                self.done += 1
                pulled[i] = self._chance.choice(self._sides)
                self.carrier[i].append((time.monotonic_ns(), False))
                self._links[i].pull(pulled[i])
                wait = self._pick(self._downs)
            else:
                self._links[i].restore(pulled[i])
                pulled[i] = None
                self.carrier[i].append((time.monotonic_ns(), True))
                wait = self._pick(self._ups)
            heapq.heappush(due, (time.monotonic() + wait, i))


def passing(carrier, after_ns, until_ns):
    """[(from, to)]: when at least one link has had its carrier for after_ns, in ns, one after the other."""
    spans = []
    for changes in carrier:
        for (since, up), (ends, _) in zip(changes, [*changes[1:], (until_ns, None)]):
            if up and since + after_ns < ends:
                spans.append((since + after_ns, ends))
    joined = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def silences(spans, sent_slots, came_slots, slot_ns):
    """Within the spans, how long no frame came of those that were sent: [(ns, from)], the longest first."""
    found = []
    for begin, end in spans:
        since = None
        for slot in range(-(-begin // slot_ns), end // slot_ns):
            if came_slots.get(slot):
                since = None
            elif sent_slots.get(slot):
                since = slot if since is None else since
                found.append(((slot + 1 - since) * slot_ns, since * slot_ns))
    return sorted(found, reverse=True)
