"""Constant-rate UDP in many flows, and what became of every single frame.

    flows.py send ADDRESS RATE SECONDS FILE     FILE: when each frame was sent (monotonic ns, u64)
    flows.py receive SECONDS FILE               FILE: the frames' numbers in the order they came (u32)

FILE.ready appears when the socket is open. Frame n belongs to flow n % 16. Times are the sender's alone, so the two ends need no common clock.
"""

import array
import socket
import struct
import sys
import time
from dataclasses import dataclass, field

FLOWS = 16
FIRST_PORT = 20000
PORT = 20100
PAYLOAD = bytes(80)
RECEIVE_BUFFER = 1 << 23
SO_RCVBUFFORCE = 33  # asm-generic/socket.h; not in the socket module
LATE_S_MAX = 0.004


def say_ready(path):
    with open(f"{path}.ready", "w", encoding="ascii"):
        pass


def send(address, rate, seconds, path):
    sockets = []
    for flow in range(FLOWS):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("", FIRST_PORT + flow))
        sock.connect((address, PORT))
        sockets.append(sock)
    say_ready(path)
    times = array.array("Q")
    start = due = time.monotonic()
    while due < start + seconds:
        delay = due - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        elif delay < -LATE_S_MAX:  # this machine was elsewhere: no burst to make up for it
            due = time.monotonic()
        for _ in range(4):
            number = len(times)
            times.append(time.monotonic_ns())
            try:
                sockets[number % FLOWS].send(struct.pack("!I", number) + PAYLOAD)
            except ConnectionRefusedError:  # the answer to an earlier frame: nobody was there yet
                pass
        due += 4 / rate
    with open(path, "wb") as file:
        times.tofile(file)


def receive(seconds, path):
    numbers = array.array("I")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        # (the kernel's own timeout: one system call for a frame, where User-Mode Linux makes them dear)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 200_000))
        sock.bind(("", PORT))
        say_ready(path)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                numbers.append(struct.unpack_from("!I", sock.recv(2048))[0])
            except BlockingIOError:
                pass
    with open(path, "wb") as file:
        numbers.tofile(file)


@dataclass
class Outcome:
    """Of one direction."""

    sent_ns: array.array
    lost: list = field(default_factory=list)  # numbers of frames, as in the next two
    duplicated: list = field(default_factory=list)
    reordered: list = field(default_factory=list)

    def count(self, numbers, from_ns, to_ns):
        """How many of these were sent between the two times."""
        return len(self.offsets_ms(numbers, from_ns, to_ns))

    def offsets_ms(self, numbers, from_ns, to_ns):
        """When those of them were sent, counted from the first time."""
        return [round((sent - from_ns) / 1e6, 1) for sent in (self.sent_ns[n] for n in numbers)
                if from_ns <= sent < to_ns]

    def silence_ms(self, from_ns, to_ns):
        """The longest time in which no frame of some flow arrived, of the frames sent between the two times."""
        missing = set(self.lost)
        longest = 0
        last = [from_ns] * FLOWS
        for number, sent in enumerate(self.sent_ns):
            if from_ns <= sent < to_ns and number not in missing:
                longest = max(longest, sent - last[number % FLOWS])
                last[number % FLOWS] = sent
        return max(longest, *(to_ns - time for time in last)) / 1e6


def outcome(sent_path, received_path):
    sent, received = array.array("Q"), array.array("I")
    for numbers, path in ((sent, sent_path), (received, received_path)):
        with open(path, "rb") as file:
            numbers.frombytes(file.read())
    result = Outcome(sent)
    seen = set()
    highest = [-1] * FLOWS
    for number in received:
        if number in seen:
            result.duplicated.append(number)
        elif number < highest[number % FLOWS]:
            result.reordered.append(number)
        seen.add(number)
        highest[number % FLOWS] = max(number, highest[number % FLOWS])
    result.lost = [number for number in range(len(sent)) if number not in seen]
    return result


if __name__ == "__main__":
    if sys.argv[1] == "send":
        send(sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), sys.argv[5])
    else:
        receive(float(sys.argv[2]), sys.argv[3])
