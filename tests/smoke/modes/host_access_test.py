"""A LAG as an interface of the kernel: addresses, ping, TCP, VLANs, carrier and counters of the tap.

usage: host_access_test.py BUILD
"""

import json
import socket
import struct
import time

from lab.case import Case, main, tries
from lab.ends import TAP, link_of
from lab.waiting import wait_for
from hosts import await_line  # isort: skip (lab says where it is)
from stage import netns
from stage.partners.linux import Bond

VLAN = 77
VLAN_HOST, VLAN_PARTNER = "10.78.0.1", "10.78.0.2"
TCP_SECONDS = 3
TCP_MIN_OCTETS = 1 << 20


class HostAccess(Case):
    links = 2
    tap = True

    def start(self):
        self.far.remake(Bond("balance-xor", "miimon 20 xmit_hash_policy layer3+4"))
        self.end.start("balance-xor")
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(2)), 5), "not all members work")

    def tap_link(self):
        return link_of(self.stage.net, TAP)

    def has_carrier(self):
        return "LOWER_UP" in self.tap_link()["flags"]

    @tries
    def test_tcp_goes_through_and_comes_back_whole(self):
        self.start()
        self.assertEqual(self.tap_link()["address"], self.end.lag_mac())
        out = self.end.output_of(["ping", "-c", "5", "-i", "0.1", "-W", "1", self.far.ip])
        self.assertIn(" 0% packet loss", out)
        traffic = self.binaries["traffic"]
        server = self.far.popen([traffic, "tcp-serve", "--bind", self.far.ip], self.stage.path("serve.out"))
        await_line(self.stage.path("serve.out"))
        path = self.stage.path("tcp.out")
        begun = time.monotonic()
        self.end.popen([traffic, "tcp-send", "--peer", self.far.ip, "--kilobits", "200000", "--seconds",
                        str(TCP_SECONDS)], path).wait(timeout=30)
        passed = time.monotonic() - begun
        server.terminate()
        with open(path, encoding="ascii") as file:
            said = json.loads(file.read())
        self.say(f"TCP: {said['bytes']} octets there and back in {passed:.1f} s, "
                 f"{said['bytes'] * 16 / passed / 1e6:.0f} Mbit/s both ways together")
        self.assertTrue(said["ok"], "TCP did not come back whole")
        self.figure(said["bytes"] >= TCP_MIN_OCTETS, "TCP hardly got on")
        self.end.stop()

    @tries
    def test_vlan_tagged_frames_go_through(self):
        self.start()
        self.far.output_of(["sh", "-c", f"/run/modprobe 8021q; ip link add link bond0 name v{VLAN} type vlan id {VLAN} "
                            f"&& ip addr add {VLAN_PARTNER}/24 dev v{VLAN} && ip link set v{VLAN} up"])
        mac = bytes.fromhex(self.end.lag_mac().replace(":", ""))
        raw = netns.run_in(self.stage.net, _open, TAP)
        try:
            arp = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac, socket.inet_aton(VLAN_HOST), bytes(6),
                              socket.inet_aton(VLAN_PARTNER))
            answer = _ask(raw, b"\xff" * 6, mac, 0x0806, arp, lambda frame: frame[20:22] == b"\0\2")
            partner = answer[22:28]
            self.say(f"{VLAN_PARTNER} in VLAN {VLAN} is at", partner.hex(":"))
            echo = _echo_request()
            answer = _ask(raw, partner, mac, 0x0800, echo, lambda frame: frame[23] == 1 and frame[34] == 0)
            self.assertEqual(answer[42:58], echo[28:44], "the echo is another")
        finally:
            raw.close()
        self.end.stop()

    @tries
    def test_carrier_follows_the_state_of_the_lag(self):
        self.start()
        self.assertTrue(self.has_carrier())
        self.stage.links[0].pull()
        time.sleep(0.3)
        self.assertTrue(self.has_carrier(), "one member works still")
        self.stage.links[1].pull()
        down = wait_for(lambda: not self.has_carrier(), 2)
        self.assertIsNotNone(down, "the LAG is down, its tap is not")
        self.stage.links[1].restore()
        up = wait_for(self.has_carrier, 2)
        self.assertIsNotNone(up, "the LAG is up, its tap is not")
        self.say(f"carrier lost after {down * 1000:.0f} ms, back after {up * 1000:.0f} ms")
        out = self.end.output_of(["ping", "-c", "3", "-i", "0.1", "-W", "1", self.far.ip])
        self.assertIn(" 0% packet loss", out)
        self.end.stop()

    @tries
    def test_counters_add_up(self):
        self.start()
        self.end.output_of(["ping", "-c", "1", "-W", "1", self.far.ip])
        time.sleep(0.3)
        before = self._counters()
        out = self.end.output_of(["ping", "-q", "-c", "500", "-i", "0.002", "-W", "1", "-s", "1000", self.far.ip])
        self.assertIn(" 0% packet loss", out)
        time.sleep(0.5)
        counted = {name: now - before[name] for name, now in self._counters().items()}
        self.say(counted)
        # What the host sends the members send; what members take the host gets, or a drop counts.
        self.figure(500 <= counted["tap_tx"] <= 510, "other frames than the ping's were sent")
        self.assertEqual(counted["tap_tx"], counted["members_tx"])
        self.assertEqual(counted["tap_rx"] + counted["drops"], counted["members_rx"])
        self.assertGreaterEqual(counted["tap_tx_octets"], 500 * 1042)
        self.assertEqual(counted["tap_tx_octets"], counted["members_tx_octets"])
        self.end.stop()

    def _counters(self):
        status, tap = self.end.status(), self.tap_link()["stats64"]
        members = status["members"]
        return {"tap_tx": tap["tx"]["packets"], "tap_rx": tap["rx"]["packets"], "tap_tx_octets": tap["tx"]["bytes"],
                "members_tx": sum(m["traffic"]["tx_packets"] for m in members),
                "members_rx": sum(m["traffic"]["rx_packets"] for m in members),
                "members_tx_octets": sum(m["traffic"]["tx_bytes"] for m in members), "drops": sum(status["drops"].values())}


def _open(interface):
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    raw.setsockopt(socket.SOL_PACKET if hasattr(socket, "SOL_PACKET") else 263, 8, 1)  # PACKET_AUXDATA: the tag
    raw.bind((interface, 3))
    raw.settimeout(0.2)
    return raw


def _ask(raw, destination, source, ethertype, payload, is_answer):
    """Sends a tagged frame until its answer comes, tagged as well; gives the answer without its tag."""
    frame = destination + source + struct.pack("!HHH", 0x8100, VLAN, ethertype) + payload
    for _ in range(15):
        raw.send(frame)
        deadline = time.monotonic() + 0.3
        while time.monotonic() < deadline:
            try:
                data, control, _, address = raw.recvmsg(65536, 256)
            except TimeoutError:
                break
            if address[2] == socket.PACKET_OUTGOING:
                continue
            tci = next((struct.unpack("IIIHHHH", c[2])[5] for c in control if c[:2] == (263, 8)), 0)
            if data[12:14] == b"\x81\x00":
                tci, data = int.from_bytes(data[14:16]), data[:12] + data[16:]
            if tci & 0xfff == VLAN and data[:6] == source and data[12:14] == struct.pack("!H", ethertype) and \
                    is_answer(data):
                return data
    raise AssertionError(f"no answer to {frame.hex()}")


def _echo_request():
    icmp = struct.pack("!BBHHH", 8, 0, 0, 7, 1) + bytes(range(16))
    icmp = icmp[:2] + _checksum(icmp) + icmp[4:]
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), 1, 0, 64, 1, 0, socket.inet_aton(VLAN_HOST),
                         socket.inet_aton(VLAN_PARTNER))
    return header[:10] + _checksum(header) + header[12:] + icmp


def _checksum(octets):
    """RFC 1071."""
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack("!H", ~total & 0xffff)


if __name__ == "__main__":
    main()
