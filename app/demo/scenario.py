"""Scenario: what happens in a run, and when. Traffic flows throughout; links break and come back."""

import subprocess
import time

import records
from stage.lagoond import Lagoond

POLL_S = 0.05
CONVERGE_PATIENCE_S = 15.0
# The partner has to see a blackhole as well: 3 s to expire, and Linux sends into a dead direction for 6.
BLACKHOLE_S = 7.0
REJOIN_PATIENCE_S = 8.0
SETTLE_S = 2.0
FLOWS = 16
RATE = 2000


class Scenario:
    """Runs on a stage with a partner. `seconds` is how long traffic is to flow at least."""

    def __init__(self, stage, partner, binaries, seconds, view):
        self.stage, self.partner, self.view = stage, partner, view
        self._binaries = binaries
        self._slack = max(0.0, seconds - 28.0)
        self.lagoond = Lagoond(stage, binaries["lagoond"])
        self.events = []
        self._transitions = {}
        self._programs = []
        self.converged_ms = None

    def run(self):
        """Gives what verdict.report() wants."""
        self._converge()
        if self.converged_ms is None:
            return self._result(tcp={"bytes": 0, "ok": False}, logs=False)
        self._ping()
        self._start_traffic()
        self._watch(3.0 + self._slack / 2, "steady traffic")
        self._break_links()
        self._watch(1.0 + self._slack / 2, "steady traffic again")
        tcp = self._stop_traffic()
        result = self._result(tcp, logs=True)
        self.view.say("SIGTERM: lagoond tells its partner and ends")
        self.lagoond.stop()
        return result

    def _converge(self):
        self.view.say("starting lagoond with all links down")
        for link in self.stage.links:
            link.pull()
        self.lagoond.start()
        time.sleep(0.5)
        self.view.say("links up")
        up = min([link.restore() for link in self.stage.links])
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

    def _ping(self):
        ping = self.stage.popen_lan(["ping", "-c", "5", "-i", "0.1", "-W", "1", self.stage.far_ip],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        out, _ = ping.communicate(timeout=15)
        self.view.say("ping: " + " / ".join(line for line in out.splitlines()[-2:] if line))

    def _start_traffic(self):
        traffic = self._binaries["traffic"]
        stage, path = self.stage, self.stage.path
        common = ["--flows", str(FLOWS), "--rate", str(RATE)]
        self._watcher = stage.popen_net([traffic, "watch", "--log", path("seen"),
                                         *(link.middle[0] for link in stage.links)])
        self._far = self.partner.popen([traffic, "udp", "--bind", stage.far_ip, "--peer", stage.lan_ip, "--log",
                                        path("far"), *common], path("far.out"))
        serve = self.partner.popen([traffic, "tcp-serve", "--bind", stage.far_ip], path("serve.out"))
        time.sleep(0.5)
        with open(path("lan.out"), "wb") as out:
            self._lan = stage.popen_lan([traffic, "udp", "--bind", stage.lan_ip, "--peer", stage.far_ip, "--log",
                                         path("lan"), *common], stdout=out)
        self._tcp = stage.popen_lan([traffic, "tcp-send", "--peer", stage.far_ip], stdout=subprocess.PIPE, text=True)
        self._programs = [self._watcher, self._far, serve, self._lan, self._tcp]
        self.view.say(f"traffic: {RATE} UDP frames/s in {FLOWS} flows each way, and a TCP transfer there and back")

    def _break_links(self):
        links = self.stage.links
        first, other = links[0], links[1 % len(links)]
        self._happen("carrier-loss", first, first.pull, "the cable of link {} is pulled")
        self._watch(3.0)
        self._happen("carrier-return", first, first.restore, "the cable of link {} is back")
        self._wait_for_return(first)
        self._happen("blackhole", other, other.blackhole, "link {} swallows all frames, its carrier stays")
        self._watch(BLACKHOLE_S)
        self._happen("heal", other, other.heal, "link {} carries frames again")
        self._wait_for_return(other)

    def _happen(self, kind, link, change, words):
        at = change()
        self.events.append({"kind": kind, "link": link.index, "at_ns": at, "member": f"net_af_packet{link.index + 1}"})
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
            self.view.show(status, self._progress())
            left = deadline - time.monotonic()
            if left <= 0:
                return status
            time.sleep(min(left, 0.25))

    def _progress(self):
        try:
            lan, far = self._last_counts("lan.out"), self._last_counts("far.out")
        except (OSError, ValueError, IndexError):
            return {}
        return {"to-partner": (lan[0], far[1]), "from-partner": (far[0], lan[1])}

    def _last_counts(self, name):
        with open(self.stage.path(name), encoding="ascii") as file:
            return [int(word) for word in file.read().rsplit("\n", 2)[-2].split()]

    def _stop_traffic(self):
        self.view.say("stopping the traffic")
        for program in (self._lan, self._far, self._tcp):
            program.terminate()
        out, _ = self._tcp.communicate(timeout=30)
        for program in (self._lan, self._far):
            program.wait(timeout=15)
        self._watcher.terminate()
        self._watcher.wait(timeout=5)
        try:
            words = dict(pair.split(": ") for pair in out.strip().strip("{}").split(", "))
            return {"bytes": int(words['"bytes"']), "ok": words['"ok"'] == "true"}
        except (ValueError, KeyError):
            return {"bytes": 0, "ok": False}

    def _result(self, tcp, logs):
        names = ("lan.sent", "lan.received", "far.sent", "far.received", "seen")
        read = {name.replace(".", "_"): records.read(self.stage.path(name)) if logs else [] for name in names}
        return {"partner": self.partner.name, "links": len(self.stage.links), "converged_ms": self.converged_ms,
                "events": self.events, "transitions": sorted(self._collect(), key=lambda t: t["t_ns"]), "tcp": tcp,
                **read}


def _both_ends_in_use(member):
    return bool(member["distributing"]) and {"collecting", "distributing"} <= set(member["partner_state"])
