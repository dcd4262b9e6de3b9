"""Numbered frames between two hosts: each says its flow, its place in it and when it was sent, so that every loss, double and
overtaking is seen, in any number of frames. A program of its own for each host, which sends and receives:

    numbered.py INTERFACE WAY RATE FLOWS OUT [broadcast]      says when it listens, sends from a line on its input until
                                                              SIGTERM; then OUT has what became of it, as JSON

The frames are UDP to stations that nobody is: no kernel answers them. The two hosts have ways 0 and 1.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

SLOT_NS = 10_000_000
DRAIN_S = 0.6
_TURN_S = 0.001
# A sender that was late makes up for that much of it.
_DEBT_S = 0.05
_BURST = 64
_MAGIC = 0x4C61674E
_BODY = struct.Struct("!IHHIq")  # magic, way, flow, number, when
_BODY_AT = 14 + 20 + 8
_OCTETS = 100
_ETH_P_IP = 0x0800
_SOL_PACKET, _PACKET_STATISTICS, _PACKET_IGNORE_OUTGOING, _SO_RCVBUFFORCE = 263, 6, 23, 33
_RECEIVE_ROOM = 32 << 20
EVERY = "every"  # interface of a namespace: a host there listens, and sends nothing


def frame_head(way, flow, broadcast=False):
    ends = (b"\xff" * 6 if broadcast else bytes([2, 0, 0, 0, 0x77, 1 - way])) + bytes([2, 0, 0, 0, 0x77, way])
    addresses = bytes([10, 78, way, 1, 10, 78, 1 - way, 1])
    ip = struct.pack("!BBHHHBBH", 0x45, 0, _OCTETS - 14, 0, 0x4000, 64, 17, 0) + addresses
    return ends + b"\x08\x00" + ip + struct.pack("!HHHH", 2000 + flow, 9000, _OCTETS - 34, 0)


class Host:
    def __init__(self, interface, way, rate, flows, broadcast):
        self._way, self._rate = way, rate
        self._heads = [frame_head(way, flow, broadcast) for flow in range(flows)]
        self._pad = bytes(_OCTETS - _BODY_AT - _BODY.size)
        self._next = [0] * flows
        self._flow = 0
        everywhere = socket.htons(_ETH_P_IP) if interface == EVERY else 0
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, everywhere)
        self._socket.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_ROOM)
        if interface != EVERY:
            self._socket.bind((interface, _ETH_P_IP))
        self._socket.setblocking(False)
        self.stopped = False
        self.sent_slots, self.came_slots = {}, {}
        self.sent = self.came = self.doubled = self.overtaken = 0
        self.reflected = 0  # its own, that came back
        self.refused = 0  # by this host's own kernel: they never were on the way
        self._seen = [bytearray() for _ in range(flows)]
        self._highest = [-1] * flows
        self._last = [0] * flows  # when what came last was sent
        self.silence_ns = 0  # the longest of one flow, by the sender's clock, in which frames were sent and none came
        self.examples = []

    def run(self):
        due = time.monotonic()
        while not self.stopped:
            now = time.monotonic()
            due = max(due, now - _DEBT_S)
            for _ in range(min(_BURST, int((now - due) * self._rate))):
                due += 1 / self._rate
                self._send()
            self._receive()
            time.sleep(_TURN_S)
        ends = time.monotonic() + DRAIN_S
        while time.monotonic() < ends:
            self._receive()
            time.sleep(_TURN_S)

    def _send(self):
        flow = self._flow
        self._flow = (flow + 1) % len(self._heads)
        now = time.monotonic_ns()
        try:
            self._socket.send(self._heads[flow] + _BODY.pack(_MAGIC, self._way, flow, self._next[flow], now) + self._pad)
        except OSError:
            self.refused += 1
            return
        self._next[flow] += 1
        self.sent += 1
        slot = now // SLOT_NS
        self.sent_slots[slot] = self.sent_slots.get(slot, 0) + 1

    def _receive(self):
        while True:
            try:
                frame = self._socket.recv(2048)
            except (BlockingIOError, InterruptedError):
                return
            if len(frame) < _BODY_AT + _BODY.size:
                continue
            magic, way, flow, number, when = _BODY.unpack_from(frame, _BODY_AT)
            if magic == _MAGIC and way != self._way:
                self._take(flow, number, when)
            elif magic == _MAGIC:
                self.reflected += 1

    def _take(self, flow, number, when):
        seen = self._seen[flow]
        if number < self._highest[flow] + 1:
            if seen[number]:
                self.doubled += 1
                return
            self.overtaken += 1
            if len(self.examples) < 20:
                self.examples.append({"flow": flow, "number": number, "after": self._highest[flow], "sent_ns": when,
                                      "came_ns": time.monotonic_ns()})
        else:
            if number > self._highest[flow] + 1 and self._last[flow]:
                self.silence_ns = max(self.silence_ns, when - self._last[flow])
            seen.extend(bytes(number + 1 - len(seen)))
            self._highest[flow] = number
            self._last[flow] = when
        seen[number] = 1
        self.came += 1
        slot = when // SLOT_NS
        self.came_slots[slot] = self.came_slots.get(slot, 0) + 1

    def outcome(self):
        _, dropped = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        return {"sent": self.sent, "came": self.came, "doubled": self.doubled, "overtaken": self.overtaken,
                "no_room": dropped, "silence_ns": self.silence_ns, "refused": self.refused, "reflected": self.reflected, "examples": self.examples, "sent_slots": self.sent_slots,
                "came_slots": self.came_slots, "seen": [seen.hex() for seen in self._seen]}


class Exchange:
    """Two hosts, or one alone that listens to what comes back: `popens` start programs on each, as subprocess.Popen does, and
    `rates` are of what they send."""

    def __init__(self, popens, path, rates, flows=32, interfaces=("eth0", "eth0"), broadcast=False):
        ways = range(len(popens))
        self._outs = [path(f"numbered{way}.json") for way in ways]
        self._programs = [popens[way]([sys.executable, os.path.abspath(__file__), interfaces[way], str(way), str(rates[way]),
                                       str(flows), self._outs[way], *(["broadcast"] if broadcast else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                          for way in ways]
        for program in self._programs:
            program.stdout.readline()
        for program in self._programs:
            program.stdin.write("go\n")
            program.stdin.flush()

    def end(self):
        for program in self._programs:
            if program.poll() is None:
                program.terminate()
        for program in self._programs:
            program.wait(timeout=60)
            program.stdin.close()
            program.stdout.close()

    def stop(self):
        """What each host says of itself (Host.outcome())."""
        self.end()
        outcomes = []
        for out in self._outs:
            with open(out, encoding="ascii") as file:
                outcomes.append(json.load(file))
        for outcome in outcomes:
            for name in ("sent_slots", "came_slots"):
                outcome[name] = {int(slot): count for slot, count in outcome[name].items()}
        return outcomes


def main():
    interface, way, rate, flows, out = sys.argv[1:6]
    # (a veth has a queue on each CPU: a host that moves to another would overtake itself)
    cpus = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpus[int(way) % len(cpus)]})
    host = Host(interface, int(way), float(rate), int(flows), sys.argv[6:] == ["broadcast"])

    def stop(*_):
        host.stopped = True
    signal.signal(signal.SIGTERM, stop)
    print("listens", flush=True)
    sys.stdin.readline()
    host.run()
    with open(out, "w", encoding="ascii") as file:
        json.dump(host.outcome(), file)


if __name__ == "__main__":
    main()
