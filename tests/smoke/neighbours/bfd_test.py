"""micro-BFD with real partners: a link that loses all frames, one way or both, carries nothing after a detection time, in a
LAG with LACP at the slow rate and in one without, where a media converter keeps the carrier.

usage: bfd_test.py BUILD        Needs root.

What is awaited is 300 ms at most (twice the detection time of 50 ms x 3); LACP at the slow rate would need 90 s.
"""

import os
import subprocess
import sys
import time
import unittest

from lab.waiting import until, wait_for
from demo import binaries_in  # isort: skip (lab says where it is)
from stage import netns, numbered
from stage.lagoond import Lagoond
from stage.openvswitch import OpenVSwitch
from stage.partner import NamespacePartner
from stage.stage import Stage

BUILD = sys.argv[1]
BINARIES = binaries_in(BUILD)
LINKS, RATE, FLOWS = 3, 2000, 32
PATIENCE_S = 20.0
# Ten times what is awaited.
NOTICED_S = 3.0
SLOW = {"rate": "slow", "aggregate-wait": "100ms"}
OURS, THEIRS = "169.254.7.1", "169.254.7.2"
BFD = {"interval": "50ms", "multiplier": 3}
# Of 10 ms, at which a pause of the machine's would be one of the partner's.
QUICK = 3 if os.environ.get("LAGOON_LONG") else 20


class FarLagoond(NamespacePartner):
    def __init__(self, options):
        super().__init__()
        self._options = options

    def _start(self, rate):
        self.lagoond = Lagoond(self.stage, BINARIES["lagoond"], options=self._options, far=True)
        self.lagoond.start()

    def _stop(self):
        self.lagoond.stop()


class OvsWithBfd(NamespacePartner):
    def _start(self, rate):
        self.switch = OpenVSwitch(self.stage)
        self.switch.start()
        links = self.stage.far_ifaces
        words = [word for link in links for word in (
            "--", "set", "interface", link, "bfd:enable=true", "bfd:min_rx=50", "bfd:min_tx=50")]
        self.switch.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "--", "add-port", "br0",
                          self.far_access, "--", "add-bond", "br0", "bond0", *links, "lacp=active", "bond_mode=balance-tcp",
                          "other_config:lacp-time=slow", *words)

    def _stop(self):
        self.switch.stop()


class Bird(NamespacePartner):
    """BIRD's BFD, on the kernel's own interfaces with one address, behind two lines of nft, for BIRD has RFC 5881's port. The
    LAG is static, and who counts what its links carry listens on all of them."""

    NFT = """table ip mbfd {
      chain pre { type filter hook prerouting priority -300; udp dport 6784 udp dport set 3784; }
      chain out { type filter hook output priority -300; udp dport 3784 udp dport set 6784; }
    }"""

    def __init__(self, interval_ms):
        super().__init__()
        self._interval_ms = interval_ms

    def _start(self, rate):
        for link in self.stage.links:
            netns.ip_batch(self.stage.par, [
                f"addr add {THEIRS}/30 dev {link.far}", f"link set {link.far} arp on multicast on",
                f"neigh replace {OURS} lladdr 02:00:00:00:0a:{link.index + 1:02x} nud permanent dev {link.far}"])
        subprocess.run(netns.command_in(self.stage.par, ["nft", "-f", "-"]), input=self.NFT, text=True, check=True)
        self.configure(self._interval_ms, start=True)

    def configure(self, interval_ms, start=False):
        links = "".join(
            f'  interface "{link.far}" {{ min rx interval {interval_ms} ms; min tx interval {interval_ms} ms; '
            f'idle tx interval 1 s; multiplier {QUICK}; }};\n  neighbor {OURS} dev "{link.far}" local {THEIRS};\n'
            for link in self.stage.links)
        with open(self.stage.path("bird.conf"), "w", encoding="ascii") as file:
            file.write(f"router id 10.0.0.1;\nprotocol device {{}}\nprotocol bfd {{\n{links}}}\n")
        if not start:
            return self.ask("configure")
        with open(self.stage.path("bird.log"), "wb") as log:
            self.stage.popen_partner(["bird", "-f", "-c", self.stage.path("bird.conf"), "-s", self.stage.path("bird.ctl"),
                                      "-P", self.stage.path("bird.pid")], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return None

    def ask(self, *words):
        return subprocess.run(["birdc", "-s", self.stage.path("bird.ctl"), *words], capture_output=True, text=True, check=True).stdout

    def _stop(self):
        pass


class Bfd(unittest.TestCase):
    def begin(self, partner, options):
        self.stage = self.enterContext(Stage(LINKS))
        partner.start(self.stage)
        self.near = self.enterContext(Lagoond(self.stage, BINARIES["lagoond"], options=options))
        up = until(self.states, lambda states: states == ["up"] * LINKS, PATIENCE_S)
        self.assertEqual(up, ["up"] * LINKS, self.near.view("table"))
        self.assertIsNotNone(wait_for(lambda: self.carrying() == LINKS, PATIENCE_S), self.near.view("table"))
        alone = isinstance(partner, Bird)
        hosts = [lambda argv, namespace=namespace, **options: self.stage.popen_in(namespace, argv, **options)
                 for namespace in (self.stage.lan, self.stage.par if alone else self.stage.far)]
        self.exchange = numbered.Exchange(hosts, self.stage.path, (RATE, 0 if alone else RATE // 4), FLOWS,
                                          ("eth0", numbered.EVERY if alone else "eth0"))

    def members(self):
        return self.near.status()["members"]

    def states(self):
        return [member.get("bfd", {}).get("state") for member in self.members()]

    def carrying(self):
        return sum(member["distributing"] for member in self.members())

    def cut(self, link, direction, lacp=True):
        """Gives how long frames were still sent on it."""
        began = self.stage.links[link].blackhole(direction)
        self.assertIsNotNone(wait_for(lambda: self.carrying() == LINKS - 1, NOTICED_S, 0.01), self.near.view("table"))
        self.assertEqual([member["collecting"] for member in self.members()], [1] * LINKS)
        if lacp:
            self.assertEqual(self.members()[link]["lacp"]["mux_state"], "DISTRIBUTING")
        lost = [event for event in self.near.events() if event["kind"] == "bfd" and event["to"] == "down"][-1]
        took = (lost["t_ns"] - began) / 1e6
        print(f"    link {link}, {direction}: noticed after {took:.0f} ms: {lost['why']}; {lost['evidence']}", flush=True)
        self.assertIn("bfd down", self.near.view("table"))
        self.stage.links[link].heal()
        self.assertIsNotNone(wait_for(lambda: self.carrying() == LINKS, PATIENCE_S), self.near.view("table"))
        self.assertLess(took, 1000 * NOTICED_S)

    def judge(self, cuts):
        sent, came = self.exchange.stop()
        lost = sent["sent"] - came["came"]
        share = cuts * RATE / LINKS
        print(f"    {sent['sent']} sent, {lost} lost in {cuts} cuts: {1000 * lost / share:.0f} ms of a link's share at each; the "
              f"longest silence of a conversation was {came['silence_ns'] / 1e6:.0f} ms", flush=True)
        self.assertLess(came["silence_ns"], 1e9 * NOTICED_S)
        self.assertEqual((came["doubled"], came["overtaken"]), (0, 0), came["examples"])
        self.assertLess(lost, NOTICED_S * share)
        discarded = {name: count for member in self.members() for name, count in member["bfd"]["discarded"].items() if count}
        self.assertEqual(discarded, {})

    def test_two_lagoonds_that_agree_by_lldp(self):
        options = {"mode": "lacp", "lacp": SLOW, "bfd": "on"}
        self.begin(FarLagoond(options), options)
        for link, direction in enumerate(("both", "to-partner", "from-partner")):
            self.cut(link, direction)
        self.judge(3)

    def test_a_media_converter_without_lacp(self):
        options = {"mode": "balance-xor", "hash": "l3+4"}
        self.begin(FarLagoond({**options, "bfd": {**BFD, "local": THEIRS, "peer": OURS}}),
                   {**options, "bfd": {**BFD, "local": OURS, "peer": THEIRS}})
        self.cut(0, "both", lacp=False)
        self.cut(1, "to-partner", lacp=False)
        self.judge(2)

    def test_bird_changes_timers_without_a_flap(self):
        bird = Bird(10)
        options = {"mode": "balance-xor", "bfd": {"interval": "10ms", "multiplier": QUICK, "local": OURS, "peer": THEIRS}}
        self.begin(bird, options)
        for change in (lambda: self.near.do("set", "bfd.interval: 40ms"), lambda: bird.configure(80), lambda: bird.configure(10),
                       lambda: self.near.do("set", "bfd.interval: 10ms")):
            change()
            time.sleep(1)
        self.assertEqual([member["bfd"]["losses"] for member in self.members()], [0] * LINKS, bird.ask("show bfd sessions"))
        self.assertEqual(self.states(), ["up"] * LINKS)
        self.assertEqual(bird.ask("show bfd sessions").count("Up"), LINKS)
        self.cut(0, "both", lacp=False)
        self.cut(1, "to-partner", lacp=False)
        self.judge(2)

    def test_open_vswitch(self):
        self.begin(OvsWithBfd(), {"mode": "lacp", "lacp": SLOW, "bfd": {
            **BFD, "local": "169.254.1.0", "peer": "169.254.1.1", "port": 3784, "mac": "00:23:20:00:00:01"}})
        self.cut(0, "both")
        self.cut(1, "to-partner")
        self.judge(2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
