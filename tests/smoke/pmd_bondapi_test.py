"""net_bonding's API over net_lagoon, preloaded: testpmd's bonding commands, and a program that knows only the API.

usage: pmd_bondapi_test.py BUILD
"""

import errno
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))

from lab.testpmd import PLUGIN, Testpmd, environment

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
NULLS = ["net_null0", "net_null1"]
VETHS = ["net_af_packet0,iface=a0", "net_af_packet1,iface=b0"]
IN_A_NAMESPACE = ["unshare", "-n", "sh", "-ec", """
for end in a b; do ip link add ${end}0 type veth peer ${end}1; ip link set ${end}0 up; ip link set ${end}1 up; done
exec "$0" "$@" """]


class BondApi(unittest.TestCase):
    def test_every_bonding_command_of_testpmd(self):
        """In the words of 22.11 and, where testpmd is newer, of 23.11 and later."""
        testpmd = self.enterContext(Testpmd(BUILD, NULLS, preload=True))
        older = "Bad arguments" not in testpmd.do("create bonded device 2 0")
        member, device = ("slave", "bonded") if older else ("member", "bonding")
        if not older:
            self.assertIn("on (port 2)", testpmd.do(f"create {device} device 2 0"))
        self.assertIn("Driver name: net_lagoon", testpmd.do("show port info 2"))
        for command in (f"add bonding {member} 0 2", f"add bonding {member} 1 2", "set bonding mode 4 2",
                        "set bonding primary 1 2", "set bonding balance_xmit_policy 2 l34", "set bonding mon_period 2 100",
                        "set bonding mac_addr 2 02:00:00:00:00:77", "set bonding agg_mode 2 bandwidth",
                        "set bonding lacp dedicated_queues 2 enable"):
            self.assertNotRegex(testpmd.do(command), "(?i)fail|error|invalid|bad arguments", command)
        for shown in ("Bonding mode: ", "bandwidth", "[0 1]", "[1]"):
            self.assertIn(shown, testpmd.do("show bonding config 2"))
        self.assertIn("02:00:00:00:00:77", testpmd.do("port start 2"))
        if older:
            lacp = testpmd.do("show bonding lacp info 2")
            for shown in ("aggregation mode: bandwidth", "Slave Port: 0", "Slave Port: 1", "short timeout: 3000 ms"):
                self.assertIn(shown, lacp)
        testpmd.do(f"remove bonding {member} 1 2")
        self.assertIn("(1): [0]", testpmd.do("show bonding config 2"))
        testpmd.do("port stop 2")
        testpmd.do("set bonding mode 1 2")
        testpmd.do("port start 2")
        testpmd.until("show port info 2", "Link status: up")
        self.assertRegex(testpmd.do("show bonding config 2"), r"Active (Slave|Member)s \(1\): \[0\]")
        self.assertEqual(testpmd.quit(), 0)

    def program(self, folder, source, more=()):
        def pkg_config(what):
            return shlex.split(subprocess.run(["pkg-config", what, "libdpdk"], check=True, capture_output=True, text=True).stdout)

        program = os.path.join(folder, "bond_program")
        subprocess.run(["cc", "-O1", *pkg_config("--cflags"), "-o", program, os.path.join(HERE, "pmd", source),
                        *pkg_config("--libs"), *more, "-lrte_net_bond"], check=True)
        return program

    def run_program(self, more, env, source="bond_program.c", wrapper=(), members=NULLS, more_flags=()):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="lagoon-bondapi-"))
        eal = ["--no-huge", "-m", "128", "--no-pci", "--no-shconf", "--no-telemetry", "--lcores", "0@0",
               *(word for member in members for word in ("--vdev", member))]
        done = subprocess.run([*wrapper, self.program(folder, source, more_flags), *eal, *more], check=False, capture_output=True, text=True, env=env,
                              cwd=folder, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_a_program_that_was_written_for_net_bonding(self):
        for driver, more, env in (("net_bonding", [], dict(os.environ)),
                                  ("net_lagoon", ["-d", PLUGIN], environment(BUILD, preload=True))):
            with self.subTest(driver=driver):
                self.assertIn(f"driver {driver} mode 2 policy 2 members 2 active 2 primary 0 frames yes",
                              self.run_program(more, env))

    def test_no_name_is_refused(self):
        said = self.run_program(["-d", PLUGIN], {**environment(BUILD, preload=True), "WITHOUT_NAME": "1"})
        self.assertIn(f"without a name: {-errno.EINVAL} {-errno.EINVAL}", said)

    def test_the_primary_of_the_arguments_is_preferred(self):
        for primary in ("net_null1", "1"):
            with self.subTest(primary=primary), Testpmd(BUILD, [*NULLS, "net_lagoon0,mode=1,member=net_null0,member=net_null1,"
                                                                f"primary={primary}"], preload=True) as testpmd:
                testpmd.do("port start 2")
                testpmd.until("show port info 2", "Link status: up")
                shown = testpmd.do("show bonding config 2")
                self.assertRegex(shown, r"Active (Slave|Member)s \(2\): \[0 1\]")
                self.assertIn("Primary: [1]", shown)

    def test_what_a_program_finds_at_the_ports(self):
        if os.geteuid() != 0:
            self.skipTest("interfaces are made by root")
        said = self.run_program(["-d", PLUGIN], environment(BUILD, preload=True), "bond_members.c", IN_A_NAMESPACE, VETHS)
        self.assertEqual(re.findall(r"\w+ no", said), [], said)
        self.assertEqual(len(re.findall(r"\w+ yes", said)), 12)
        self.assertIn("policy at first: 2", said)

    def test_what_is_wrong_is_an_error_with_net_bondings_number(self):
        """Under AddressSanitizer, which the driver gets its memory from."""
        env = environment(BUILD)
        said = self.run_program(["-d", PLUGIN], env, "bond_misuse.c", more_flags=(
            "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-L" + env["LD_LIBRARY_PATH"],
            "-lrte_net_lagoon_bondapi"))
        self.assertRegex(said, r"calls \d{3} wrong 0")

    def test_what_the_port_does_not_answer(self):
        """Each of docs/pmd.md's table, and no other."""
        with open(os.path.join(HERE, "..", "..", "docs", "pmd.md"), encoding="utf-8") as file:
            table = file.read().split("**What it does not answer**")[1].split("\n- **")[0]
        rows = re.findall(r"^  \| (`rte.+?) \|", table, re.MULTILINE)
        documented = {call for row in rows for call in re.findall(r"rte_\w+", row)}
        said = self.run_program(["-d", PLUGIN], environment(BUILD, preload=True), "port_calls.c", more_flags=("-DALLOW_EXPERIMENTAL_API",))
        answers = dict(re.findall(r"^(rte_\w+) (-?\d+)$", said, re.MULTILINE))
        self.assertEqual({call for call, answer in answers.items() if int(answer) == -errno.ENOTSUP}, documented)
        self.assertEqual(set(answers), documented)

    def test_options_that_the_api_has_no_words_for_come_by_the_environment(self):
        env = {**environment(BUILD, preload=True), "LAGOON_BOND_OPTIONS": "hash=l2"}
        self.assertIn("policy at first: 0", self.run_program(["-d", PLUGIN], env, "bond_members.c"))
        with self.assertRaisesRegex(AssertionError, "did you mean 'min-links'"):
            self.run_program(["-d", PLUGIN], {**env, "LAGOON_BOND_OPTIONS": "min-link=2"}, "bond_members.c")


if __name__ == "__main__":
    if shutil.which("dpdk-testpmd") is None:
        print("dpdk-testpmd is not installed (package dpdk-dev)")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
