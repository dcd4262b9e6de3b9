"""LAGs that find their members by themselves: six candidates, two Open vSwitches, and cables that are moved under traffic.

usage: auto_lag_test.py BUILD        Needs root.
"""

import json
import os
import re
import subprocess
import sys
import time
import unittest

from lab.streams import Stream
from lab.waiting import wait_for
from demo import binaries_in  # isort: skip (lab says where it is)
from stage import netns
from stage.lagoond import Appliance, eal_section, member
from stage.openvswitch import OpenVSwitch
from stage.partners.ovs import BOND, BRIDGE, OvsPartner
from stage.stage import Stage

BUILD = sys.argv[1]
SETTLE_S = 3.0
PATIENCE_S = 20.0
# (of as many ports the lower System is served first, so the first switch gets lag0)
SYSTEMS = ("02:00:00:00:51:01", "02:00:00:00:51:02")
ACCESS = "lan0"
RATE = 2000


class First(OvsPartner):
    """Has links 0 to 2, and the host behind it."""

    is_guest = False

    def _start(self, rate):
        self._switch = OpenVSwitch(self.stage)
        self._switch.start()
        channel(self._switch, ["vb0", "vb1", "vb2"], SYSTEMS[0], "--", "add-port", BRIDGE, self.far_access)

    @property
    def switch(self):
        return self._switch


def channel(switch, ports, system, *more):
    lldp = [word for port in ports for word in ("--", "set", "interface", port, "lldp:enable=true")]
    switch.vsctl("add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "datapath_type=netdev", *more,
                 "--", "add-bond", BRIDGE, BOND, *ports, "lacp=active", "bond_mode=balance-tcp",
                 "other_config:lacp-time=fast", f"other_config:lacp-system-id={system}", *lldp)


class Host:
    is_guest = False

    def __init__(self, stage):
        self.ip = stage.lan_ip
        self._stage = stage

    def popen(self, argv, stdout_path):
        with open(stdout_path, "wb") as out, open(f"{stdout_path}.err", "wb") as err:
            return self._stage.popen_in(self._stage.lan, argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err)


class AutoLag(unittest.TestCase):
    def setUp(self):
        self.stage = self.enterContext(Stage(6))
        self.first = First()
        self.first.ip = self.stage.far_ip
        self.first.start(self.stage)
        # (an Open vSwitch has a namespace for itself)
        self.elsewhere = f"{self.stage.tag}-c1"
        netns.create(self.elsewhere)
        self.addCleanup(netns.remove, self.elsewhere)
        netns.ip_batch(self.stage.par, [f"link set vb{i} netns {self.elsewhere}" for i in (3, 4, 5)])
        netns.ip_batch(self.elsewhere, [f"link set vb{i} arp off up" for i in (3, 4, 5)])
        self.second = OpenVSwitch(self.stage, popen=lambda argv, **more: self.stage.popen_in(self.elsewhere, argv, **more),
                                  folder="second")
        self.addCleanup(self.second.stop)
        self.second.start()
        channel(self.second, ["vb3", "vb4", "vb5"], SYSTEMS[1])
        self.console = os.path.join(BUILD, "app", "console", "lagoon-console")
        self.lagoond = Appliance(binaries_in(BUILD)["lagoond"], self.config(), self.stage.popen_net, self.stage.path, "near", "lag0")
        self.addCleanup(self.lagoond.__exit__, RuntimeError)

    def config(self):
        candidates = [{**member(f"va{i}", i), "name": f"m{i}"} for i in range(6)]
        lags = [{"name": name, "mode": "lacp", "hash": "l3+4", "lacp": {"rate": "fast"},
                 "members": {"from": candidates, "partner": "any"}, "auto": {"settle": f"{SETTLE_S:g}s", "lldp": "agree"}}
                for name in ("lag0", "lag1")]
        return {"eal": eal_section(f"{self.stage.tag}-near"), "ports": [{"name": ACCESS, "dev": f"net_af_packet0,iface={ACCESS}"}],
                "lags": lags, "forward": [[ACCESS, "lag0"]]}

    def shown(self, name):
        done = subprocess.run([self.console, "--prefix", self.lagoond.prefix, "show", "lag", name, "as", "json"],
                              capture_output=True, text=True, check=True, timeout=20)
        return json.loads(done.stdout)

    def members(self):
        """Who carries, by LAG."""
        return tuple({m["name"] for m in self.shown(name)["members"] if m["distributing"] and m["collecting"]} for name in ("lag0", "lag1"))

    def words(self):
        return [subprocess.run([self.console, "--prefix", self.lagoond.prefix, *words.split()], capture_output=True, text=True, check=False,
                               timeout=20).stdout for words in ("show lag lag0", "show lag lag1", "show events lag0", "show events lag1")]

    def await_members(self, *wanted):
        begun = time.monotonic()
        if wait_for(lambda: self.members() == wanted, PATIENCE_S) is None:
            self.fail("\n".join([f"not {wanted}:", *self.words(), self.lagoond.log_end()]))
        return time.monotonic() - begun

    def test_lags_form_and_follow_cables(self):
        self.lagoond.start()
        took = self.await_members({"m0", "m1", "m2"}, {"m3", "m4", "m5"})
        print(f"both LAGs are there after {took:.1f} s", flush=True)
        # (a LAG takes a while until all of its kernel's rings and tables are warm)
        stream = Stream(self.stage, binaries_in(BUILD)["traffic"], Host(self.stage), self.first, RATE)
        self.addCleanup(stream.end)
        self.move_cable(5)
        took = self.await_members({"m0", "m1", "m2", "m5"}, {"m3", "m4"})
        print(f"the cable that was moved has its LAG after {took:.1f} s", flush=True)
        time.sleep(1)
        outcome = stream.stop()
        print(outcome.words(), flush=True)
        for way in ("out", "in"):
            counts = outcome.counts(way)
            self.assertEqual((counts["lost"], counts["duplicated"], counts["reordered"]), (0, 0, 0), way)
        self.saved()
        events = [event for event in self.lagoond.events() if event["kind"] == "formation"]
        self.assertEqual([(event["to"], event["why"]) for event in events], [("member", "settled")] * 4)

    def saved(self):
        """What was found, as a file that lists it."""
        path = self.stage.path("found.yaml")
        subprocess.run([self.console, "--prefix", self.lagoond.prefix, "auto", "save", path], check=True, capture_output=True, timeout=20)
        subprocess.run([binaries_in(BUILD)["lagoond"], "--check", "-c", path], check=True, capture_output=True, timeout=20)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn("from:", text)
        lags = re.split(r"- name: lag\d", text)[1:]
        self.assertEqual([set(re.findall(r"name: (m\d)", lag)) for lag in lags], [{"m0", "m1", "m2", "m5"}, {"m3", "m4"}])

    def move_cable(self, number):
        """From the second switch to the first."""
        port, link = f"vb{number}", self.stage.links[number]
        link.pull()
        interface = self.second.vsctl("get", "Interface", port, "_uuid")
        self.second.vsctl("remove", "Port", BOND, "interfaces", interface)
        netns.ip_batch(self.elsewhere, [f"link set {port} netns {self.stage.par}"])
        netns.ip_batch(self.stage.par, [f"link set {port} arp off up"])
        self.first.switch.vsctl("--", "--id=@new", "create", "Interface", f"name={port}", "lldp:enable=true",
                                "--", "add", "Port", BOND, "interfaces", "@new")
        link.restore()


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(argv=sys.argv[:1])
