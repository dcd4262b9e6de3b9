"""One judge: what a file may not say no command makes, wherever it comes from, and the refusal is the file's sentence;
and one process at a time has an interface.

usage: judge_test.py BUILD [TEST ...]
"""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1])
LAGOOND = os.path.join(BUILD, "app", "lagoond")
CONSOLE = os.path.join(BUILD, "app", "console", "lagoon-console")

from lab.testpmd import Testpmd  # (lab/ shows the demo's stage)
from stage import netns, telemetry
from stage.lagoond import Appliance, LagoondError, eal_section

SKIP = 77
SPACE = f"lgjudge{os.getpid()}"
INTERFACES = ("lan0", "a0", "a1", "b0", "c0", "c1")
ALIAS = "alias-of-a0"
PATIENCE_S = 20
LINES = re.compile(r" \(line \d+\)")
NEAR, FAR, PAIR = "net_lagoon0", "net_lagoon1", "net_lagoon2"  # (as the PMD's ports are called, so that sentences are the same)

A0, A1, B0, C0, C1 = ({"dev": f"net_af_packet{i},iface={name}"} for i, name in enumerate(INTERFACES[1:], 1))
MEMBERS = {NEAR: [A0, A1], FAR: [B0], PAIR: [C0, C1]}
SYSTEM = "02:00:00:00:00:55"
# (DPDK's telemetry has room for 127 octets)
ONE_SYSTEM = f"LAG '{FAR}' has the system-id {SYSTEM} and the key 5 of LAG '{NEAR}'; give one another key or system-id"
NEEDS_TWO = "min-links is 2, but the LAG has 1 member; it would never come up"
NO_SUCH_PRIMARY = "but no member of the LAG has that name"
NUMBER_TAKEN = "port-number 1 is what member 'net_af_packet1' has by its position; number that one too, or take another"

# What runs, then a command to a LAG, and what the LAG then would be: { members or options }.
CASES = (
    (NEAR, "add", {"dev": "net_af_packet0,iface=x0"}, "device 'net_af_packet0' is used already by port 'lan'; expected another"),
    (FAR, "add", {"dev": "net_af_packet1,iface=x0"}, f"device 'net_af_packet1' is used already by LAG '{NEAR}'; expected another"),
    (NEAR, "add", {"dev": "net_af_packet9,iface=lan0"}, "interface 'lan0' is used already by port 'lan'; expected another"),
    (FAR, "add", {"dev": "net_af_packet9,iface=a0"}, f"interface 'a0' is used already by LAG '{NEAR}'; expected another"),
    (FAR, "add", {"dev": "net_pcap9,rx_iface=a1,tx_iface=a1"},
     f"interface 'a1' is used already by LAG '{NEAR}'; expected another"),
    (NEAR, "add", {"dev": "net_af_packet9,iface=a1"}, f"interface 'a1' is used already by LAG '{NEAR}'; expected another"),
    (PAIR, "add", {"dev": "vdev:net_af_packet9,iface=a0"}, f"interface 'a0' is used already by LAG '{NEAR}'; expected another"),
    (FAR, "add", {"dev": "vdev:net_af_packet1,iface=x0"},
     f"device 'net_af_packet1' is used already by LAG '{NEAR}'; expected another"),
    (FAR, "add", {"dev": "net_failsafe9,dev(net_af_packet9,iface=a0)"},
     f"interface 'a0' is used already by LAG '{NEAR}'; expected another"),
    (FAR, "add", {"dev": "net_tap9,iface=host0"}, "interface 'host0' is used already by port 'host'; expected another"),
    (FAR, "add", {"tap": "host0"}, "interface 'host0' is used already by port 'host'; expected another"),
    (NEAR, "add", {"name": "net_af_packet1", "dev": "net_null0"},
     "member name 'net_af_packet1' is used already in lags[0].members[0].name; expected another"),
    (NEAR, "add", {"dev": "net_null0", "lacp": {"port-number": 1}}, NUMBER_TAKEN),
    (PAIR, "remove", "net_af_packet4", f"primary is 'net_af_packet4', {NO_SUCH_PRIMARY}; did you mean 'net_af_packet5'?"),
    (PAIR, "set", ("primary", "nobody"), f"primary is 'nobody', {NO_SUCH_PRIMARY}"),
    (NEAR, "add", {"wire": "w0"}, "wire 'w0' is used once; a wire connects exactly two ports or members of this file"),
    (NEAR, "remove", "net_af_packet2", NEEDS_TWO),
    (NEAR, "set", ("min-links", 3), "min-links is 3, but the LAG has 2 members; it would never come up"),
    (FAR, "remove", "net_af_packet3", f"LAG '{FAR}' has no members; expected 1 to 32"),
    (FAR, "set", ("lacp.key", 5), ONE_SYSTEM),
)


def lag_of(name, changed=None):
    """The LAG as a file has it, with what is changed."""
    lacp = {"system-id": SYSTEM, "key": {NEAR: 5, FAR: 6}.get(name), **(changed or {}).get("lacp", {})}
    options = {NEAR: {"min-links": 2}, FAR: {}, PAIR: {"mode": "active-backup", "primary": "net_af_packet4"}}[name]
    lag = {"name": name, **options, "members": MEMBERS[name], **(changed or {})}
    return lag if name == PAIR else {**lag, "lacp": lacp}


def configuration(prefix, changes=None):
    """`changes` of LAGs, by their names."""
    return {"eal": eal_section(prefix),
            "ports": [{"name": "lan", "dev": "net_af_packet0,iface=lan0"}, {"name": "host", "tap": "host0"}],
            "lags": [lag_of(name, (changes or {}).get(name)) for name in MEMBERS],
            "forward": [["lan", NEAR], ["host", FAR]]}


def changed_by(lag, verb, what):
    """What the command would change."""
    if verb == "add":
        return {"members": [*MEMBERS[lag], what]}
    if verb == "remove":
        return {"members": [member for member in MEMBERS[lag] if not member["dev"].startswith(what + ",")]}
    key, value = what
    return {"lacp": {key.removeprefix("lacp."): value}} if key.startswith("lacp.") else {key: value}


def argument(verb, what):
    """In the words of a command."""
    return flow(what) if verb == "add" else what if verb == "remove" else f"{what[0]}: {what[1]}"


def popen(argv, **options):
    return subprocess.Popen(netns.command_in(SPACE, argv), **options)


def flow(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


class Case(unittest.TestCase):
    def setUp(self):
        netns.create(SPACE)
        self.addCleanup(netns.remove, SPACE)
        lines = []
        for name in INTERFACES:
            lines += [f"link add {name} type veth peer name {name}p", f"link set {name} up", f"link set {name}p up"]
        netns.ip_batch(SPACE, [*lines, f"link property add dev a0 altname {ALIAS}"])
        self.folder = tempfile.mkdtemp(prefix="lagoon-judge-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def appliance(self, name, config=None, lag=NEAR):
        prefix = f"{SPACE}-{name}"
        return Appliance(LAGOOND, config or configuration(prefix), popen, lambda file: os.path.join(self.folder, file), name,
                         lag)

    def refused_start(self, appliance):
        """What it said when it did not start."""
        with self.assertRaises(LagoondError):
            appliance.start()
        return appliance.log_end()

    @staticmethod
    def program(vdevs, **more):
        return Testpmd(BUILD, vdevs, popen=popen, eal=["--no-telemetry"], **more)


class Sentences(Case):
    def test_file_reload_telemetry_and_console(self):
        appliance = self.enterContext(self.appliance("one"))
        before = self.console(appliance, "config", "show")
        for lag, verb, what, sentence in CASES:
            with self.subTest(verb=verb, what=what):
                config = configuration(appliance.prefix, {lag: changed_by(lag, verb, what)})
                self.assertIn(sentence, self.checked(config))
                self.assertIn(sentence, LINES.sub("", appliance.reload(config)))
                words = argument(verb, what)
                with self.assertRaises(telemetry.TelemetryError) as refused:
                    telemetry.ask(appliance.prefix, f"/lagoon/do,{lag},{verb},{words}")
                self.assertIn(sentence, str(refused.exception))
                console = {"add": ("add", "member", lag, words), "remove": ("remove", "member", lag, words),
                           "set": ("set", lag, *words.split(": "))}[verb]
                self.assertIn(sentence, self.console(appliance, *console))
        self.assertEqual(self.console(appliance, "config", "show"), before)

    def test_an_interface_by_another_of_its_names(self):
        appliance = self.enterContext(self.appliance("alias"))
        with self.assertRaises(telemetry.TelemetryError) as refused:
            telemetry.ask(appliance.prefix, f"/lagoon/do,{FAR},add,{flow({'dev': f'net_af_packet9,iface={ALIAS}'})}")
        self.assertIn(f"interface '{ALIAS}' is used already by LAG '{NEAR}'; expected another", str(refused.exception))

    def checked(self, config):
        path = self.appliance("check", config).config_path
        done = subprocess.run([LAGOOND, "--check", "-c", path], check=False, capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        return LINES.sub("", done.stdout + done.stderr)

    @staticmethod
    def console(appliance, *words):
        done = subprocess.run([CONSOLE, "--prefix", appliance.prefix, *words], check=False, capture_output=True, text=True,
                              timeout=PATIENCE_S)
        return done.stdout + done.stderr

    PORTS = ("net_af_packet1,iface=a0", "net_af_packet2,iface=a1", "net_af_packet3,iface=b0", "net_af_packet9,iface=a0")

    def pmd(self, near="", far="member=net_af_packet3", **more):
        """testpmd with the ports 0 to 3, and two LAGs, 4 and 5."""
        return self.program([*self.PORTS, f"{NEAR},mode=4,member=net_af_packet1,member=net_af_packet2{near}",
                             f"{FAR},{far if 'mode=' in far else 'mode=4,' + far}"], **more)

    def test_arguments_of_the_pmd(self):
        for near, far, sentence in (
                ("", "member=net_af_packet2", f"device 'net_af_packet2' is used already by LAG '{NEAR}'; expected another"),
                ("", "member=net_af_packet9", f"interface 'a0' is used already by LAG '{NEAR}'; expected another"),
                ("", "member=net_af_packet3,member=net_af_packet3",
                 f"device 'net_af_packet3' is used already by LAG '{FAR}'; expected another"),
                ("", "min_links=2,member=net_af_packet3", NEEDS_TWO),
                ("", "member=net_af_packet3,min_links=2", NEEDS_TWO),
                ("", "mode=1,member=net_af_packet3,primary=net_af_packet7", f"primary is 'net_af_packet7', {NO_SUCH_PRIMARY}"),
                ("", "primary=0,member=net_af_packet3,mode=1", f"primary is '0', {NO_SUCH_PRIMARY}"),
                ("", "member=[net_af_packet9,port-number=1],member=[net_af_packet3,port-number=1]",
                 "port-number 1 is used already"),
                (f",lacp.system-id={SYSTEM},lacp.key=5", f"member=net_af_packet3,lacp.key=5,lacp.system-id={SYSTEM}",
                 ONE_SYSTEM)):
            with self.subTest(near=near, far=far):
                testpmd = self.pmd(near, far)
                # (a device that is refused ends testpmd at its start; a port, or it says so)
                with contextlib.suppress(RuntimeError), testpmd:
                    testpmd.do("port start 4")
                    testpmd.do("port start 5")
                self.assertIn(sentence, testpmd.text)

    def test_net_bondings_api(self):
        testpmd = self.enterContext(self.pmd(near=",min_links=2", preload=True))
        member = "slave" if "Bad arguments" in testpmd.do("add bonding member 0 5") else "member"
        for command, sentence in (
                (f"add bonding {member} 1 5", f"device 'net_af_packet2' is used already by LAG '{NEAR}'; expected another"),
                (f"add bonding {member} 3 5", f"interface 'a0' is used already by LAG '{NEAR}'; expected another"),
                (f"remove bonding {member} 1 4", NEEDS_TWO)):
            with self.subTest(command=command):
                testpmd.do(command)
                self.assertIn(sentence, testpmd.text)
        self.assertIn("(2): [0 1]", testpmd.do("show bonding config 4"))
        # (net_bonding's programs take out the last, and others in, while it runs)
        testpmd.do(f"remove bonding {member} 2 5")
        self.assertIn("Slaves: []", testpmd.do("show bonding config 5"))
        testpmd.do(f"add bonding {member} 2 5")
        self.assertIn("(1): [2]", testpmd.do("show bonding config 5"))
        testpmd.do("port stop 5")
        testpmd.do("set bonding mode 1 5")
        testpmd.do("set bonding primary 1 5")
        self.assertIn(f"primary is 'net_af_packet2', {NO_SUCH_PRIMARY}", testpmd.text)

    def library(self):
        """A program that makes LAGs with the library and commands them, built as others would."""
        folder = os.path.join(BUILD, "lib", "api")
        words = subprocess.run(["pkg-config", "--cflags", "--libs", "libdpdk"], check=True, capture_output=True, text=True)
        program = os.path.join(self.folder, "library_judge")
        subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-D_DEFAULT_SOURCE",
                        "-I", os.path.join(HERE, "..", "..", "lib", "api"), os.path.join(HERE, "pmd", "library_judge.c"),
                        "-o", program, "-L", folder, "-llagoon", f"-Wl,-rpath,{folder}", *shlex.split(words.stdout)], check=True)

        def run(lags, commands=()):
            """What it says of each LAG, and of each command: (LAG, verb, argument)."""
            options = ["\n".join(f"{key}: {flow(value)}" for key, value in lag.items()) for lag in lags]
            lines = "".join(f"{[lag['name'] for lag in lags].index(lag)} {verb} {words}\n" for lag, verb, words in commands)
            done = subprocess.run(netns.command_in(SPACE, [program, "--no-huge", "-m", "192", "--no-pci", "--no-shconf",
                                                           "--no-telemetry", "--lcores", "0@0", "--", *options]),
                                  input=lines, check=False, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            return done.stdout.splitlines()
        return run

    def test_the_library(self):
        run = self.library()
        cases = [case for case in CASES if " port '" not in case[3] and "wire" not in case[2]]
        good = [lag_of(name) for name in MEMBERS]
        said = run(good, [(lag, verb, argument(verb, what)) for lag, verb, what, _ in cases])
        self.assertEqual(said[:len(good)], ["made"] * len(good))
        self.assertEqual(len(said), len(good) + len(cases))
        for answer, (lag, verb, what, sentence) in zip(said[len(good):], cases):
            with self.subTest("command", lag=lag, verb=verb, what=what):
                self.assertIn(sentence, answer)
        for lag, verb, what, sentence in cases:
            with self.subTest("made", lag=lag, verb=verb, what=what):
                lags = [lag_of(name, changed_by(lag, verb, what) if name == lag else None) for name in MEMBERS]
                self.assertIn(sentence, LINES.sub("", run(lags)[list(MEMBERS).index(lag)]))


class Locks(Case):
    def test_two_lagoonds_and_a_kill(self):
        first = self.appliance("first")
        first.start()
        for name, members, what in (("second", [{"dev": "net_af_packet7,iface=a1"}], "interface 'a1'"),
                                    ("third", [{"dev": f"net_af_packet8,iface={ALIAS}"}], f"interface '{ALIAS}'"),
                                    ("fourth", [{"tap": "host0"}], "interface 'host0'")):
            with self.subTest(what=what):
                other = self.appliance(name, self.small(name, members))
                self.assertIn(f"{what} is in use by lagoond, process {first.pid}", self.refused_start(other))
        os.kill(first.pid, signal.SIGKILL)
        with self.appliance("second", self.small("second", [{"dev": "net_af_packet7,iface=a1"}, {"tap": "host0"}])):
            pass
        self.end(first)

    def test_lagoond_and_a_program_with_the_pmd(self):
        vdevs = ["net_af_packet7,iface=a1", f"{NEAR},mode=4,member=net_af_packet7"]
        first = self.appliance("first")
        first.start()
        # (the program may have the interface, since DPDK's driver is not ours; a LAG on it may not be)
        with self.program(vdevs) as testpmd:
            self.assertIn(f"interface 'a1' is in use by lagoond, process {first.pid}", testpmd.text)
            os.kill(first.pid, signal.SIGKILL)
            self.end(first)
            testpmd.do("port start 1")
            testpmd.until("show port info 1", "Link status: (up|down)")
            other = self.appliance("other", self.small("other", [{"dev": "net_af_packet3,iface=a1"}]))
            said = self.refused_start(other)
            self.assertRegex(said, r"interface 'a1' is in use by dpdk-testpmd, process \d+")

    @staticmethod
    def small(name, members):
        return {"eal": eal_section(f"{SPACE}-{name}"), "lags": [{"name": NEAR, "members": members}]}

    @staticmethod
    def end(appliance):
        """It was killed: what is left of it goes."""
        with contextlib.suppress(LagoondError):
            appliance.stop()


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("dpdk-testpmd") is None:
        print("this takes root, and dpdk-testpmd (package dpdk-dev)")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
