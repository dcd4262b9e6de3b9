"""Scenario: what happens in a run, and when. Traffic flows throughout; links break and come back."""

import time

POLL_S = 0.05
CONVERGE_PATIENCE_S = 15.0
# The partner has to see a blackhole as well: 3 s to expire.
BLACKHOLE_S = 4.5
# Linux sends into a dead direction for 6 s.
BLACKHOLE_LINUX_S = 7.0
REJOIN_PATIENCE_S = 8.0
SETTLE_S = 2.0


class Scenario:
    """`links` are lagoond's to the partner, in the order of its members; `hosts` are the programs behind both.
    `seconds` is how long traffic is to flow at least."""

    def __init__(self, links, partner, lagoond, hosts, seconds, view):
        self.links, self.partner, self.lagoond, self.hosts, self.view = links, partner, lagoond, hosts, view
        self._slack = max(0.0, seconds - 28.0)
        self.events = []
        self._transitions = {}
        self.blackhole = "both"
        self.converged_ms = None

    def run(self):
        """Gives what verdict.report() wants."""
        self._converge()
        if self.converged_ms is None:
            return self._result(self.hosts.nothing())
        self.view.say(self.hosts.start())
        self._watch(3.0 + self._slack / 2, "steady traffic")
        self._break_links()
        self._watch(1.0 + self._slack / 2, "steady traffic again")
        self.view.say("stopping the traffic")
        result = self._result(self.hosts.stop())
        self.view.say("SIGTERM: lagoond tells its partner and ends")
        self.lagoond.stop()
        return result

    def _converge(self):
        self.view.say("starting lagoond with all links down")
        for link in self.links:
            link.pull()
        self.lagoond.start()
        time.sleep(0.5)
        self.view.say("links up")
        up = min([link.restore() for link in self.links])
        deadline = time.monotonic() + CONVERGE_PATIENCE_S
        while time.monotonic() < deadline:
            status = self.lagoond.status()
            self.view.show(status, {})
            if all(_both_ends_in_use(member) for member in status["members"]):
                self.converged_ms = round((self._last_change_ns() - up) / 1e6)
                self.view.say(f"converged: all {len(status['members'])} members distribute, after "
                              f"{self.converged_ms} ms")
                return
            time.sleep(0.01)
        self.view.say("not converged; the partner says:\n" + self.partner.status())

    def _last_change_ns(self):
        """When the last member began to distribute."""
        return max(t["t_ns"] for t in self._collect() if t["kind"] == "mux" and t["to"] == "DISTRIBUTING")

    def _collect(self):
        for t in self.lagoond.events():
            self._transitions[t["t_ns"], t["member"], t["kind"], t["to"]] = t
        return list(self._transitions.values())

    def _break_links(self):
        links = self.links
        first, other = links[0], links[1 % len(links)]
        self._happen("carrier-loss", first, first.pull, "the cable of link {} is pulled")
        self._watch(3.0)
        self._happen("carrier-return", first, first.restore, "the cable of link {} is back")
        self._wait_for_return(first)
        if self.blackhole == "both":
            self._happen("blackhole", other, other.blackhole, "link {} swallows all frames, its carrier stays")
        else:
            self._happen("blackhole", other, lambda: other.blackhole(self.blackhole),
                         f"link {{}} swallows the frames {self.blackhole}, its carrier stays")
        self._watch(BLACKHOLE_LINUX_S if self.partner.name == "linux" else BLACKHOLE_S)
        self._happen("heal", other, other.heal, "link {} carries frames again")
        self._wait_for_return(other)

    def _happen(self, kind, link, change, words):
        at = change()
        self.events.append({"kind": kind, "link": link.index, "at_ns": at,
                            "member": self.lagoond.status()["members"][link.index]["name"]})
        self.view.say(words.format(link.index))

    def _wait_for_return(self, link):
        deadline = time.monotonic() + REJOIN_PATIENCE_S
        while time.monotonic() < deadline:
            if self._watch(POLL_S)["members"][link.index]["distributing"]:
                break
        self._watch(SETTLE_S)

    def _watch(self, seconds, words=None):
        """Lets time pass, with the live view."""
        if words:
            self.view.say(words)
        deadline = time.monotonic() + seconds
        while True:
            status = self.lagoond.status()
            self._collect()
            self.view.show(status, self.hosts.progress())
            left = deadline - time.monotonic()
            if left <= 0:
                return status
            time.sleep(min(left, 0.25))

    def _result(self, traffic):
        return {"partner": self.partner.name, "links": len(self.links), "blackhole": self.blackhole,
                "converged_ms": self.converged_ms,
                "events": self.events, "transitions": sorted(self._collect(), key=lambda t: t["t_ns"]), **traffic}


def _both_ends_in_use(member):
    return bool(member["distributing"]) and {"collecting", "distributing"} <= set(member["lacp"]["partner"]["state"])
