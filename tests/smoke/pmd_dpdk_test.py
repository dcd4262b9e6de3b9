"""DPDK's own tests of bonding (dpdk-test: link_bonding_autotest, link_bonding_rssconf_autotest), with net_lagoon under
net_bonding's API: which of them pass, against the list in docs/pmd.md.

A case that fails leaves its port started, so tests/smoke/pmd/between_cases.c tidies before the next. Which member a given frame
takes is chance here, and a conversation that is to have another member waits; so that nothing else hides behind that, the seed
is one under which the frames of all these cases come out as net_bonding's, and nothing waits.

usage: pmd_dpdk_test.py BUILD        exit code 77: there is no dpdk-test
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))

from lab.testpmd import PLUGIN, environment

BUILD = os.path.abspath(sys.argv[1])
DOCS = os.path.join(HERE, "..", "..", "docs", "pmd.md")
SKIP = 77
PATIENCE_S = 120
CASES = 65
AT_LEAST = 48
# The cases wait for a few milliseconds where others use the CPUs, too.
ATTEMPTS = 3
OPTIONS = "hash-seed=6027,move=at-once"
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| .+ \| .+ \|$", re.MULTILINE)


def documented():
    """The cases of docs/pmd.md that do not pass, by name."""
    with open(DOCS, encoding="utf-8") as file:
        section = file.read().split("## DPDK's own tests")[1]
    return {name for row in ROW.findall(section) for name in re.findall(r"\w+", row)}


def old_name(case):
    """As DPDK 22.11 calls it, and docs/pmd.md: from 23.11 on a slave is a member, and a bonded port a bonding one."""
    return case.replace("_member_", "_slave_").replace("set_bonding_port_", "set_bonded_port_")


class DpdksOwn(unittest.TestCase):
    def tidies(self, folder):
        flags = subprocess.run(["pkg-config", "--cflags", "libdpdk"], check=True, capture_output=True, text=True).stdout
        library = os.path.join(folder, "between_cases.so")
        subprocess.run(["cc", "-O1", "-fPIC", "-shared", *shlex.split(flags), "-o", library,
                        os.path.join(HERE, "pmd", "between_cases.c"), "-ldl"], check=True)
        return library

    def outcome(self, test, folder, env):
        done = subprocess.run(
            ["dpdk-test", "-l", "0", "--no-huge", "-m", "512", "--no-pci", "--file-prefix", f"lgdpdk{os.getpid()}", "-d", PLUGIN],
            env={**env, "DPDK_TEST": test}, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", timeout=PATIENCE_S, check=False)
        said = done.stderr + done.stdout
        self.assertIn("Tests Total", done.stdout, f"it ended with {done.returncode}:\n{said[-3000:]}")
        words = {old_name(case): word for case, word in re.findall(r"TestCase \[ *\d+\] : (?:test_)?(\w+) (\w+)", done.stdout)}
        return {name for name, word in words.items() if word == "succeeded"}, set(words), said

    def test_those_of_the_list_pass(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        env = environment(BUILD, preload=True)
        env["LD_PRELOAD"] += ":" + self.tidies(folder)
        env["LAGOON_BOND_OPTIONS"] = OPTIONS
        differ = documented()
        passed = set()
        for _ in range(ATTEMPTS):
            now, cases, said = self.outcome("link_bonding_autotest", folder, env)
            self.assertEqual(len(cases), CASES)
            passed |= now
            if cases - passed <= differ:
                break
        print(f"    {len(passed)} of {len(cases)} pass", flush=True)
        self.assertEqual(cases - passed - differ, set(), "\n".join(re.findall(r".*Test assert.*|lagoon: .*", said)[:40]))
        self.assertEqual(passed & differ, set(), "these pass, and docs/pmd.md says that they do not")
        self.assertLessEqual(differ, cases)
        self.assertGreaterEqual(len(passed), AT_LEAST)

    def test_rss_is_passed_on(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        passed, cases, said = self.outcome("link_bonding_rssconf_autotest", folder, environment(BUILD, preload=True))
        self.assertEqual((passed, len(passed)), (cases, 3), said[-3000:])


if __name__ == "__main__":
    if shutil.which("dpdk-test") is None:
        print("dpdk-test is in the package dpdk-dev")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
