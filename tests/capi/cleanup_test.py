"""EAL is cleaned up while a LAG runs, in the library and in the driver: nothing crashes, and the program ends with 0.

usage: cleanup_test.py PROGRAM [FOLDER of librte_net_lagoon.so]
"""

import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
PLUGIN = os.path.join(os.path.abspath(sys.argv[2]), "librte_net_lagoon.so") if len(sys.argv) > 2 else None
TRIES = 5
MEMBERS = {"ring": ["net_ring0", "net_ring1"], "null": ["net_null0", "net_null1"]}


class Cleanup(unittest.TestCase):
    def ends_well(self, how, lag, vdevs, options=()):
        words = [word for vdev in vdevs for word in ("--vdev", vdev)]
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "XDG_RUNTIME_DIR": folder}
            if PLUGIN:
                environment["LD_LIBRARY_PATH"] = os.path.dirname(PLUGIN)
            for _ in range(TRIES):
                done = subprocess.run(
                    [PROGRAM, how, lag, "-l", str(min(os.sched_getaffinity(0))), "--no-huge", "-m", "128", "--no-pci", "--no-shconf",
                     "--no-telemetry", *options, *words], capture_output=True, text=True, timeout=60, check=False, env=environment)
                self.assertEqual(done.returncode, 0, f"{how} {lag} {vdevs}\n{done.stderr[-2000:]}")

    def test_of_the_library(self):
        for name, members in MEMBERS.items():
            for how in ("cleanup", "exit"):
                with self.subTest(name, how=how):
                    self.ends_well(how, "library", members)

    @unittest.skipUnless(PLUGIN, "the driver is not built")
    def test_of_the_driver_whatever_the_order_of_devices(self):
        for name, members in MEMBERS.items():
            ours = "net_lagoon0,mode=4," + ",".join(f"member={member}" for member in members)
            for how in ("cleanup", "exit", "remove"):
                for vdevs in ([*members, ours], [ours, *members]):
                    with self.subTest(name, how=how, first=vdevs[0]):
                        self.ends_well(how, "net_lagoon0", vdevs, ["-d", os.path.basename(PLUGIN)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
