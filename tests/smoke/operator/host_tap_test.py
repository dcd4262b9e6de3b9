"""A tap that the host's own configuration has made: lagoond uses it, and leaves it as it was, however it ends.

usage: host_tap_test.py LAGOOND        Needs root.
"""

import json
import os
import subprocess
import sys
import unittest

from lab import ROOT
from lab.conformance import Lab, ip
from lab.waiting import wait_for

LAGOOND = sys.argv[1]
SKIP = 77
TAP = "lagoon0"
ADDRESS = "02:11:22:33:44:55"
LAG = {"mode": "balance-xor", "lacp": {}}
NETWORK = os.path.join(ROOT, "config", "network")
NETWORKD = "/lib/systemd/systemd-networkd"


def said(*words):
    return json.loads(subprocess.check_output(["ip", "-json", *words]))


def own_facts():
    """What is the host's: all of it is to survive."""
    link = said("link", "show", TAP)[0]
    flags = sorted(set(link["flags"]) - {"LOWER_UP", "NO-CARRIER"})
    addresses = sorted((a["local"], a["prefixlen"]) for a in said("addr", "show", TAP)[0]["addr_info"] if a["scope"] == "global")
    routes = sorted((r["dst"], r.get("gateway", "")) for family in ("-4", "-6") for r in said(family, "route", "show", "dev", TAP)
                    if not r["dst"].startswith("fe80"))
    return {"address": link["address"], "mtu": link["mtu"], "flags": flags, "addresses": addresses, "routes": routes}


def commands_of_ifupdown():
    """What `ifup` would run for the stanza of the documentation: its own lines, and the method static's."""
    with open(os.path.join(NETWORK, "interfaces"), encoding="ascii") as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    option = dict(line.split(None, 1) for line in lines if line.split()[0] in ("address",))
    run = {when: [line.split(None, 1)[1] for line in lines if line.startswith(when + " ")] for when in ("pre-up", "up")}
    return [*run["pre-up"], f"ip addr add {option['address']} dev {TAP}", f"ip link set {TAP} up", *run["up"]]


class HostTap(unittest.TestCase):
    def setUp(self):
        self.lab = Lab(LAGOOND)
        self.addCleanup(self.lab.close)

    def made_by_ifupdown(self):
        for command in commands_of_ifupdown():
            subprocess.run(command.split(), check=True)
        ip("link", "set", TAP, "address", ADDRESS)
        with open(f"/proc/sys/net/ipv6/conf/{TAP}/disable_ipv6", "w", encoding="ascii") as file:
            file.write("0")
        ip("-6", "addr", "add", "fd00:77::1/64", "dev", TAP, "nodad")
        ip("-6", "route", "add", "fd00:78::/64", "via", "fd00:77::2")

    def made_by_networkd(self):
        """It runs as long as the test, with a /run of its own. (Where /sys may be written it would wait for udev.)"""
        ip("link", "set", "lo", "up")
        script = ("mount -t tmpfs tmpfs /run && mount -t sysfs -o ro sysfs /sys && mkdir -p /run/systemd/network /run/systemd/netif/links "
                  f"&& cp {NETWORK}/10-* /run/systemd/network && exec {NETWORKD}")
        process = subprocess.Popen(["unshare", "--mount", "sh", "-c", script], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        has_route = ["ip", "route", "show", "10.10.0.0/16"]
        self.assertIsNotNone(wait_for(lambda: b"via" in subprocess.check_output(has_route), 10), "networkd has made no tap")

    def start(self):
        self.lab.start(links=1, host=TAP, lag=LAG)
        self.assertTrue(self.lab.until(lambda: self.lab.member(0)["distributing"], 10), self.lab.log_text())
        self.assertTrue(self.lab.until(lambda: "LOWER_UP" in said("link", "show", TAP)[0]["flags"], 5))

    def while_it_runs(self, before):
        """The LAG's address and MTU are its own, all else is the host's."""
        now = own_facts()
        self.assertEqual(now["address"], self.lab.status()["address"])
        self.assertEqual((now["addresses"], now["routes"]), (before["addresses"], before["routes"]))

    def test_ifupdowns_survives_stop_start_and_kill(self):
        self.made_by_ifupdown()
        self.survives()

    @unittest.skipUnless(os.path.exists(NETWORKD), "systemd-networkd is not installed")
    def test_networkds_survives_stop_start_and_kill(self):
        self.made_by_networkd()
        self.survives()

    def survives(self):
        before = own_facts()
        self.assertTrue(before["addresses"] and before["routes"])
        print("   ", before, flush=True)
        self.start()
        self.while_it_runs(before)
        self.assertEqual(self.lab.stop(), 0)
        self.assertEqual(own_facts(), before)
        self.lab.stopping = False
        self.start_again(before)
        self.lab.process.kill()
        self.lab.process.wait()
        killed = own_facts()
        self.assertEqual((killed["addresses"], killed["routes"]), (before["addresses"], before["routes"]))
        self.start_again(before)
        self.assertEqual(self.lab.stop(), 0)
        self.assertEqual(own_facts(), before)

    def start_again(self, before):
        self.lab.log.close()
        for wire in self.lab.wires:
            wire.socket.close()
            ip("link", "del", wire.name)
        self.start()
        self.while_it_runs(before)

    def test_one_that_was_down_is_down_again(self):
        self.made_by_ifupdown()
        ip("link", "set", TAP, "down")
        before = own_facts()
        self.start()
        self.assertEqual(self.lab.stop(), 0)
        self.assertEqual(own_facts(), before)

    def test_without_one_it_is_made_and_goes_with_lagoond(self):
        self.start()
        self.assertEqual(self.lab.stop(), 0)
        gone = subprocess.run(["ip", "link", "show", TAP], capture_output=True, check=False)
        self.assertNotEqual(gone.returncode, 0)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
