"""Two lagoonds and the links between them, by the driver of the members: what docs/members.md is measured with.

    host hosta --veth-- lana [lagoond near] ==2 members== [lagoond far] lanb --veth-- hostb

Members of the near end have the driver that is tried. The far ones have the driver at the other end of such a link: the
client of a socket, or net_af_packet over the interface. A wire has both its ends in one lagoond, the near one.
"""

import contextlib
import hashlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from stage import netns, telemetry
from stage.lagoond import Appliance, LagoondError, eal_section
from stage.stage import end

from .waiting import wait_for

LINKS = 2
HOSTS = {"a": "10.77.9.1", "b": "10.77.9.2"}
HOSTS_V6 = {"a": "fd77::1", "b": "fd77::2"}
PORT = 5001
ECHOES = 5
PATIENCE_S = 30
# Two processes of one namespace can come to one number of a fanout group (docs/nics.md); other process IDs don't.
STARTS = 3

# The device of member i at the near end and at the far one; what carries them: two ends of a veth, one interface that
# both are at, or nothing of the kernel's.
DRIVERS = {
    "net_af_packet": ("net_af_packet{i},iface=a{i}", "net_af_packet{i},iface=b{i}", "veth"),
    "net_af_xdp": ("net_af_xdp{i},iface=a{i}", "net_af_packet{i},iface=b{i}", "veth"),
    "net_pcap": ("net_pcap{i},iface=a{i}", "net_af_packet{i},iface=b{i}", "veth"),
    "net_tap": ("net_tap{i},iface=t{i}", "net_af_packet{i},iface=t{i}", "tap"),
    "net_memif": ("net_memif{i},role=server,id={i},socket={dir}/memif,socket-abstract=no",
                  "net_memif{i},role=client,id={i},socket={dir}/memif,socket-abstract=no", None),
    "net_vhost": ("net_vhost{i},iface={dir}/v{i},queues=2", "virtio_user{i},path={dir}/v{i},queues=2", None),
    "virtio_user": ("virtio_user{i},path={dir}/v{i},queues=2", "net_vhost{i},iface={dir}/v{i},queues=2", None),
    "wire": (None, None, "wire"),
}


class TwoEnds:
    """Entered, both ends run. `options` are keys of both LAGs; `mtu` is that of hosts, links and LAGs; `access` is the driver
    of the ports to the hosts: net_pcap joins no fragments."""

    def __init__(self, binary, driver, options, mtu=None, access="net_af_packet"):
        self.driver, self._binary, self._options, self._mtu, self._access = driver, binary, options, mtu, access
        self._near_dev, self._far_dev, self._links = DRIVERS[driver]
        self._tag = f"lm{os.getpid()}"
        self.net = f"{self._tag}-net"
        self.hosts = {side: f"{self._tag}-{side}" for side in HOSTS}
        self._started = []
        self.near = self.far = None

    def __enter__(self):
        self._folder = tempfile.mkdtemp(prefix=f"{self._tag}-")
        try:
            self._make_interfaces()
            self._start()
        except BaseException:
            self.__exit__(RuntimeError)
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            for lagoond in (self.far, self.near):
                if lagoond is not None:
                    lagoond.__exit__(kind)
        finally:
            end(self._started)
            for name in (self.net, *self.hosts.values()):
                netns.remove(name)
            shutil.rmtree(self._folder, ignore_errors=True)

    # --- the set-up ---

    def _make_interfaces(self):
        mtu = f"mtu {self._mtu or 1500}"
        for name in (self.net, *self.hosts.values()):
            netns.create(name)
        for side, host in self.hosts.items():
            netns.ip_batch(self.net, [f"link add lan{side} {mtu} type veth peer name host{side} netns {host} {mtu}",
                                      f"link set lan{side} up"])
            netns.run_in(host, _allow_ipv6, f"host{side}")
            netns.ip_batch(host, [f"addr add {HOSTS[side]}/24 dev host{side}", f"link set host{side} {mtu} up",
                                  f"addr add {HOSTS_V6[side]}/64 dev host{side} nodad"])
            netns.plain_frames(host, [f"host{side}"])
        if self._links == "veth":
            for i in range(LINKS):
                netns.ip_batch(self.net, [f"link add a{i} {mtu} type veth peer name b{i} {mtu}", f"link set a{i} up",
                                          f"link set b{i} up"])
            netns.plain_frames(self.net, [f"{side}{i}" for side in HOSTS for i in range(LINKS)])

    def _popen(self, argv, **more):
        self._started.append(subprocess.Popen(netns.command_in(self.net, argv), **more))
        return self._started[-1]

    def _members(self, device):
        if self._links == "wire":
            return [{"wire": f"w{i}", "name": f"m{i}"} for i in range(LINKS)]
        return [{"dev": device.format(i=i, dir=self._folder), "name": f"m{i}"} for i in range(LINKS)]

    def _lag(self, side, device):
        more = {"mtu": self._mtu} if self._mtu else {}
        return {"name": f"lag{side}", "mac": f"02:00:00:00:0{side}:01", **self._options, **more,
                "members": self._members(device)}

    def _configuration(self, sides, device):
        # (the far end uses the second CPU for its control, so that neither's worker waits for the other's alone)
        return {"eal": eal_section(f"{self._tag}{''.join(sides)}"),
                "ports": [{"name": f"lan{side}", "dev": f"{self._access}{8 + n},iface=lan{side}"}
                          for n, side in enumerate(sides)],
                "lags": [self._lag(side, device) for side in sides],
                "forward": [[f"lan{side}", f"lag{side}"] for side in sides]}

    def _start_one(self, sides, device):
        for start in range(STARTS):
            made = Appliance(self._binary, self._configuration(sides, device), self._popen,
                             lambda name: os.path.join(self._folder, name), "".join(sides), f"lag{sides[0]}")
            try:
                return made.start()
            except LagoondError as error:
                with contextlib.suppress(LagoondError):
                    made.stop()
                if "PACKET_FANOUT" not in str(error) or start + 1 == STARTS:
                    raise
        raise AssertionError("unreachable")

    def _start(self):
        if self._links == "wire":
            self.near = self._start_one(["a", "b"], None)
            return
        # (virtio_user wants the socket of net_vhost to be there)
        if self.driver == "virtio_user":
            self.far = self._start_one(["b"], self._far_dev)
        self.near = self._start_one(["a"], self._near_dev)
        self.far = self.far or self._start_one(["b"], self._far_dev)

    # --- what a test does with it ---

    def members(self, side="a"):
        lagoond = self.near if side == "a" or self.far is None else self.far
        answer = telemetry.ask(lagoond.prefix, f"/lagoon/lag,lag{side}")
        return list(answer["members"].values())

    def working(self, side="a"):
        """The members that carry, or stand ready to: their indices."""
        lacp = self._options["mode"] == "lacp"
        return [i for i, m in enumerate(self.members(side))
                if (m["collecting"] and m["distributing"] if lacp else m["works"])]

    def converge(self):
        """Seconds until all members work at both ends; None: they don't."""
        everything = list(range(LINKS))
        return wait_for(lambda: self.working("a") == self.working("b") == everything, PATIENCE_S, 0.02)

    def cut(self, link):
        """Takes the far end of that link away, as its driver can."""
        if self._links == "veth":
            netns.ip_batch(self.net, [f"link set b{link} down"])
        elif self._links == "tap":
            netns.ip_batch(self.net, [f"link set t{link} down"])
        elif self._links == "wire":
            telemetry.ask(self.near.prefix, f"/lagoon/wire,w{link},down")
        else:
            self.far.do("remove", f"m{link}")

    def transfer(self, octets):
        """TCP each way between the hosts, and whether what comes out is what went in: seconds and answers."""
        sent = os.urandom(octets)
        begun = time.monotonic()
        same = [self._one_way(first, second, sent) for first, second in (("a", "b"), ("b", "a"))]
        return time.monotonic() - begun, all(same)

    def _one_way(self, source, target, sent):
        with netns.run_in(self.hosts[target], _listening, HOSTS[target]) as server:
            came = {}

            def take():
                with contextlib.suppress(OSError):
                    peer, _ = server.accept()
                    with peer:
                        peer.settimeout(PATIENCE_S)
                        came["digest"] = _digest_of(peer)

            taker = threading.Thread(target=take)
            taker.start()
            with contextlib.suppress(OSError):
                client = netns.run_in(self.hosts[source], _connected, HOSTS[target])
                with client:
                    client.sendall(sent)
            taker.join()
        return came.get("digest") == hashlib.sha256(sent).digest()

    def ping(self, size):
        """Whether an echo of so many octets comes back, unfragmented."""
        argv = ["ping", "-c", "3", "-i", "0.2", "-W", "1", "-M", "do", "-s", str(size), HOSTS["b"]]
        done = subprocess.run(netns.command_in(self.hosts["a"], argv), check=False, capture_output=True, text=True)
        return " 0% packet loss" in done.stdout

    def fragments(self, size, targets=HOSTS):
        """How many of ECHOES in fragments come back, from the host b of HOSTS or of HOSTS_V6."""
        argv = ["ping", "-c", str(ECHOES), "-i", "0.02", "-W", "1", "-s", str(size), targets["b"]]
        done = subprocess.run(netns.command_in(self.hosts["a"], argv), check=False, capture_output=True, text=True)
        return int(re.search(r"(\d+) received", done.stdout)[1])


def _allow_ipv6(interface):
    with open(f"/proc/sys/net/ipv6/conf/{interface}/disable_ipv6", "w", encoding="ascii") as file:
        file.write("0")


def _listening(address):
    server = socket.socket()
    server.settimeout(PATIENCE_S)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, PORT))
    server.listen()
    return server


def _connected(address):
    return socket.create_connection((address, PORT), timeout=PATIENCE_S)


def _digest_of(peer):
    digest = hashlib.sha256()
    while data := peer.recv(1 << 16):
        digest.update(data)
    return digest.digest()
