"""The control socket of a program: dpdk-testpmd with net_lagoon is looked at and changed by lagoon-console while it
forwards. Needs no root.

usage: pmd_console_test.py BUILD
"""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

from lab.console import PATIENCE_S, Client
from lab.testpmd import Testpmd
from lab.waiting import wait_for
from stage import telemetry

BUILD = os.path.abspath(sys.argv[1])
CONSOLE = os.path.join(BUILD, "app", "console", "lagoon-console")
NULLS = ["net_null0", "net_null1"]
# (net_null sends one conversation, as fast as it is taken: no room is enough to hold that back while it moves)
LAG = "net_lagoon0,mode=2,move=at-once,member=net_null0,member=net_null1"
SKIP = 77


def console(prefix, *words):
    return subprocess.run([CONSOLE, "--prefix", prefix, *words], check=False, capture_output=True, text=True, timeout=PATIENCE_S)


def socket_path(prefix):
    base = "/run" if os.geteuid() == 0 else os.environ["XDG_RUNTIME_DIR"]
    return f"{base}/lagoon/{prefix}.sock"


class Served(unittest.TestCase):
    """One testpmd for all that leaves it as it was."""

    @classmethod
    def setUpClass(cls):
        cls.testpmd = cls.enterClassContext(Testpmd(BUILD, [*NULLS, f"{LAG},control-socket=yes"]))
        cls.prefix = cls.testpmd.prefix
        cls.testpmd.until("show port info 2", "Link status: up")
        cls.testpmd.do("start")

    def run_line(self, *words):
        done = console(self.prefix, *words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def refused(self, *words):
        done = console(self.prefix, *words)
        self.assertEqual(done.returncode, 1, done.stdout)
        return done.stderr

    def members(self):
        status = json.loads(self.run_line("show", "lag", "net_lagoon0", "as", "json"))
        return {member["name"]: member for member in status["members"]}

    def sent(self):
        return {name: member["traffic"]["tx_packets"] for name, member in self.members().items()}

    def who_sends(self):
        """Who has sent more than a moment ago. (All frames of net_null are of one conversation.)"""
        before, senders = self.sent(), []
        wait_for(lambda: senders.extend(name for name, count in self.sent().items() if count > before[name]) or senders, PATIENCE_S)
        return senders

    def test_the_socket_is_for_its_owner_alone(self):
        self.assertEqual(stat.S_IMODE(os.stat(socket_path(self.prefix)).st_mode), 0o600)

    def test_it_is_shown_explained_and_watched(self):
        self.assertRegex(self.run_line("show", "lag"), r"net_lagoon0: up, balance-xor, .*2 of 2 members distributing")
        self.assertIn("net_null0", self.run_line("explain", "member", "net_lagoon0", "net_null0"))
        self.assertRegex(self.run_line("explain", "flow", "net_lagoon0", "udp", "10.0.0.1:1", "10.0.0.2:2"), r"net_null[01]: bucket")
        self.assertIn("net_lagoon0/control", self.run_line("show", "health"))
        self.assertRegex(self.run_line("show", "port"), r"net_null0 .*\n(.*\n)*.*net_null1")
        self.assertIn("mode: balance-xor", self.run_line("config", "show"))
        live = self.run_line("watch", "every", "1", "count", "2")
        self.assertEqual(live.count("net_lagoon0: up"), 2, live)
        rates = re.findall(r"^  net_null\d .*% +([\d.]+[kMG]?) ", live, re.MULTILINE)
        self.assertTrue(any(rate != "0" for rate in rates), live)

    def test_it_is_drained_while_it_forwards(self):
        carries, = self.who_sends()
        other, = {"net_null0", "net_null1"} - {carries}
        self.assertEqual(self.run_line("drain", "member", "net_lagoon0", carries), f"member '{carries}' is drained\n")
        self.assertTrue(wait_for(lambda: self.who_sends() == [other], PATIENCE_S), self.members())
        self.assertIn("drained", self.testpmd.do("show port xstats 2") + self.run_line("show", "lag"))
        self.run_line("enable", "member", "net_lagoon0", carries)
        self.assertTrue(wait_for(lambda: self.who_sends() == [carries], PATIENCE_S), self.members())

    def test_it_is_weighted(self):
        for member, weight in (("net_null0", "30"), ("net_null1", "10")):
            self.run_line("weight", "member", "net_lagoon0", member, weight)
        buckets = {name: member["buckets"] for name, member in self.members().items()}
        self.assertEqual(buckets, {"net_null0": 3072, "net_null1": 1024})
        for member in NULLS:
            self.run_line("weight", "member", "net_lagoon0", member, "auto")
        self.assertEqual({member["buckets"] for member in self.members().values()}, {2048})

    def test_options_are_set_and_kept_by_the_port(self):
        self.run_line("set", "net_lagoon0", "hash", "l2+3")
        self.assertIn("l2+3", self.run_line("show", "lag"))
        # (what the port is started with again)
        for command in ("stop", "port stop 2", "port start 2", "start"):
            self.testpmd.do(command)
        self.testpmd.until("show port info 2", "Link status: up")
        self.assertIn("l2+3", self.run_line("show", "lag"))
        self.assertIn("hsah", self.refused("set", "net_lagoon0", "hsah", "l2"))
        self.run_line("set", "net_lagoon0", "hash", "l3+4")

    def test_what_a_program_has_not_is_said(self):
        for words in (("config", "apply", "/tmp/none.yaml"), ("config", "save", "/tmp/none.yaml")):
            self.assertIn("inside a program have no configuration file", self.refused(*words))
        self.assertIn("dpdk-dumpcap", self.refused("capture", "start", "/tmp/none.pcapng"))
        self.assertIn("have no wires", self.refused("wire", "w0", "down"))
        self.assertFalse(os.path.exists("/tmp/none.yaml") or os.path.exists("/tmp/none.pcapng"))
        self.assertIn("there are: net_lagoon0", self.refused("show", "lag", "lag9"))

    def test_scripts_and_completion(self):
        with Client(socket_path(self.prefix)) as client:
            choices = client.ask("drain member net_lagoon0 ", "complete")["result"]["choices"]
            self.assertEqual([choice["text"] for choice in choices], NULLS)
            self.assertFalse(client.ask_raw(b'{"version":1,"command":"do","line":"x"}')["ok"])

    def test_telemetry_answers_as_of_a_lagoond(self):
        self.assertEqual(telemetry.ask(self.prefix, "/lagoon/list"), ["net_lagoon0"])
        status = telemetry.ask(self.prefix, "/lagoon/lag,net_lagoon0")
        self.assertEqual(set(status["members"]), set(NULLS))
        self.assertIn("net_lagoon0/control", {each["subject"] for each in telemetry.ask(self.prefix, "/lagoon/health")["findings"].values()})
        self.assertIn("is enabled", telemetry.ask(self.prefix, "/lagoon/do,net_lagoon0,enable,net_null0")["done"])
        with self.assertRaisesRegex(telemetry.TelemetryError, "have no wires"):
            telemetry.ask(self.prefix, "/lagoon/wire,w0,down")

    def test_a_second_program_with_the_prefix_is_told(self):
        # (EAL would not start it: it shares what this one has)
        second = Testpmd(BUILD, [*NULLS, f"{LAG},control-socket=1"], eal=["--no-shconf", "--no-telemetry", "--file-prefix", self.prefix])
        try:
            with second:
                pass
        except RuntimeError:
            pass  # (testpmd ends where it has no port)
        self.assertIn(f"control-socket: {socket_path(self.prefix)}: another lagoond or program listens there", second.text)
        self.run_line("show", "version")


class Ends(unittest.TestCase):
    def start(self, vdevs):
        return self.enterContext(Testpmd(BUILD, vdevs))

    def test_it_comes_with_a_port_and_goes_with_the_last_that_asked(self):
        testpmd = self.start(NULLS)
        path = socket_path(testpmd.prefix)
        self.assertFalse(os.path.exists(path))
        self.assertIn("Done", testpmd.do(f"port attach {LAG},control-socket=on"))
        self.assertTrue(os.path.exists(path))
        self.assertIn("no LAG runs in this program", console(testpmd.prefix, "show", "lag").stderr)
        self.assertIn("has no LAG that runs", console(testpmd.prefix, "show", "health").stdout)
        testpmd.do("port start 2")
        testpmd.until("show port info 2", "Link status: up")
        with Client(path) as client:
            self.assertIn("net_lagoon0: up", client.text("show lag"))
            testpmd.do("port stop 2")
            self.assertIn("no LAG runs", client.ask("show lag")["error"]["detail"])
            testpmd.do("port close 2")
        self.assertFalse(os.path.exists(path))
        self.assertEqual(testpmd.quit(), 0)

    def test_a_path_of_its_own_goes_when_the_program_ends(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="lagoon-pmd-console-"))
        path = os.path.join(folder, "deep", "s.sock")
        testpmd = self.start([*NULLS, f"{LAG},control_socket={path}", "net_null2",
                              f"net_lagoon1,mode=1,member=net_null2,control-socket={folder}/other.sock"])
        self.assertIn(f"has its control socket at {path} already", testpmd.text)
        shown = subprocess.run([CONSOLE, "--socket", path, "show lag"], check=False, capture_output=True, text=True)
        self.assertIn("net_lagoon0", shown.stdout)
        self.assertEqual(testpmd.quit(), 0)
        self.assertFalse(os.path.exists(path))

    def test_what_a_killed_one_leaves_is_passed_over_and_replaced(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="lagoon-pmd-console-"))
        vdevs = [*NULLS, f"{LAG},control-socket={folder}/s.sock"]
        ask = [CONSOLE, "--socket", f"{folder}/s.sock", "show", "version"]
        testpmd = self.start(vdevs)
        os.kill(testpmd.pid, signal.SIGKILL)
        self.assertTrue(wait_for(lambda: subprocess.run(ask, check=False, capture_output=True).returncode == 2, PATIENCE_S))
        self.start(vdevs)
        self.assertEqual(subprocess.run(ask, check=False, capture_output=True).returncode, 0)

    def test_wrong_values_are_refused_in_words(self):
        cases = {"control-socket=maybe": "control-socket is 'maybe'; expected yes, no, or a path from the root",
                 "control-socket=here.sock": "control-socket is 'here.sock'; expected",
                 "control-sockt=yes": "did you mean 'control-socket'",
                 "control-socket=/proc/none.sock": "control-socket: /proc/none.sock: "}
        vdevs = [f"net_lagoon{i},mode=2,{argument}" for i, argument in enumerate(cases)]
        testpmd = self.start([*NULLS, *vdevs])
        for words in cases.values():
            self.assertIn(words, testpmd.text)


if __name__ == "__main__":
    if shutil.which("dpdk-testpmd") is None:
        print("dpdk-testpmd is not installed (package dpdk-dev)")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    with tempfile.TemporaryDirectory(prefix="lagoon-run-") as RUN:
        if os.geteuid() != 0:
            os.environ["XDG_RUNTIME_DIR"] = RUN
        sys.exit(not unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result.wasSuccessful())
