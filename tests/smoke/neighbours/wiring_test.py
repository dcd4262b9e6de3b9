"""Cables that are wrong, with real partners and with frames by hand: each is named by a sentence with both of its ends, and
is over when it is mended. What lldpd, Open vSwitch and we say of each other.

usage: wiring_test.py BUILD        Needs root.

    link  0 1  2 3     LAGs a and b, of Open vSwitches one (0, 2) and two (1, 3): two cables are swapped
    link  4 5 6  7 8   LAG c: three lead to one; 7, with 8 in a channel of two's, does not
    link  9            LAG d: only LLDP, of another system than is expected
    link 10            LAG e: two systems on one cable
    link 11 12         LAG f: a loop
    link 13 14         LAG g, without LACP: one port out of the channel, with another size of frames and another VLAN
    link 15            LAG h, without LACP: lldpd
"""

import json
import os
import shutil
import subprocess
import sys
import time
import unittest

from lab import lldp
from lab.waiting import until, wait_for
from demo import binaries_in  # isort: skip (lab says where it is)
from stage import netns
from stage.lagoond import Appliance, eal_section, member
from stage.openvswitch import OpenVSwitch
from stage.stage import Stage

BUILD = sys.argv[1]
ONE, TWO = (0, 2, 4, 5, 6), (1, 3, 7, 8)
PATIENCE_S = 20.0
CONFINED = "/run/lldpd"  # where lldpd goes; Debian's service makes it
LLDPD = 15
STATIC = ("g", "h")
LAGS = {"a": (0, 1), "b": (2, 3), "c": (4, 5, 6, 7), "d": (9,), "e": (10,), "f": (11, 12), "g": (13, 14), "h": (15,)}
# An Open vSwitch tells each port's own address, which the stage has made 02:00:00:00:0b:NN, N from 1 on.
EXPECTED = {
    ("a", 1, "swapped"): r"the cables of a/m1 and b/m2 are swapped: a/m1 leads to 02:00:00:00:0b:02 port vb1, b/m2 to "
                         r"02:00:00:00:0b:03 port vb2; exchange them at one end",
    ("b", 2, "swapped"): r"the cables of a/m1 and b/m2 are swapped.*",
    ("c", 7, "wrong_switch"): r"leads to 02:00:00:00:0b:08 port vb7, and 3 other members to 02:00:00:00:0b:05: move its cable .*",
    ("d", 9, "no_lacp"): r"sw9 port e9 speaks LLDP and no LACP: .*",
    ("d", 9, "not_as_planned"): r"leads to sw9 port e9, and is to lead to sw8 port e9: .*",
    ("e", 10, "shared_segment"): r"2 systems answer on its cable \((pc port eth0, sw1 port e1|sw1 port e1, pc port eth0)\): .*",
    ("e", 10, "no_lacp"): r".*",
    ("f", 11, "loop"): r"its cable leads back to this LAG, to f/m12: take one of its ends out",
    ("f", 12, "loop"): r"its cable leads back to this LAG, to f/m11: .*",
    ("g", 14, "not_in_channel"): r"sw1 port e14 is not in the channel of sw1 port e13: put it there",
    ("g", 14, "mtu_differs"): r"sw1 port e14 takes frames of at most 1522 octets, and sw1 port e13 9022: make them alike",
    ("g", 14, "pvid_differs"): r"sw1 port e14 has the port VLAN 7, and sw1 port e13 1: make them alike",
}


def lag(name, links):
    made = {"name": name, "mode": "balance-xor" if name in STATIC else "lacp", "mac": f"02:00:00:00:0c:{ord(name):02x}",
            "members": [{**member(f"va{i}", i), "name": f"m{i}"} for i in links]}
    if name == "d":
        made["members"][0]["expect"] = {"system": "sw8", "port": "e9"}
    return made if name in STATIC else {**made, "lacp": {"rate": "fast", "aggregate-wait": "100ms"}}


class Wiring(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage = Stage(16)
        cls.addClassCleanup(stage.close)
        stage.__enter__()
        cls.console = os.path.join(BUILD, "app", "console", "lagoon-console")
        netns.ip_batch(stage.par, [f"link set vb{i} netns {stage.lan}" for i in TWO])
        netns.ip_batch(stage.lan, [f"link set vb{i} arp off up" for i in TWO])
        stage.splice("vb11", "vb12")
        cls.switches = [cls.switch(n, namespace, bonds) for n, (namespace, bonds) in enumerate(
            ((stage.par, ((0, 2), (4, 5, 6))), (stage.lan, ((1, 3), (7, 8)))))]
        cls.start_lldpd()
        frames = [("vb9", lldp.frame("sw9", "e9")), ("vb10", lldp.frame("sw1", "e1")), ("vb10", lldp.frame("pc", "eth0")),
                  ("vb13", lldp.frame("sw1", "e13", aggregate=5, frame_size=9022, vlan=1)),
                  ("vb14", lldp.frame("sw1", "e14", aggregate=0, frame_size=1522, vlan=7))]
        tellers = lldp.Tellers(stage.par, frames)
        tellers.__enter__()
        cls.addClassCleanup(tellers.close)
        cls.lagoond = Appliance(binaries_in(BUILD)["lagoond"], {
            "eal": eal_section(f"{stage.tag}-near"), "lags": [lag(*one) for one in LAGS.items()]},
            stage.popen_net, stage.path, "near", "a")
        cls.addClassCleanup(cls.lagoond.__exit__, RuntimeError)
        cls.lagoond.start()

    @classmethod
    def switch(cls, number, namespace, bonds):
        made = OpenVSwitch(cls.stage, popen=lambda argv, **more: cls.stage.popen_in(namespace, argv, **more),
                           folder=f"ovs{number}")
        cls.addClassCleanup(made.stop)
        made.start()
        words = ["add-br", f"br{number}", "--", "set", "bridge", f"br{number}", "datapath_type=netdev"]
        for n, links in enumerate(bonds):
            ports = [f"vb{i}" for i in links]
            words += ["--", "add-bond", f"br{number}", f"bond{n}", *ports, "lacp=active", "other_config:lacp-time=fast"]
            for port in ports:
                words += ["--", "set", "interface", port, "lldp:enable=true"]
        made.vsctl(*words)
        return made

    @classmethod
    def start_lldpd(cls):
        if not os.path.exists(CONFINED):
            os.makedirs(CONFINED)
            cls.addClassCleanup(shutil.rmtree, CONFINED, ignore_errors=True)
        netns.ip_batch(cls.stage.par, [f"link set vb{LLDPD} arp on multicast on"])  # (it passes over others)
        os.chmod(cls.stage.workdir, 0o711)  # (its user opens the socket)
        cls.lldpd_socket = cls.stage.path("lldpd.sock")
        with open(cls.stage.path("lldpd.log"), "wb") as log:
            cls.lldpd = cls.stage.popen_partner(
                ["lldpd", "-d", "-u", cls.lldpd_socket, "-I", f"vb{LLDPD}", "-C", f"vb{LLDPD}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        # (it rests until it is configured)
        if wait_for(lambda: cls.of_lldpd("resume").returncode == 0, PATIENCE_S) is None:
            raise AssertionError("lldpd does not answer")
        # (else we would hear it half a minute after its first frame)
        cls.of_lldpd("configure", "lldp", "tx-interval", "2")

    @classmethod
    def of_lldpd(cls, *words):
        return subprocess.run(netns.command_in(cls.stage.par, ["lldpcli", "-u", cls.lldpd_socket, *words]), capture_output=True,
                              text=True, check=False, timeout=20)

    def shown(self, name):
        done = subprocess.run([self.console, "--prefix", self.lagoond.prefix, "show", "lag", name, "as", "json"],
                              capture_output=True, text=True, check=True, timeout=20)
        return json.loads(done.stdout)

    def faults(self):
        return {(name, int(one["member"][1:]), one["fault"]): one["sentence"]
                for name in LAGS for one in self.shown(name)["wiring"]}

    def neighbors(self, name):
        return {one["member"]: one for one in self.shown(name)["neighbors"]}

    def test_1_each_wrong_cable_is_named_by_both_ends(self):
        found = until(self.faults, lambda faults: faults.keys() == EXPECTED.keys(), PATIENCE_S)
        self.assertEqual(found.keys(), EXPECTED.keys())
        for key, sentence in EXPECTED.items():
            self.assertRegex(found[key], f"^{sentence}$")
        told = subprocess.run([self.console, "--prefix", self.lagoond.prefix, "show", "health"], capture_output=True, text=True,
                              check=True).stdout
        self.assertRegex(told, r"a/m1 +swapped: the cables of a/m1 and b/m2 are swapped")
        journal = subprocess.run([self.console, "--prefix", self.lagoond.prefix, "show", "events", "a", "as", "json"],
                                 capture_output=True, text=True, check=True).stdout
        self.assertIn(("wiring", "swapped", found["a", 1, "swapped"]),
                      [(one["kind"], one["to"], one["evidence"]) for one in json.loads(journal)])

    def test_2_lldpd_and_open_vswitch_know_us_and_we_them(self):
        seen = until(self.asked_of_lldpd, patience=PATIENCE_S)
        with open(self.stage.path("lldpd.log"), encoding="utf-8", errors="replace") as log:
            self.assertTrue(seen, log.read())
        chassis = next(iter(seen["chassis"].values()))
        self.assertEqual(chassis["id"], {"type": "mac", "value": "02:00:00:00:0c:68"})
        self.assertEqual(seen["port"]["id"], {"type": "ifname", "value": "h/m15"})
        self.assertEqual(seen["port"]["descr"], "member m15 of h")
        self.assertIn("Lagoon", chassis["descr"])
        self.assertEqual(seen["port"]["ttl"], "121")
        self.assertEqual(seen["port"]["aggregation"], str(1 + list(LAGS).index("h")))
        its = self.neighbors("h")["m15"]
        self.assertEqual(its["port_description"], f"vb{LLDPD}")
        self.assertEqual((its["aggregated"], its["lagoon"]), (False, False))
        self.assertTrue(its["system_description"])
        for switch, ports in zip(self.switches, ((0, 4), (1, 7))):
            counted = switch.appctl("autoattach/statistics")
            for i in ports:
                own = counted.split(f"Statistics: vb{i}\n")[1].split("Statistics:")[0]
                self.assertRegex(own, r"rx cnt: [1-9]")
                self.assertRegex(own, r"insert cnt: 1\n")
                self.assertRegex(own, r"rx discarded cnt: 0\n")
        self.assertEqual(self.neighbors("c")["m4"]["port"], "vb4")

    def asked_of_lldpd(self):
        done = self.of_lldpd("-f", "json", "show", "neighbors", "details")
        if done.returncode != 0:
            return None
        interfaces = json.loads(done.stdout)["lldp"].get("interface")
        if not interfaces:
            return None
        one = interfaces if isinstance(interfaces, dict) else interfaces[0]
        return one[f"vb{LLDPD}"]

    def test_3_who_leaves_is_gone_at_once_and_who_is_silent_after_its_time(self):
        lldp.send(self.stage.par, "vb9", lldp.frame("ghost", "e1", ttl=2))
        said = until(lambda: self.told("d", "ghost port e1"), lambda told: told[-1:] == ["expired"], 10)
        self.assertEqual(said, ["appeared", "expired"])
        begun = time.monotonic()
        self.lldpd.terminate()
        self.assertEqual(until(lambda: self.neighbors("h"), lambda known: not known, 10), {})
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(self.told("h", f"vb{LLDPD}")[-1], "left")

    def told(self, name, who):
        done = subprocess.run([self.console, "--prefix", self.lagoond.prefix, "show", "events", name, "last", "500", "as", "json"],
                              capture_output=True, text=True, check=True)
        return [one["to"] for one in json.loads(done.stdout) if one["kind"] == "neighbor" and who in one["evidence"]]

    def test_4_a_cable_that_is_moved_back_is_right_again(self):
        """At the switch: the two ends change places, as the sentence says."""
        one, two = self.switches
        for switch, bridge, old in ((one, "br0", (0, 2)), (two, "br1", (1, 3))):
            switch.vsctl("del-port", bridge, "bond0")
        netns.ip_batch(self.stage.par, [f"link set vb2 netns {self.stage.lan}"])
        netns.ip_batch(self.stage.lan, [f"link set vb1 netns {self.stage.par}", "link set vb2 arp off up"])
        netns.ip_batch(self.stage.par, ["link set vb1 arp off up"])
        for switch, bridge, ports in ((one, "br0", ("vb0", "vb1")), (two, "br1", ("vb2", "vb3"))):
            switch.vsctl("add-bond", bridge, "bond0", *ports, "lacp=active", "other_config:lacp-time=fast",
                         *[word for port in ports for word in ("--", "set", "interface", port, "lldp:enable=true")])
        left = until(lambda: {key for key in self.faults() if key[0] in "ab"}, lambda keys: not keys, PATIENCE_S)
        self.assertEqual(left, set())
        up = until(lambda: [self.shown(name)["distributing_members"] for name in "ab"], lambda all_of: all_of == [2, 2], PATIENCE_S)
        self.assertEqual(up, [2, 2])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
