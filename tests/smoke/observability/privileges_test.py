"""What lagoond keeps of root's powers: started as root, as a user of its own, and without any.

usage: privileges_test.py LAGOOND LAGOON_CONSOLE
"""

import contextlib
import os
import pwd
import subprocess
import sys
import unittest

from lab.hostile import folder_of
from lab.waiting import wait_for
from stage import telemetry
from stage.as_user import AsUser
from stage.lagoond import Appliance, LagoondError, eal_section
from stage.stage import Stage

LAGOOND, CONSOLE = map(os.path.abspath, sys.argv[1:3])
NET = 1 << 12 | 1 << 13  # CAP_NET_ADMIN, CAP_NET_RAW
KEYS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
USER = "nobody"
AS_USER = ["setpriv", f"--reuid={USER}", "--regid=nogroup", "--clear-groups"]


def sets_of(pid):
    """By thread: its capability sets, NoNewPrivs and user."""
    threads = {}
    for tid in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/task/{tid}/status", encoding="ascii") as file:
            words = dict(line.split(":\t", 1) for line in file if ":\t" in line)
            threads[tid] = ({key: int(words[key], 16) for key in KEYS}, int(words["NoNewPrivs"]),
                            int(words["Uid"].split()[0]))
    return threads


class Privileges(unittest.TestCase):
    def setUp(self):
        self.path = folder_of(self)
        os.chmod(self.path("."), 0o777)
        self.stage = self.enterContext(Stage(2))

    def lagoond(self, name, started_as=(), **more):
        """A static LAG of two members and a tap, where the partner is the kernel's own interface."""
        config = {"eal": {**eal_section(f"lg{os.getpid()}-{name}"), "memory": "128M"},
                  "ports": [{"name": "host0", "tap": "host0"}],
                  "lags": [{"name": "lag0", "mode": "active-backup",
                            "members": [{"dev": f"net_af_packet1,iface={self.stage.near_ifaces[0]}"}]}],
                  "forward": [["host0", "lag0"]], **more}
        popen = lambda argv, **options: self.stage.popen_net([*started_as, *argv], **options)
        made = Appliance(LAGOOND, config, popen, self.path, name, "lag0")
        os.chmod(made.config_path, 0o644)
        self.addCleanup(made.__exit__, RuntimeError)
        return made

    def check_sets(self, pid, kept, uid, bounded=True):
        threads = sets_of(pid)
        self.assertGreater(len(threads), 5)
        for tid, (sets, no_new, user) in threads.items():
            wanted = {"CapInh": 0, "CapPrm": kept, "CapEff": kept, "CapBnd": 0 if bounded else sets["CapBnd"], "CapAmb": 0}
            self.assertEqual((sets, no_new, user), (wanted, 1, uid), f"thread {tid}")

    def check_traffic(self):
        """A ping from the kernel's end of the tap to the partner's interface, through the LAG."""
        net = lambda *words: self.stage.run_net(words, check=True, capture_output=True, text=True)
        net("ip", "addr", "replace", "10.77.3.1/24", "dev", "host0")
        subprocess.run(["ip", "-n", self.stage.par, "addr", "replace", "10.77.3.2/24", "dev", self.stage.far_ifaces[0]], check=True)
        subprocess.run(["ip", "-n", self.stage.par, "link", "set", self.stage.far_ifaces[0], "arp", "on", "up"], check=True)
        self.assertTrue(wait_for(lambda: self.stage.run_net(["ping", "-c", "1", "-W", "1", "10.77.3.2"], check=False,
                                                            capture_output=True).returncode == 0, 8))

    def test_started_as_root_it_keeps_what_its_devices_need_and_goes_on(self):
        lagoond = self.lagoond("root").start()
        self.check_sets(lagoond.pid, NET, 0)
        self.check_traffic()
        # what comes later works as well: a member, a new file, an address and an MTU
        far = self.stage.near_ifaces[1]
        lagoond.do("add", f'{{ dev: "net_af_packet2,iface={far}" }}')
        self.assertEqual(len(lagoond.status()["members"]), 2)
        lagoond.do("set", "mtu: 1400")
        lagoond.config["lags"][0]["mtu"] = 1300
        lagoond.config["lags"][0]["members"].append({"dev": f"net_af_packet2,iface={far}"})
        self.assertIn("applied", lagoond.reload(lagoond.config))
        self.check_sets(lagoond.pid, NET, 0)
        lagoond.stop()
        with open(lagoond.log_path, encoding="utf-8") as log:
            self.assertNotIn("ermission", log.read())

    def test_a_lagoond_of_wires_keeps_nothing(self):
        config = {"ports": [{"name": "p", "dev": "net_null0,no-rx=1"}],
                  "lags": [{"name": "lag0", "mode": "active-backup", "members": [{"dev": "net_null1,no-rx=1"}]}],
                  "forward": [["p", "lag0"]]}
        another = f'{{ dev: "net_af_packet2,iface={self.stage.near_ifaces[1]}" }}'
        lagoond = self.lagoond("wires", **config).start()
        self.check_sets(lagoond.pid, 0, 0)
        with self.assertRaisesRegex(telemetry.TelemetryError, r"keep-capabilities: \[net_admin, net_raw\]"):
            lagoond.do("add", another)
        lagoond.stop()
        kept = self.lagoond("kept", **config, **{"keep-capabilities": ["net_admin", "net_raw"]}).start()
        self.check_sets(kept.pid, NET, 0)
        kept.do("add", another)
        kept.stop()

    def test_as_a_user_with_these_capabilities_it_does_its_work(self):
        user = AsUser(USER, self.path("run"))
        lagoond = self.lagoond("given", user.words)
        uid = pwd.getpwnam(USER).pw_uid
        os.environ["RUNTIME_DIRECTORY"] = user.folder
        self.addCleanup(os.environ.pop, "RUNTIME_DIRECTORY", None)
        lagoond.start()
        self.check_sets(lagoond.pid, NET, uid, bounded=False)
        self.check_traffic()
        lagoond.stop()

    def test_it_becomes_the_user_that_its_file_names(self):
        lagoond = self.lagoond("becomes", user=USER).start()
        self.check_sets(lagoond.pid, NET, pwd.getpwnam(USER).pw_uid)
        self.check_traffic()
        shown = subprocess.run([CONSOLE, "--prefix", lagoond.prefix, "show", "lag"], check=False, capture_output=True, text=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("lag0", shown.stdout)
        # Two users, one interface: it is in use, whoever has it.
        second = self.lagoond("second")
        with self.assertRaisesRegex(LagoondError, "is in use by .*lagoond, process"):
            second.start()
        lagoond.stop()

    def test_without_them_it_says_what_it_lacks(self):
        os.environ["RUNTIME_DIRECTORY"] = self.path(".")
        self.addCleanup(os.environ.pop, "RUNTIME_DIRECTORY", None)
        with self.assertRaisesRegex(LagoondError, "needs the capabilities CAP_NET_ADMIN and CAP_NET_RAW"):
            self.lagoond("none", AS_USER).start()
        with self.assertRaisesRegex(LagoondError, "there is no user 'nosuchuser'"):
            self.lagoond("unknown", user="nosuchuser").start()


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
