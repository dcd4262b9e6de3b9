"""DPDK's own tests of bonding (dpdk-test, link_bonding_autotest), with net_lagoon under net_bonding's API: which of them pass.
Where one fails it leaves its port started, and those that come after it fail with it.

usage: pmd_dpdk_test.py BUILD        exit code 77: there is no dpdk-test
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from lab.testpmd import PLUGIN, environment

BUILD = os.path.abspath(sys.argv[1])
SKIP = 77
PATIENCE_S = 150
PASS = """
create_bonded_device create_bonded_device_with_invalid_params add_slave_to_bonded_device add_slave_to_invalid_bonded_device
remove_slave_from_bonded_device remove_slave_from_invalid_bonded_device get_slaves_from_bonded_device
add_already_bonded_slave_to_bonded_device add_remove_multiple_slaves_to_from_bonded_device start_bonded_device
stop_bonded_device set_bonding_mode set_primary_slave status_interrupt adding_slave_after_bonded_device_started
roundrobin_tx_burst roundrobin_tx_burst_slave_tx_fail roundrobin_rx_burst_on_single_slave
roundrobin_rx_burst_on_multiple_slaves roundrobin_verify_promiscuous_enable_disable roundrobin_verify_mac_assignment
close_bonded_device
""".split()


class DpdksOwn(unittest.TestCase):
    def test_those_of_the_list_pass(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                ["dpdk-test", "-l", "0", "--no-huge", "-m", "512", "--no-pci", "--file-prefix", f"lgdpdk{os.getpid()}", "-d", PLUGIN],
                env={**environment(BUILD, preload=True), "DPDK_TEST": "link_bonding_autotest"}, cwd=folder,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                timeout=PATIENCE_S, check=False)
        self.assertIn("Tests Total", done.stdout, f"it ended with {done.returncode}:\n{done.stdout[-3000:]}")
        passed = set(re.findall(r"TestCase \[ *\d+\] : test_(\w+) succeeded", done.stdout))
        print(f"    {len(passed)} pass", flush=True)
        lost = [name for name in PASS if name not in passed]
        self.assertEqual(lost, [], "\n".join(re.findall(r".*Test assert.*|lagoon: .*", done.stdout)[:20]))
        self.assertEqual(passed - set(PASS), set(), "these pass now, too: say so in the list")


if __name__ == "__main__":
    if shutil.which("dpdk-test") is None:
        print("dpdk-test is in the package dpdk-dev")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=sys.argv[:1], verbosity=2)
