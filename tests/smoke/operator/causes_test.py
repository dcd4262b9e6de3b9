"""Five faults of a link, with real partners: what the console says of each, within seconds, as the journal does.

usage: causes_test.py BUILD        Needs root.

    va0 va1        a lagoond that bonds them: the LAG carries on these
    va2 va3 va4    the same one; then: silent, not hearing us, pulled
    va5            a second one, of the same System: another key of the Partner
    va6            the same, a LAG of another System: miswired
"""

import datetime
import json
import os
import re
import subprocess
import sys
import time
import unittest

from lab.waiting import until, wait_for
from demo import binaries_in  # isort: skip (lab says where it is)
from stage import netns
from stage.lagoond import Appliance, eal_section, member
from stage.stage import Stage

BUILD = sys.argv[1]
SKIP = 77
PATIENCE_S = 4.0
HEALTHY, SILENT, DEAF, PULLED, KEY, MISWIRED = (0, 1), 2, 3, 4, 5, 6
OURS, THEIRS, OTHERS = "02:00:00:00:0a:ff", "02:00:00:00:0b:ff", "02:00:00:00:0c:ff"
NO_LINK = r"the port has no link: the cable, or the other end's port"
SENTENCES = {  # by link: the words of the state, the sentence
    SILENT: (r"partner silent|no partner",
             rf"no LACPDU for [\d.]+ s; in the last one the Partner \(System 32768,{THEIRS} key 100 port 32768,\d+\) says .*"),
    DEAF: (r"partner does not hear us", rf"the Partner does not hear us: the Partner \(System 32768,{THEIRS} .*\) says .*"),
    PULLED: (r"link down", NO_LINK),
    KEY: (r"other key", r"the Partner has given this link key 200, those in use key 100"),
    MISWIRED: (r"other partner",
               rf"split Partners: this link leads to System 32768,{OTHERS}, the LAG to System 32768,{THEIRS}"),
}


def lag(name, address, key, interfaces, first=0):
    return {"name": name, "mode": "lacp", "mac": address, "lacp": {"rate": "fast", "aggregate-wait": "100ms", "key": key},
            "members": [member(interface, i) for i, interface in enumerate(interfaces, first)]}


class Causes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage = Stage(7)
        cls.addClassCleanup(stage.close)
        stage.__enter__()
        # The wrong ends have a namespace of their own, as another switch would.
        netns.ip_batch(stage.par, [f"link set vb{i} netns {stage.lan}" for i in (KEY, MISWIRED)])
        netns.ip_batch(stage.lan, [f"link set vb{i} arp off up" for i in (KEY, MISWIRED)])
        cls.console = os.path.join(BUILD, "app", "console", "lagoon-console")
        cls.journal = stage.path("journal")
        cls.names = [f"net_af_packet{i + 1}" for i in range(7)]
        cls.near = cls.appliance("near", stage.popen_net, [lag("lag0", OURS, 50, stage.near_ifaces)], journal=cls.journal)
        cls.far = cls.appliance("far", stage.popen_partner, [lag("lag0", THEIRS, 100, stage.far_ifaces[:KEY])])
        cls.wrong = cls.appliance("wrong", stage.popen_lan, [lag("key", THEIRS, 200, [f"vb{KEY}"]),
                                                            lag("miswired", OTHERS, 100, [f"vb{MISWIRED}"], 1)])
        cls.far.start()
        cls.near.start()

    @classmethod
    def appliance(cls, name, popen, lags, **more):
        made = Appliance(binaries_in(BUILD)["lagoond"], {"eal": eal_section(f"{cls.stage.tag}-{name}"), "lags": lags, **more},
                         popen, cls.stage.path, name, lags[0]["name"])
        cls.addClassCleanup(made.__exit__, RuntimeError)
        return made

    def ask(self, *words):
        done = subprocess.run([self.console, "--prefix", self.near.prefix, *words], capture_output=True, text=True,
                              check=False, timeout=20)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def told(self, link):
        """(words, sentence) of show lag."""
        text = self.ask("show", "lag", "lag0")
        row = re.search(rf"^  {self.names[link]} +(?:up \w+|down) +(.*?)  ", text, re.M)
        why = re.search(rf"^  why {self.names[link]}: (.*)$", text, re.M)
        return row and row[1], why and why[1]

    def is_told(self, link):
        words, sentence = self.told(link)
        expected = SENTENCES[link]
        return bool(sentence and re.fullmatch(expected[0], words) and re.fullmatch(expected[1], sentence))

    def carrying(self):
        return [i for i, m in enumerate(self.near.status()["members"]) if m["distributing"]]

    def test_each_cause_is_told_in_the_journals_sentence(self):
        self.assertIsNotNone(wait_for(lambda: self.carrying() == [0, 1, 2, 3, 4], 15), self.near.view("table"))
        links = self.stage.links
        self.wrong.start()
        begun = time.time()
        links[SILENT].blackhole()
        links[DEAF].blackhole("to-partner")
        links[PULLED].pull()
        missing = until(lambda: [link for link in SENTENCES if not self.is_told(link)], lambda links: not links, 10 * PATIENCE_S)
        table = self.ask("show", "lag", "lag0")
        self.assertEqual(missing, [], table)
        took = self.seconds_to_the_line(begun)
        print(table, {self.names[link]: f"{seconds:.2f} s" for link, seconds in took.items()}, flush=True)
        self.assertLess(max(took.values()), PATIENCE_S, took)
        self.assertEqual(self.carrying(), list(HEALTHY))
        self.in_every_view()
        self.in_the_journal()

    def seconds_to_the_line(self, begun):
        """By link, from the break to the date of the journal's line: a busy machine may take long to ask for it at the prompt.
        What is wrong from its start has no break whose time is known."""
        with open(self.journal, encoding="utf-8") as file:
            journal = file.read()
        took = {}
        for link in (SILENT, DEAF, PULLED):
            dates = re.findall(rf"(?m)^(\S+) lag0 #\d+ {self.names[link]}: .*; {SENTENCES[link][1]}$", journal)
            after = [datetime.datetime.fromisoformat(date).timestamp() - begun for date in dates]
            took[link] = min(seconds for seconds in after if seconds > 0)
        return took

    def in_every_view(self):
        health, watch = self.ask("show", "health"), self.ask("watch", "lag0", "count", "1")
        neighbors = self.ask("show", "lacp", "neighbors", "lag0")
        members = json.loads(self.ask("show", "lag", "lag0", "as", "json"))["members"]
        for link, (words, sentence) in SENTENCES.items():
            name = self.names[link]
            with self.subTest(name):
                self.assertRegex(health, rf"(?m)lag0/{name} +carries nothing: (?:{words}): {sentence}$")
                self.assertRegex(watch, rf"(?m)^  why {name}: {sentence}$")
                self.assertRegex(neighbors, rf"(?m)^  why {name}: {sentence}$")
                self.assertRegex(members[link]["why_out"], words)
                self.assertRegex(members[link]["evidence"], sentence)
                explained = self.ask("explain", "member", "lag0", name)
                self.assertRegex(explained, rf"(?m)^lag0/{name}: carries nothing: (?:{words})$\n^  {sentence}$")
        for link in HEALTHY:
            self.assertIsNone(members[link]["evidence"])
            self.assertIn("carries frames", self.ask("explain", "member", "lag0", self.names[link]))

    def in_the_journal(self):
        """The file's lines and `show events` have these sentences, too."""
        with open(self.journal, encoding="utf-8") as file:
            journal = file.read()
        events = self.ask("show", "events", "lag0", "last", "200")
        for link, (_, sentence) in SENTENCES.items():
            with self.subTest(self.names[link]):
                self.assertRegex(journal, rf"(?m)lag0 #\d+ {self.names[link]}: .*; {sentence}$")
                self.assertRegex(events, rf"(?m)lag0 +{self.names[link]} .* {sentence}$")


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
