"""The demonstration of two boxes: two lagoonds have one LAG, three etcds say which of them carries, and a real Partner sees one
System. Traffic flows while the LAG is moved, a box loses its power, and ways between them are cut."""

import time

import cluster_verdict
from hosts import Hosts
from live import LiveView
from stage import partners, telemetry
from stage.lagoond import LAG
from stage.numbered import Exchange
from stage.partners.linux import Uml
from stage.two_boxes import TwoBoxes

POLL_S = 0.2
PATIENCE_S = 20.0
STEADY_S = 3.0
WITHOUT_ETCD_S = 6.0   # three times what a lease lasts
ALONE_S = 8.0          # until a Partner that chooses has chosen
SETTLE_S = 1.0
BROADCASTS = 50        # a second, each way
FLOWS = 4
LENGTH_S = 60


def run(options, words, binaries):
    """`words`: what the Partner is."""
    view = LiveView(f"two lagoonds with {words}", LENGTH_S)
    view.say("starting three etcds")
    with TwoBoxes(binaries["lagoond"], binaries["console"]) as pair:
        view.say(f"starting {words}: link 0 leads to box a, link 1 to box b")
        partner = partners.create(options.partner)
        partner.start(pair.stage)
        try:
            return cluster_verdict.report(Acts(pair, partner, binaries["traffic"], view).run())
        finally:
            partner.stop()


class Acts:
    """What happens, one after the other; each is over when one box carries, and has for a while."""

    def __init__(self, pair, partner, traffic, view):
        self._pair, self._partner, self._view = pair, partner, view
        self._hosts = Hosts(pair.stage, partner, traffic)
        self._acts = []
        self._said = {}

    def run(self):
        """Gives what cluster_verdict.report() wants."""
        pair, begun = self._pair, time.monotonic()
        self._view.say("starting lagoond on both boxes")
        for box in pair.boxes:
            pair.start(box)
        converged_ms = None
        if self._await_carrier() is not None:
            converged_ms = round((time.monotonic() - begun) * 1000)
        scorer = self._broadcast()
        self._view.say(self._hosts.start())
        self._act("steady", "steady traffic", lambda: None, STEADY_S)
        self._all_but_steady()
        self._view.say("stopping the traffic")
        result = {"partner": self._partner.name, "converged_ms": converged_ms, "acts": self._acts, **self._hosts.stop()}
        result["broadcasts"] = scorer.stop()
        self._view.say("SIGTERM: both boxes tell the Partner and end")
        for box in pair.boxes:
            box.lagoond.stop()
        return result

    def _all_but_steady(self):
        pair, etcd = self._pair, self._pair.etcd
        holder = self._carrier() or pair.a
        other = pair.other(holder)
        self._act("switchover", f"an operator wants {other.name}: cluster want {LAG} {other.name}",
                  lambda: holder.ask(f"cluster want {LAG} {other.name}"), wanted=other)
        other.ask(f"cluster want-nobody {LAG}")
        self._act("power-loss", f"box {other.name} loses its power (SIGKILL)", other.lagoond.kill, wanted=holder)
        self._act("return", f"box {other.name} is started again", lambda: pair.start(other), STEADY_S, wanted=holder)
        self._act("no-etcd", "both boxes are cut from etcd", self._cut_etcd, WITHOUT_ETCD_S, wanted=holder)
        self._act("etcd-back", "etcd can be reached again", etcd.heal, wanted=holder, etcd=True)
        self._act("alone", f"box {holder.name} is cut from etcd and from box {other.name}", lambda: self._cut_off(holder), ALONE_S)
        self._act("together", "nothing is cut any more", etcd.heal, STEADY_S, etcd=True)

    def _cut_etcd(self):
        for box in self._pair.boxes:
            self._pair.etcd.cut(box.namespace, self._pair.etcd.members)

    def _cut_off(self, box):
        self._pair.etcd.cut(box.namespace)
        self._pair.etcd.cut(self._pair.other(box).namespace, [box.namespace])

    def _act(self, act, words, do, seconds=0.0, wanted=None, etcd=False):
        """`seconds`: how long it takes at least. `wanted`: who is to carry then. With `etcd` both boxes have to reach it."""
        self._view.say(words)
        at_ns = time.monotonic_ns()
        do()
        least = time.monotonic() + seconds
        carrier = self._await_carrier(wanted, etcd, least)
        self._acts.append({"act": act, "words": words, "at_ns": at_ns, "carries": carrier and carrier.name,
                           "wanted": wanted and wanted.name, "sentence": self._said.get(carrier.name) if carrier else None})

    def _await_carrier(self, wanted=None, etcd=False, least=0.0):
        """The one box that carries at the moment `least` or later, and has for a while (a Partner needs a moment more); None after a
        long time."""
        deadline = max(least, time.monotonic()) + PATIENCE_S
        before, since = None, time.monotonic()
        while time.monotonic() < deadline:
            carrier = self._carrier(etcd)
            if carrier is not before:
                before, since = carrier, time.monotonic()
            elif carrier is not None and wanted in (None, carrier) and time.monotonic() >= max(least, since + SETTLE_S):
                return carrier
            time.sleep(POLL_S)
        return None

    def _carrier(self, etcd=False):
        """The one box that carries, as both say, and tells what is new of it. None: none does, or two, or (`etcd`) one does not
        reach etcd."""
        carrying, reached = [], True
        for box in self._pair.boxes:
            try:
                status = box.cluster()
                [lag] = status["lags"]
                up = lag["role"] in ("holder", "isolated") and box.lagoond.status()["up"]
                self._tell(box, lag["sentence"])
            except telemetry.TelemetryError:
                self._tell(box, f"{LAG}: box {box.name} does not answer")
                reached = False
                continue
            reached = reached and status["etcd"]
            carrying += [box] if up else []
        return carrying[0] if len(carrying) == 1 and (reached or not etcd) else None

    def _tell(self, box, sentence):
        if self._said.get(box.name) != sentence:
            self._said[box.name] = sentence
            self._view.say(sentence)

    def _broadcast(self):
        """Broadcasts of the LAN, and from behind the Partner where that is no guest: each is to arrive once, and never to come
        back."""
        stage = self._pair.stage
        hosts = [stage.popen_lan]
        if not (self._partner.name == "linux" and self._partner.where == Uml.where):
            hosts.append(lambda argv, **more: stage.popen_in(stage.far, argv, **more))
        return Exchange(hosts, stage.path, [BROADCASTS] * len(hosts), FLOWS, broadcast=True)
