"""A network namespace with lagoond in it, and the far ends of its links in the hands of a test.

The namespace belongs to this process alone and goes with it, whatever happens. One thread: frames wait in
their sockets with the kernel's time stamps, and Lab.run() and Lab.until() are the only ways to wait."""

import ctypes
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

from stage.lagoond import remove_what_is_left

from . import octets
from .octets import Info

CLONE_NEWNET = 0x40000000
SO_TIMESTAMPNS = 35
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
ETH_P_ALL = 3


class Failure(Exception):
    pass


def check(fact: bool, text: str):
    if not fact:
        raise Failure(text)


def enter_namespace():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    with open("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w", encoding="ascii") as file:
        file.write("1")


def ip(*words: str):
    subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL)


def mac_of(interface: str) -> bytes:
    # (not from /sys, which shows the namespace that it was mounted in)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as probe:
        probe.bind((interface, 0))
        return probe.getsockname()[4]


class Wire:
    """The far end of one link: a raw socket, and all that came in there."""

    def __init__(self, name: str, ours: str, hears=ETH_P_ALL, mtu=1500):
        ip("link", "add", name, "mtu", str(mtu), "type", "veth", "peer", "name", ours, "mtu", str(mtu))
        self.name = name
        self.ours = ours
        self.our_mac = mac_of(ours)  # as it is now: a LAG may give its members another for the data
        self.frames = []  # (at, octets)
        self.set_carrier(True)
        ip("link", "set", name, "up")
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((name, hears))
        self.socket.setblocking(False)
        self.mac = mac_of(name)

    def set_carrier(self, up: bool):
        """The carrier of our end follows the far end's admin state."""
        ip("link", "set", self.name, "up" if up else "down")
        ip("link", "set", self.ours, "up")

    def send(self, frame: bytes):
        try:
            self.socket.send(frame)
        except OSError:
            pass  # the link is down: lost, as on any wire

    def drain(self):
        """Yields what came in since the last time."""
        while True:
            try:
                data, control, _, address = self.socket.recvmsg(65536, 64)
            except (BlockingIOError, OSError):
                return
            if address[2] == socket.PACKET_OUTGOING:
                continue
            seconds, nanoseconds = struct.unpack("qq", control[0][2])
            self.frames.append((seconds + nanoseconds / 1e9, data))
            yield self.frames[-1]


class Partner:
    """A LACP port that says what the test wants it to say, and echoes what it hears about itself."""

    def __init__(self, wire: Wire, info: Info):
        self.wire = wire
        self.info = info
        self.period = 1.0  # None: silent
        self.echo = True  # False: the Partner Information stays as it is
        self.partner = Info()
        self.received = []
        self.next_at = 0.0
        self.due_now = False
        self.said_at = 0.0
        self.encode = octets.lacpdu

    def set(self, **changes):
        """Changes what it says of itself, and says it at once."""
        self.info = octets.replace(self.info, **changes)
        self.due_now = True

    def say(self):
        self.said_at = time.time()
        self.wire.send(octets.frame(self.wire.mac, self.encode(self.info, self.partner)))

    def heard(self, at: float, frame: bytes):
        if frame[12:14] != b"\x88\x09" or frame[14] != octets.LACP:
            return
        pdu = octets.parse_lacpdu(at, frame)
        self.received.append(pdu)
        if self.echo and pdu.actor != self.partner:
            self.partner = pdu.actor
            self.due_now = True

    def turn(self, now: float):
        if self.period is None:
            self.due_now = False
        elif self.due_now or now >= self.next_at:
            self.due_now = False
            self.next_at = now + self.period
            self.say()

    @property
    def last(self):
        check(bool(self.received), f"{self.wire.name}: no LACPDU was heard")
        return self.received[-1]

    def since(self, at: float):
        return [pdu for pdu in self.received if pdu.at >= at]


class Lab:
    def __init__(self, lagoond: str):
        self.lagoond = lagoond
        self.process = None
        self.partners = []
        self.wires = []
        self.folder = tempfile.mkdtemp(prefix="lagoon-conformance-")
        self.prefix = f"lc{os.getpid()}"
        self.stopping = False
        self.retries = False  # the Partner has sent retry counts
        self.lan = None
        self.log = None
        enter_namespace()

    # --- the set-up ---

    def start(self, links=2, lan=False, flood=False, idle="relax", speeds=None, lag=None, host=None,
              mtu=1500, **lacp):
        """Starts lagoond with so many members, and (with `lan`) an access port lan0 in front of the LAG; or (with
        `flood`) one that gives 64-octet frames as fast as the worker takes them. `speeds`: what each member claims;
        `lag`: further keys of the LAG; `host`: the name of a tap behind the LAG; `mtu`: what all interfaces have."""
        hears = octets.ETHERTYPE if flood else ETH_P_ALL
        self.wires = [Wire(f"p{i}", f"m{i}", hears, mtu) for i in range(links)]
        self.lan = Wire("lan1", "lan0", mtu=mtu) if lan else None
        settings = {"rate": "fast", **lacp}
        members = [{"dev": f"net_af_packet{i},iface=m{i}", **({"speed": speeds[i]} if speeds else {})}
                   for i in range(links)]
        config = {
            "eal": {"lcores": [0, 1], "huge": False, "prefix": self.prefix, "idle": idle},
            "lags": [{"name": "lag0", "mode": "lacp", "lacp": settings, "hash": "l3+4", "members": members,
                      **(lag or {})}],
        }
        if lan:
            config["ports"] = [{"name": "lan0", "dev": f"net_af_packet{links},iface=lan0"}]
            config["forward"] = [["lan0", "lag0"]]
        if flood:
            config["ports"] = [{"name": "flood", "dev": "net_null0,size=64"}]
            config["forward"] = [["flood", "lag0"]]
        if host:
            config["ports"] = [{"name": host, "tap": host}]
            config["forward"] = [[host, "lag0"]]
        path = os.path.join(self.folder, "lagoond.yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)  # (JSON is YAML)
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        self.process = subprocess.Popen([self.lagoond, "-c", path], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=subprocess.STDOUT)
        check(self.until(lambda: self.status() is not None, 20), "lagoond did not come up")
        return self

    def partner(self, link: int, **info) -> Partner:
        """A partner of System 02:fe:00:00:00:01, key 7, on this link."""
        defaults = {"system_priority": 40000, "system": bytes.fromhex("02fe00000001"), "key": 7, "port_priority": 200,
                    "port": link + 1, "state": octets.UP}
        self.partners.append(Partner(self.wires[link], Info(**{**defaults, **info})))
        return self.partners[-1]

    # --- waiting ---

    def run(self, seconds: float):
        self.until(lambda: False, seconds)

    def until(self, fact, seconds: float) -> bool:
        end = time.monotonic() + seconds
        sockets = {wire.socket: wire for wire in self.wires + ([self.lan] if self.lan else [])}
        while True:
            for wire in sockets.values():
                for at, frame in wire.drain():
                    for partner in self.partners:
                        if partner.wire is wire:
                            partner.heard(at, frame)
            for partner in self.partners:
                partner.turn(time.monotonic())
            if fact():
                return True
            if time.monotonic() >= end:
                return False
            check(self.process is None or self.process.poll() is None or self.stopping, "lagoond has ended")
            select.select(list(sockets), [], [], 0.01)

    @staticmethod
    def now() -> float:
        """The time in which frames are stamped."""
        return time.time()

    # --- lagoond's own words ---

    def status(self):
        """/lagoon/lag,lag0; None while lagoond does not answer."""
        answer = self.ask("/lagoon/lag,lag0")
        if answer is not None:
            answer["members"] = list(answer["members"].values())  # in the order of the configuration
        return answer

    def ask(self, question: str, patience_s=3.0):
        """What telemetry answers; None while it does not."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(patience_s)
        try:
            connection.connect(f"/var/run/dpdk/{self.prefix}/dpdk_telemetry.v2")
            connection.recv(4096)
            connection.send(question.encode())
            return json.loads(connection.recv(1 << 20))[question.partition(",")[0]]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        finally:
            connection.close()

    def member(self, link: int) -> dict:
        status = self.status()
        check(status is not None, "lagoond does not answer")
        return status["members"][link]

    def distributing(self, *links: int) -> bool:
        """Exactly these links distribute, by lagoond's own word and by what its Partners heard last."""
        return all(bool(p.received) and p.last.actor.has(octets.DISTRIBUTING) == (self.wires.index(p.wire) in links)
                   for p in self.partners) and \
            [bool(m["distributing"]) for m in self.status()["members"]] == [i in links for i in range(len(self.wires))]

    def settle(self, *links: int):
        """Converges, and waits until the limit of 3 LACPDUs in a second delays no answer."""
        self.converge(*links)
        self.run(1.1)

    def converge(self, *links: int, seconds=8.0):
        check(self.until(lambda: self.distributing(*links), seconds),
              f"links {links} do not distribute: {json.dumps(self.status())}")

    # --- the end ---

    def stop(self, signal_number=signal.SIGTERM, seconds=10.0):
        """Ends lagoond; its exit status. LACPDUs are heard until then."""
        self.stopping = True
        self.process.send_signal(signal_number)
        self.until(lambda: self.process.poll() is not None, seconds)
        check(self.process.poll() is not None, f"lagoond did not end within {seconds} s")
        self.run(0.1)
        return self.process.returncode

    def check_all_frames(self):
        """What holds for every LACPDU of every case: its format, and three at most in a second (6.4.16)."""
        for wire in self.wires:
            pdus = [(at, f) for at, f in wire.frames if f[12:14] == b"\x88\x09" and f[14] == octets.LACP]
            for _, frame in pdus:
                found = octets.faults(frame, self.retries)
                check(not found, f"{wire.name}: {found} in {frame.hex()}")
            for (first, _), (fourth, _) in zip(pdus, pdus[3:]):
                # (the stamp is the receiver's: allow for the time that a frame waits in between)
                check(fourth - first > 0.98, f"{wire.name}: 4 LACPDUs within {fourth - first:.3f} s")

    def log_text(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for wire in self.wires + ([self.lan] if self.lan else []):
            wire.socket.close()
        if self.log is not None:
            self.log.close()
        shutil.rmtree(f"/var/run/dpdk/{self.prefix}", ignore_errors=True)
        remove_what_is_left(self.prefix)
        shutil.rmtree(self.folder, ignore_errors=True)
