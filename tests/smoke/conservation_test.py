"""What enters a lagoond is what leaves it and what is named: frames of every kind in bursts, from an access port over a LAG and
back, by every driver that ports are made of here.

usage: conservation_test.py LAGOOND        (net_af_packet and taps take root)
"""

import json
import os
import socket
import struct
import subprocess
import sys
import time
import unittest

from lab import hostile, pcap
from lab.waiting import until
from stage import netns, telemetry
from stage.lagoond import Appliance, eal_section
from stage.stage import Stage

LAGOOND = os.path.abspath(sys.argv[1])
ROUNDS = 20
MTU, LONGER = 1500, 1900
OF_BEFORE = 256 * 64  # what a port has when lagoond starts is of before, and goes
LEAD = 100_000  # while the LAGs come up
SHORTEST = 20  # that the stage's links take
SOL_PACKET, PACKET_IGNORE_OUTGOING, SO_RCVBUFFORCE = 263, 23, 33
STATION = bytes.fromhex("020000000101")
# Drops of data, by the name that fast/drop.hpp has for them, and what a port lost.
OF_DATA = ("not_collecting", "no_distributing_member", "tx_refused", "port_tx_refused", "no_peer", "slow_from_port",
           "inactive_member", "other_address", "reflected", "duplicate", "copy_refused", "unfit", "cut", "kernel_ring_full",
           "port_rx_missed", "port_rx_no_mbuf")


def frame(number, octets, destination=b"\x02\0\0\0\0\x02", tag=b""):
    """UDP of a conversation of its own, from STATION."""
    head = destination + STATION + tag + bytes.fromhex("08004500") + max(octets - 14, 0).to_bytes(2, "big")
    head += bytes.fromhex("0000400040110000" "0a4d0001" "0a4d0011") + (2000 + number).to_bytes(2, "big")
    return head.ljust(octets, b"\0")[:octets]


def pattern(longest, shortest, slow=True):
    """Good, long, short, tagged and multicast frames; and some of the slow protocols, which a LAG alone may send."""
    frames = []
    for number in range(ROUNDS):
        frames += [frame(number, octets) for octets in (60, 64, 100, 1514)]
        frames += [frame(number, longest)] * (number % 3)
        frames += [frame(number, shortest)] * (number % 2)
        frames += [frame(number, 1518, tag=b"\x81\0\0\5"), frame(number, 100, destination=b"\x01\x00\x5e\0\0\5"),
                   frame(number, 100, destination=b"\xff" * 6)]
        frames += hostile.replayed() if slow else []
    return frames


class Conservation(unittest.TestCase):
    def setUp(self):
        self.path = hostile.folder_of(self)

    def start(self, popen, ports, members, mode="balance-xor", lags=(), forward=()):
        config = {"eal": eal_section(f"lg{os.getpid()}-conserve", memory="256M"), "ports": ports,
                  "lags": [{"name": "laga", "mode": mode, "hash": "l3+4", "mac": "02:00:00:00:0a:01", "members": members}, *lags],
                  "forward": [["lan", "laga"], *forward]}
        self.lagoond = self.enterContext(Appliance(LAGOOND, config, popen, self.path, "lagoond", "laga"))

    def named(self):
        """{name: frames} of all LAGs and access ports."""
        names = {}
        drops = [port["drops"] for port in telemetry.ask(self.lagoond.prefix, "/lagoon/ports").values()]
        for lag in [one["name"] for one in self.lagoond.config["lags"]]:
            drops.append(json.loads(telemetry.whole_text(self.lagoond.prefix, f"/lagoon/view,{lag},json"))["drops"])
        for one in drops:
            for name in OF_DATA:
                if one.get(name):
                    names[name] = names.get(name, 0) + one[name]
        return names

    def check(self, what, sent, came):
        """came() counts what has left by now."""
        def seen():
            return came(), self.named()
        out, names = until(seen, lambda counts: counts[0] + sum(counts[1].values()) >= sent, patience=4)
        time.sleep(0.2)
        out, names = seen()
        print(f"    {what}: {sent} went in, {out} came out, {names}", flush=True)
        self.assertGreater(out, 0)
        self.assertEqual(out + sum(names.values()), sent)

    # Without root: capture files and rings.

    def of_wires(self, name, sink):
        """A capture goes in, through two LAGs that are back to back over wires, and out at `sink`."""
        frames = [frame(0, 60)] * LEAD + pattern(4000, 10) * 10
        pcap.write(self.path("in.pcap"), [frame(0, 60)] * OF_BEFORE + frames)
        wires = [{"wire": f"w{i}", "name": f"w{i}"} for i in range(2)]
        self.start(subprocess.Popen, [{"name": "lan", "dev": f"net_pcap0,rx_pcap={self.path('in.pcap')}"}, {"name": "far", **sink}],
                   wires, lags=[{"name": "lagb", "mode": "balance-xor", "hash": "l3+4", "mac": "02:00:00:00:0b:01", "members": wires}],
                   forward=[["lagb", "far"]])
        self.check(name, len(frames),
                   lambda: telemetry.ask(self.lagoond.prefix, "/lagoon/ports")["far"]["tx_packets"])

    def test_capture_rings_and_null(self):
        self.of_wires("net_pcap, net_ring, net_null", {"dev": "net_null1,no-rx=1"})

    def test_capture_rings_and_capture(self):
        out = self.path("out.pcap")
        self.of_wires("net_pcap, net_ring, net_pcap", {"dev": f"net_pcap1,tx_pcap={out}"})
        said = telemetry.ask(self.lagoond.prefix, "/lagoon/ports")["far"]["tx_packets"]
        self.lagoond.stop()
        self.assertEqual(frames_in(out), said)

    # With root: interfaces of the kernel.

    @unittest.skipUnless(os.geteuid() == 0, "interfaces of the kernel take root")
    def test_kernel_interfaces(self):
        self.stage = self.enterContext(Stage(2))
        self.start(self.stage.popen_net, [{"name": "lan", "dev": f"net_af_packet0,iface={self.stage.access_iface}"}],
                   [{"dev": f"net_af_packet{i + 1},iface={name}"} for i, name in enumerate(self.stage.near_ifaces)])
        netns.ip_batch(self.stage.net, [f"link set {self.stage.access_iface} mtu {LONGER}"])
        netns.ip_batch(self.stage.lan, [f"link set eth0 mtu {LONGER}"])
        inside = End(self.stage.lan, ["eth0"])
        outside = End(self.stage.par, self.stage.far_ifaces)
        self.both_ways("net_af_packet", inside, outside)

    @unittest.skipUnless(os.geteuid() == 0, "taps take root")
    def test_taps(self):
        self.stage = self.enterContext(Stage(1))
        self.start(self.stage.popen_net, [{"name": "lan", "tap": "tlan"}], [{"tap": "tm0"}, {"tap": "tm1"}])
        netns.ip_batch(self.stage.net, [f"link set {tap} arp off up" for tap in ("tlan", "tm0", "tm1")])
        self.both_ways("net_tap", End(self.stage.net, ["tlan"]), End(self.stage.net, ["tm0", "tm1"]))

    def both_ways(self, driver, inside, outside):
        self.assertTrue(until(lambda: all(m["works"] for m in json.loads(self.lagoond.view("json"))["members"])))
        for end in (inside, outside):
            self.addCleanup(end.close)
        sent = inside.send(pattern(MTU + 300, SHORTEST))
        self.check(f"{driver}, from the access port", sent, outside.count)
        there = sum(self.named().values()) + outside.count()
        back = outside.send(pattern(MTU + 14, SHORTEST, slow=False))
        self.check(f"{driver}, and back", there + back, lambda: outside.came + inside.count())


class End:
    """Raw sockets on interfaces, which count the frames of that one station."""

    def __init__(self, namespace, interfaces):
        self._sockets = [netns.run_in(namespace, raw, interface) for interface in interfaces]
        self.came = 0

    def close(self):
        for one in self._sockets:
            one.close()

    def send(self, frames):
        """How many went."""
        sent = 0
        for number, one in enumerate(frames):
            try:
                self._sockets[number % len(self._sockets)].send(one)
                sent += 1
            except OSError:
                pass  # (the kernel did not take it: it never was on the way)
        return sent

    def count(self):
        for one in self._sockets:
            while True:
                try:
                    data = one.recv(65536)
                except BlockingIOError:
                    break
                self.came += data[6:12] == STATION
        return self.came


def raw(interface):
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    made.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    made.bind((interface, 3))
    made.setblocking(False)
    return made


def frames_in(path):
    with open(path, "rb") as file:
        octets = file.read()
    at, count = 24, 0
    while at < len(octets):
        at += 16 + struct.unpack_from("<I", octets, at + 8)[0]
        count += 1
    return count


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
