"""Stage: the scenery of the demonstration and of the smoke tests, in network namespaces of its own.

    namespace lan           namespace net                 namespace par      at the partner
    eth0 10.77.0.1 [veth] lan0 (lagoond) va0 ==link 0== | vb0 (partner)  ...  10.77.0.2
                                         va1 ==link 1== | vb1

The partner has a namespace of its own: DPDK names the fanout groups of its packet sockets by process and interface
number, so two such programs in one namespace may get in each other's way.

Nothing outside these namespaces is touched, and close() leaves nothing behind.
"""

import atexit
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time

from . import netns, rtnetlink
from .link import Link

ADDRESS_LENGTH = 24
# Several machines play on this one, and a pause that other programs cause looks like a fault of theirs.
NICENESS = "-10"
PARTS = ("net", "par", "lan", "far", "box", "sw")
CLIENT_PARTS = r"c\d+"
ETCD_PARTS = r"e[b\d]"
STALE_NAMESPACE = re.compile(rf"lg(\d+)-\d+-(?:{'|'.join(PARTS)}|{CLIENT_PARTS}|{ETCD_PARTS})")
STALE_WORKDIR = re.compile(r"lg(\d+)-\d+-\w{8}")


class Stage:
    """`tag` names the namespaces (unique unless given); `workdir` takes logs, sockets and results."""

    lan_ip = "10.77.0.1"
    far_ip = "10.77.0.2"
    access_iface = "lan0"
    _count = 0

    def __init__(self, links, tag=None, workdir=None):
        if not 1 <= links <= 16:
            raise ValueError("a stage has 1 to 16 links")
        Stage._count += 1
        self.tag = tag or f"lg{os.getpid()}-{Stage._count}"
        self.net, self.par, self.lan, self.far = self._namespaces = [f"{self.tag}-{part}" for part in PARTS[:4]]
        self._own_workdir = workdir is None
        self.workdir = workdir or tempfile.mkdtemp(prefix=f"{self.tag}-")
        os.makedirs(self.workdir, exist_ok=True)
        self.links = []
        self.partner = None
        self.near_end = None  # who stands in lagoond's place, if it has to be told of its carrier
        self._links_wanted = links
        self._processes = []
        self._route = self._partner_route = None
        self._closed = False

    @property
    def near_ifaces(self):
        return [link.near for link in self.links]

    @property
    def far_ifaces(self):
        return [link.far for link in self.links]

    def __enter__(self):
        atexit.register(self.close)
        try:
            self._remove_stale()
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def _remove_stale(self):
        for namespace in self._namespaces:
            netns.remove(namespace)
        remove_stale()

    def _build(self):
        netns.create(self.net)
        netns.create(self.par)
        self._route = rtnetlink.RouteSocket(self.net)
        self._partner_route = rtnetlink.RouteSocket(self.par)
        self.add_host(self.lan, self.net, self.access_iface, self.lan_ip, "02:00:00:00:01:01")
        indices = range(self._links_wanted)
        netns.ip_batch(self.net, [line for i in indices for line in Link.near_lines(i, self.par)])
        netns.ip_batch(self.par, [line for i in indices for line in Link.far_lines(i)])
        self._make_plain(self.net, [f"{kind}{i}" for i in indices for kind in ("va", "ma", "mb")])
        self._make_plain(self.par, [f"vb{i}" for i in indices])
        self.links = [Link(i, self._route, self._ends) for i in indices]

    @staticmethod
    def _make_plain(namespace, interfaces):
        netns.plain_frames(namespace, interfaces)
        netns.keep_flows_ordered(namespace, interfaces)

    def add_namespace(self, namespace):
        """Goes with the stage."""
        self._namespaces.append(namespace)
        netns.create(namespace)

    def add_host(self, namespace, at, interface, address, mac):
        """A host of its own: eth0 with that address in `namespace`, at the other end of `interface` in `at`."""
        if namespace not in self._namespaces:
            self._namespaces.append(namespace)
        netns.create(namespace)
        netns.ip_batch(at, [
            f"link add {interface} type veth peer name eth0 address {mac} netns {namespace}",
            f"link set {interface} arp off up"])
        netns.ip_batch(namespace, [f"addr add {address}/{ADDRESS_LENGTH} dev eth0", "link set eth0 up"])
        self._make_plain(at, [interface])
        self._make_plain(namespace, ["eth0"])

    def _ends(self):
        return [(side, end) for side, end in (("near", self.near_end), ("far", self.partner)) if end is not None]

    def splice(self, one, other, near=False):
        """Joins two interfaces in par (or in net, with `near`), frame by frame."""
        route = self._route if near else self._partner_route
        a, b = route.ifindex(one), route.ifindex(other)
        route.apply([rtnetlink.add_clsact(a), rtnetlink.add_clsact(b), rtnetlink.splice(a, b), rtnetlink.splice(b, a)])

    def path(self, name):
        return os.path.join(self.workdir, name)

    def run_net(self, argv, **options):
        """subprocess.run() where lagoond and the links are."""
        return subprocess.run(netns.command_in(self.net, argv), **options)

    def popen_net(self, argv, **options):
        return self.popen_in(self.net, argv, **options)

    def popen_partner(self, argv, **options):
        return self.popen_in(self.par, argv, **options)

    def popen_lan(self, argv, **options):
        """A program on the host behind lagoond."""
        return self.popen_in(self.lan, argv, **options)

    def popen_in(self, namespace, argv, **options):
        # (`nice` becomes the program: the process started is the program itself. A session of its own, so
        # that an interrupt from the keyboard reaches only the program that has to clean up.)
        options.setdefault("start_new_session", True)
        process = subprocess.Popen(netns.command_in(namespace, ["nice", "-n", NICENESS, *argv]), **options)
        self._processes.append(process)
        return process

    def close(self):
        """Ends all that was started, removes all that was made. May be called again, and from anywhere."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        for _, one in self._ends():
            with contextlib.suppress(Exception):  # whatever is left of it is ended below
                one.stop()
        end(self._processes)
        for route in filter(None, (self._route, self._partner_route)):
            route.close()
        for namespace in self._namespaces:
            netns.remove(namespace)
        if self._own_workdir:
            shutil.rmtree(self.workdir, ignore_errors=True)


def remove_stale():
    """Namespaces and folders of those whose process was killed."""
    for namespace in filter(_is_orphan(STALE_NAMESPACE), netns.names()):
        netns.remove(namespace)
    for directory in filter(_is_orphan(STALE_WORKDIR), os.listdir(tempfile.gettempdir())):
        shutil.rmtree(os.path.join(tempfile.gettempdir(), directory), ignore_errors=True)


def _is_orphan(pattern):
    def orphan(name):
        match = pattern.fullmatch(name)
        return match is not None and not os.path.exists(f"/proc/{match[1]}")
    return orphan


def end(processes, patience=3.0):
    """SIGTERM for all that still run, SIGKILL for those that do not heed it."""
    running = [p for p in processes if p.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + patience
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
