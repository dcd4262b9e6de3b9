"""Pings: a host asks for another every 50 ms, and notes when it was answered."""

import re

INTERVAL_S = 0.05
REPLY = re.compile(r"^\[(\d+)\.(\d{6})\].*icmp_seq=(\d+)", re.M)


class Pings:
    def __init__(self, stage, host, address, name):
        self._out = stage.path(f"ping-{name}")
        # (every line at once: a pipe or a file would keep them back)
        self._process = host.popen(["stdbuf", "-oL", "ping", "-D", "-n", "-i", str(INTERVAL_S), address], self._out)

    def replies(self):
        """[(wall clock in ns, sequence number)]"""
        with open(self._out, encoding="ascii", errors="replace") as file:
            return [((int(s) * 10**6 + int(us)) * 1000, int(n)) for s, us, n in REPLY.findall(file.read())]

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=5)
        return self.replies()


def silence_s(replies, since_ns, until_ns):
    """The longest time without a reply within a time (wall clock)."""
    inside = [at for at, _ in replies if since_ns <= at <= until_ns]
    marks = [since_ns, *inside, until_ns]
    return max(later - earlier for earlier, later in zip(marks, marks[1:])) / 1e9
