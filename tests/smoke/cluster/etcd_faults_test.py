"""What goes wrong between two boxes and etcd, case by case: who carries, and what an operator reads. Open vSwitch is the Partner;
broadcasts run all the time, and none may arrive twice or come back.

usage: etcd_faults_test.py BUILD [unittest's arguments]      exit code 77: namespaces cannot be made here
"""

import contextlib
import os
import shutil
import ssl
import sys
import time
import unittest

from lab.etcd_box import Members
from lab.relay import Relay
from lab.waiting import until, wait_for
from stage import partners
from stage.authority import Authority
from stage.etcd import CLIENT_PORT
from stage.lagoond import LAG
from stage.numbered import Exchange
from stage.two_boxes import DOMAIN, SYSTEM, TwoBoxes

from demo import binaries_in  # isort: skip (lab says where it is)

SKIP = 77
PATIENCE_S = 20.0
STEP_S = 0.2
ELECTION_MS = 300
TLS_PORT = 2479
RELAYED = "10.78.0.101"  # of ETCD.box
SLOW_S = 2.0
USER, PASSWORD = "box", "a-password"
SCORED = ("sent", "came", "doubled", "reflected")
BINARIES = {}


class Faults(unittest.TestCase):
    """One stage for all. Each case says how the boxes are to run; they are begun anew only where they run otherwise."""

    def setUp(self):
        hosts = (STAGE.popen_lan, lambda argv, **more: STAGE.popen_in(STAGE.far, argv, **more))
        self.scorer = Exchange(hosts, STAGE.path, (100, 100), flows=4, broadcast=True)
        self.addCleanup(self._score)
        self.addCleanup(self._look)

    def _score(self):
        outcomes = self.scorer.stop()
        print("    broadcasts:", [{name: outcome[name] for name in SCORED} for outcome in outcomes], flush=True)
        for outcome in outcomes:
            self.assertEqual((outcome["doubled"], outcome["reflected"]), (0, 0))

    def _look(self):
        for box in PAIR.boxes:
            if box.lagoond and box.role() != "silent":
                print(f"    {box.name}:", box.ask("show cluster").replace("\n", "\n       "), flush=True)

    def run_boxes(self, a=None, b=None):
        """`a`, `b`: what of `cluster:` is other than usual (a dict that is merged), or `lags:`'s (under the key "lag")."""
        wanted = [config_of(box, changes or {}) for box, changes in zip(PAIR.boxes, (a, b))]
        for box, config in zip(PAIR.boxes, wanted):
            if box.lagoond and box.lagoond.config != config:
                box.lagoond.stop()
                box.lagoond = None
        for box, config in zip(PAIR.boxes, wanted):
            if box.lagoond is None:
                PAIR.start(box, **config)

    def carries(self, words, wanted=None):
        """One box carries, and the Partner sends to it; the other does not."""
        def so():
            roles = {box.name: box.role() for box in PAIR.boxes}
            carrying = [box for box in PAIR.boxes if roles[box.name] in ("holder", "isolated")]
            return len(carrying) == 1 and wanted in (None, carrying[0]) and carrying[0].lagoond.status()["up"]
        took = wait_for(so, PATIENCE_S, STEP_S)
        self.assertIsNotNone(took, f"{words}: {[box.ask('show cluster') for box in PAIR.boxes if box.role() != 'silent']}")
        return PAIR.holder()

    def reads(self, box, *words):
        """show cluster comes to say all of that."""
        said = until(lambda: box.ask("show cluster"), lambda text: all(word in text for word in words), PATIENCE_S, STEP_S)
        for word in words:
            self.assertIn(word, said)

    def told(self, box, kind, sentence):
        """show events, the LAG's journal and the log have it."""
        events = until(lambda: [e["evidence"] for e in box.lagoond.events() if e["to"] == kind],
                       lambda told: any(sentence in one for one in told), PATIENCE_S, STEP_S)
        self.assertIn(sentence, "\n".join(events))
        self.assertIn(sentence, box.ask(f"show events {LAG}"))
        if kind not in ("holder", "standby", "refused", "isolated", "releasing"):
            self.assertIn(f"cluster: {sentence}", log_of(box))

    def begin(self):
        """Both boxes as usual; gives who carries."""
        self.run_boxes()
        holder = self.carries("as usual")
        for box in PAIR.boxes:
            self.reads(box, "etcd: answers", "is heard, and hears us")
        return holder

    def goes_on(self, holder):
        """All is well again, and the LAG never moved."""
        for box in PAIR.boxes:
            self.reads(box, "etcd: answers")
            self.told(box, "coordination_back", "etcd answers")
        self.reads(holder, "it holds the LAG's key in etcd")
        self.assertIs(self.carries("all is well", holder), holder)

    def moves(self, holder):
        """An operator moves the LAG; gives who carries then."""
        other = PAIR.other(holder)
        holder.ask(f"cluster want {LAG} {other.name}")
        self.carries("an operator's want", other)
        other.ask(f"cluster want-nobody {LAG}")
        return other

    def test_etcd_is_away_at_the_start_and_comes_late(self):
        [member] = ETCD.members
        stop_boxes()
        ETCD.kill(member)
        try:
            self.run_boxes()
            self.carries("without etcd", PAIR.a)
            self.reads(PAIR.a, "etcd: does not answer", f"{RELAYED}",
                       f"lag0: a (this box) carries as 8000-{SYSTEM}: etcd is in doubt, and the other box has promised to stand by")
            self.told(PAIR.b, "coordination_lost", "etcd does not answer: look at its members and at the way to them (http://")
        finally:
            ETCD.start(member)
        self.reads(PAIR.a, "etcd: answers", "epoch", "it holds the LAG's key in etcd")
        self.reads(PAIR.b, f"lag0: a carries as 8000-{SYSTEM}; b (this box) stands by")
        self.told(PAIR.b, "coordination_back", "etcd answers")
        self.carries("etcd is there", PAIR.a)

    def test_etcd_refuses_the_password(self):
        holder = self.begin()
        self.addCleanup(ETCD.require_nobody)
        ETCD.require_users("root", {USER: ("another", f"/lagoon/{DOMAIN}/")})
        for box in PAIR.boxes:
            self.reads(box, "etcd: does not let this box in", f"http://{RELAYED}:{CLIENT_PORT}: ", "authentication failed")
            self.told(box, "denied", "etcd does not let this box in: http://")
        self.reads(holder, "etcd is in doubt, and the other box has promised to stand by")
        ETCD.forget_tokens(USER, PASSWORD)
        self.goes_on(holder)

    def test_etcd_answers_after_two_seconds(self):
        holder = self.begin()
        self.addCleanup(setattr, RELAY, "delay", 0.0)
        RELAY.delay = SLOW_S
        self.reads(holder, "etcd: does not answer", "timed out", "etcd is in doubt, and the other box has promised to stand by")
        self.told(holder, "coordination_lost", "etcd does not answer: look at its members and at the way to them (http://")
        RELAY.delay = 0.0
        self.goes_on(holder)

    def test_what_is_watched_is_compacted(self):
        holder = self.begin()
        epoch = holder.lag()["epoch"]
        ETCD.compact()
        RELAY.cut()
        self.moves(holder)
        self.assertGreater(PAIR.holder().lag()["epoch"], epoch)

    def test_etcd_is_restored_from_an_older_snapshot(self):
        holder = self.begin()
        snapshot = ETCD.save()
        self.moves(holder)
        ETCD.restore(snapshot)
        for box in PAIR.boxes:
            self.told(box, "back_in_time", "etcd shows an older state than it did before (was it restored?): this box lets go of all")
        self.carries("restored")
        self.reads(PAIR.holder(), "etcd: answers", "it holds the LAG's key in etcd")

    def test_the_certificates_are_wrong(self):
        files = {name: STAGE.path(f"a.{name}") for name in ("ca", "certificate", "key")}

        def put(authority, own):
            for name, path in zip(files, (authority.certificate, *own)):
                shutil.copy(path, files[name])
            SECURE.cut()

        put(STRANGE, OWN)
        self.run_boxes(a={"etcd": {"endpoints": [f"https://{RELAYED}:{TLS_PORT}"], **files}})
        self.carries("a has no etcd", PAIR.b)
        self.reads(PAIR.a, "etcd: does not let this box in", f"https://{RELAYED}:{TLS_PORT}: ", "certificate")
        self.told(PAIR.a, "denied", "etcd does not let this box in: https://")
        put(TRUSTED, OWN)
        self.reads(PAIR.a, "etcd: answers")
        put(TRUSTED, STRANGE.issue("thief"))
        self.reads(PAIR.a, "etcd: does not let this box in", "certificate")
        self.carries("a has none again", PAIR.b)
        put(TRUSTED, OWN)
        self.reads(PAIR.a, "etcd: answers")

    def test_two_nodes_have_one_name(self):
        self.run_boxes(b={"node": "a"})
        self.carries("the first one", PAIR.a)
        self.told(PAIR.b, "name_taken", f"another box is in domain {DOMAIN} as a, or this one's last life is not over there yet: it takes no "
                  "part until that key is gone; each box needs a `node` of its own")
        self.reads(PAIR.b, "does not take part: another box has its name, and each needs a `node` of its own")
        self.reads(PAIR.a, "b is not heard: who sends from its address is a of domain rack7, and b of domain rack7 is expected")
        self.told(PAIR.a, "peer_foreign", "who sends from its address is a of domain rack7")
        self.carries("still", PAIR.a)

    def test_the_identity_differs(self):
        self.run_boxes(b={"lag": {"lacp": {"rate": "fast", "system-id": SYSTEM, "key": 101}}})
        self.carries("who was first", PAIR.a)
        words = "key is 101 here and 100 in etcd, and both boxes have to say the same (where etcd is wrong: end both, and delete its key " \
                "lags/lag0/identity)"
        self.told(PAIR.b, "identity_differs", f"lag0: {words}; this box takes no part until then")
        self.reads(PAIR.b, f"lag0: b (this box) does not take part: {words}")

    def test_the_secrets_of_the_channel_differ(self):
        keys = [secret(f"peer-{box.name}", f"the secret that box {box.name} has") for box in PAIR.boxes]
        self.run_boxes(*({"peer": {"key-file": key}} for key in keys))
        self.carries("by etcd alone")
        for box in PAIR.boxes:
            other = PAIR.other(box).name
            self.reads(box, f"peer: {other} is not heard: its messages have another secret: key-file has to have the same at both boxes",
                       " with another key")
            self.told(box, "peer_lost", f"{other} is not heard: look at it, and at the way to it (its messages have another secret: "
                      "key-file has to have the same at both boxes)")

    def test_the_links_lead_to_two_partners(self):
        holder = self.begin()
        self.addCleanup(self.carries, "wired again")
        self.addCleanup(SWITCH.wire)
        SWITCH.miswire()
        for box in PAIR.boxes:
            other = PAIR.other(box).name
            self.reads(box, f"lag0: members of {box.name} lead to the Partner ", f", those of {other} to ", ": look at the cables")
            self.told(box, "miswired", f"lag0: members of {box.name} lead to the Partner ")
        self.carries("miswired", holder)


def config_of(box, changes):
    changes = dict(changes)
    config = PAIR.config(box)
    etcd = {"endpoints": [f"http://{RELAYED}:{CLIENT_PORT}"], "user": USER, "password-file": secret("password", PASSWORD)}
    config["cluster"]["etcd"].update(etcd)
    lag = {**config["lags"][0], **changes.pop("lag", {})}
    cluster = config["cluster"]
    for name, value in changes.items():
        cluster = {**cluster, name: {**cluster[name], **value} if isinstance(value, dict) else value}
    return {**config, "cluster": cluster, "lags": [lag]}


def log_of(box):
    with open(box.lagoond.log_path, encoding="utf-8", errors="replace") as log:
        return log.read()


def stop_boxes():
    for box in PAIR.boxes:
        if box.lagoond is not None:
            box.lagoond.stop()
            box.lagoond = None


def secret(name, text):
    path = STAGE.path(name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text + "\n")
    return path


def server_context(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("etcd", [RELAYED]))
    context.load_verify_locations(authority.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def set_up(stack):
    global ETCD, PAIR, STAGE, RELAY, SECURE, SWITCH, TRUSTED, STRANGE, OWN
    ETCD = stack.enter_context(Members(1, ELECTION_MS))
    member = (ETCD.members[0].address, CLIENT_PORT)
    TRUSTED, STRANGE = (Authority(os.path.join(ETCD.workdir, name)) for name in ("trusted", "strange"))
    OWN = TRUSTED.issue("a")
    RELAY = stack.enter_context(Relay(ETCD.box, (RELAYED, CLIENT_PORT), member))
    SECURE = stack.enter_context(Relay(ETCD.box, (RELAYED, TLS_PORT), member, server_context(TRUSTED)))
    PAIR = stack.enter_context(TwoBoxes(BINARIES["lagoond"], BINARIES["console"], etcd=ETCD))
    STAGE = PAIR.stage
    SWITCH = partners.create("ovs")
    SWITCH.start(STAGE)


def setUpModule():
    with contextlib.ExitStack() as stack:
        set_up(stack)
        unittest.addModuleCleanup(stack.pop_all().close)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    build = sys.argv.pop(1)
    BINARIES.update(binaries_in(build))
    unittest.main(verbosity=2)
