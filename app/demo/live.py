"""The live view: redrawn in place on a terminal, a line for each change elsewhere."""

import shutil
import sys
import time

BAR = 40
LETTERS = (("activity", "A"), ("timeout", "T"), ("aggregation", "G"), ("synchronization", "S"), ("collecting", "C"),
           ("distributing", "D"), ("defaulted", "F"), ("expired", "E"))


class LiveView:
    def __init__(self, title, total_seconds, out=sys.stdout):
        self._title = title
        self._total = total_seconds
        self._out = out
        self._tty = out.isatty()
        self._begun = time.monotonic()
        self._drawn = 0
        self._before = {}
        self._told = None

    def say(self, text):
        """A line that stays."""
        self._erase()
        print(f"[{time.monotonic() - self._begun:6.2f} s] {text}", file=self._out, flush=True)

    def show(self, status, progress):
        """`progress`: {"to-partner": (sent, received), "from-partner": (sent, received)}."""
        if not self._tty:
            told = [(m["name"], link(m), m["lacp"]["mux_state"]) for m in status["members"]]
            if told != self._told:
                self._told = told
                self.say("  ".join(f"{name} {state}/{mux}" for name, state, mux in told))
            return
        self._erase()
        lines = self._lines(status, progress)
        columns = shutil.get_terminal_size().columns
        print("\n".join(line[:columns - 1] for line in lines), file=self._out, flush=True)
        self._drawn = len(lines)

    def _lines(self, status, progress):
        now = time.monotonic()
        done = min(1.0, (now - self._begun) / self._total)
        lines = [f"{self._title}  LAG {'up' if status['up'] else 'down'}, {status['distributing_members']} of "
                 f"{len(status['members'])} members distributing",
                 f"{'member':16}{'link':6}{'selected':12}{'mux':14}{'actor':10}{'partner':10}{'tx/s':>8}{'rx/s':>8}"
                 f"{'share':>7}"]
        for m in status["members"]:
            tx, rx = self._rates(m, now)
            lacp = m["lacp"]
            lines.append(f"{m['name']:16}{link(m):6}{lacp['selected']:12}{lacp['mux_state']:14}"
                         f"{letters(lacp['actor']['state']):10}{letters(lacp['partner']['state']):10}"
                         f"{tx:>8.0f}{rx:>8.0f}{m['buckets'] * 100 // 4096:>6}%")
        for direction, (sent, received) in progress.items():
            lines.append(f"{direction:14} sent {sent:>8}  received {received:>8}  not arrived {max(0, sent - received):>6}")
        drops = {name: count for name, count in status["drops"].items() if count}
        lines.append("drops: " + (", ".join(f"{n} {c}" for n, c in drops.items()) or "none"))
        lines.append("[" + "#" * int(done * BAR) + "." * (BAR - int(done * BAR)) + f"] {now - self._begun:.0f} s")
        return lines

    def _rates(self, member, now):
        tx, rx = member["traffic"]["tx_packets"], member["traffic"]["rx_packets"]
        then, tx_before, rx_before = self._before.get(member["name"], (now - 1, tx, rx))
        self._before[member["name"]] = (now, tx, rx)
        passed = max(now - then, 1e-3)
        return (tx - tx_before) / passed, (rx - rx_before) / passed

    def _erase(self):
        if self._tty and self._drawn:
            print(f"\x1b[{self._drawn}F\x1b[J", end="", file=self._out)
        self._drawn = 0


def link(member):
    return "up" if member["link"]["up"] else "down"


def letters(names):
    """["activity", "synchronization"] -> "A--S----"."""
    return "".join(letter if name in names else "-" for name, letter in LETTERS)
