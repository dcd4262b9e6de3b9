"""TwoBoxes: one LAG of two lagoonds, link 0 to box a and link 1 to box b, and the LAN that both stand on.

    namespace lan          namespace sw            namespace net                  namespace par
    eth0 10.77.0.1 [veth]  host   br0   a [veth] lan0 (lagoond a) va0 ==link 0== vb0 (partner) ... 10.77.0.2
                                        b [veth] lan0 (lagoond b) va1 ==link 1== vb1
                                                 namespace box

Both boxes reach etcd, and each other, over etcd's bridge (etcd.py), where each way can be cut.
"""

import json
import subprocess

from . import netns, telemetry
from .etcd import Etcd
from .lagoond import LAG, Appliance, eal_section
from .stage import Stage

SYSTEM = "02:4c:00:00:00:01"
DOMAIN = "rack7"
LEASE_S = 2


class Box:
    """One of the two: its namespace, its address on etcd's bridge, and its lagoond."""

    def __init__(self, name, number, namespace, link):
        self.name, self.number, self.namespace, self.link = name, number, namespace, link
        self.address = None
        self.lagoond = None

    @property
    def prefix(self):
        return self.lagoond.prefix

    def ask(self, line):
        """What the console says to a line."""
        return self._console(line)

    def cluster(self):
        return json.loads(self._console("show cluster json"))

    def lag(self):
        return self.cluster()["lags"][0]

    def role(self):
        try:
            return self.lag()["role"]
        except (ValueError, IndexError, KeyError, telemetry.TelemetryError, OSError, subprocess.SubprocessError):
            return "silent"

    def _console(self, line):
        done = subprocess.run([self.lagoond.console, "--prefix", self.prefix, *line.split()], check=False, capture_output=True,
                              text=True, timeout=20)
        if done.returncode != 0:
            raise telemetry.TelemetryError(f"{line}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout


class TwoBoxes:
    def __init__(self, binary, console, mode="standby", prefer=None, members=3, lag=None, cluster=None, etcd=None, tap=None):
        """`lag`, `cluster`: more keys of these; `etcd`: one that is not to be made here. With `tap` the LAG is forwarded to a
        tap of that name at each box, and lan0 is nobody's."""
        self._binary, self._console_binary = binary, console
        self._mode, self._prefer, self._members = mode, prefer, members
        self._lag, self._cluster = lag or {}, cluster or {}
        self._tap = tap
        self.stage = None
        self.etcd = etcd
        self._own_etcd = etcd is None
        self.boxes = []

    @property
    def a(self):
        return self.boxes[0]

    @property
    def b(self):
        return self.boxes[1]

    def __enter__(self):
        self.stage = Stage(2)
        self.stage.__enter__()
        try:
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for box in self.boxes:
            if box.lagoond is not None:
                box.lagoond.__exit__(True)
        if self._own_etcd and self.etcd is not None:
            self.etcd.close()
        self.stage.close()

    def _build(self):
        stage = self.stage
        box = f"{stage.tag}-box"
        self.boxes = [Box("a", 1, stage.net, 0), Box("b", 2, box, 1)]
        for namespace in (box, self.switch):
            stage.add_namespace(namespace)
        netns.ip_batch(stage.net, [f"link set va1 netns {box}", f"link set {stage.access_iface} name host netns {self.switch}"])
        netns.ip_batch(box, ["link set va1 arp off up"])
        netns.bridge(self.switch)
        netns.ip_batch(self.switch, ["link set host master br0", "link set host up"])
        for each in self.boxes:
            netns.ip_batch(self.switch, [f"link add name to-{each.name} type veth peer name {stage.access_iface} netns {each.namespace}",
                                         f"link set to-{each.name} master br0 up"])
            netns.ip_batch(each.namespace, [f"link set {stage.access_iface} arp off up"])
            netns.plain_frames(each.namespace, [stage.access_iface, f"va{each.link}"])
        netns.plain_frames(self.switch, ["host", "to-a", "to-b"])
        if self._own_etcd:
            self.etcd = Etcd(members=self._members, workdir=stage.workdir)
            self.etcd.__enter__()
        for each in self.boxes:
            each.address = self.etcd.attach(each.namespace)

    @property
    def switch(self):
        return f"{self.stage.tag}-sw"

    def other(self, box):
        return self.b if box is self.a else self.a

    def config(self, box, **more):
        stage = self.stage
        cluster = {"domain": DOMAIN, "node": box.name, "nodes": {each.name: each.number for each in self.boxes},
                   "etcd": {"endpoints": self.etcd.endpoints, "lease": f"{LEASE_S}s"},
                   "peer": {"address": self.other(box).address, "bind": box.address}, **self._cluster}
        shared = {"mode": self._mode, **({"prefer": self._prefer} if self._prefer else {})}
        lag = {"name": LAG, "mode": "lacp", "lacp": {"rate": "fast", "system-id": SYSTEM, "key": 100}, "multichassis": shared,
               "members": [{"dev": f"net_af_packet1,iface=va{box.link}"}], **self._lag}
        ports = [{"name": stage.access_iface, "dev": f"net_af_packet0,iface={stage.access_iface}"}]
        ports += [{"name": self._tap, "tap": self._tap}] if self._tap else []
        return {"eal": eal_section(f"{stage.tag}-{box.name}"), "cluster": cluster, "ports": ports, "lags": [lag],
                "forward": [[self._tap or stage.access_iface, LAG]], **more}

    def set_uplink(self, box, up):
        """The carrier of its interface to the LAN."""
        netns.ip_batch(self.switch, [f"link set to-{box.name} {'up' if up else 'down'}"])

    def start(self, box, **more):
        """Its lagoond, anew."""
        box.lagoond = Appliance(self._binary, self.config(box, **more),
                                lambda argv, **options: self.stage.popen_in(box.namespace, argv, **options),
                                self.stage.path, f"lagoond-{box.name}", LAG, cables_are_right=False)
        box.lagoond.console = self._console_binary
        box.lagoond.start()
        return box

    def carrying(self):
        """The boxes whose LAG is up: one that is alone offers itself, and the Partner may have taken the other."""
        return [box for box in self.boxes if box.lagoond and box.role() in ("holder", "isolated") and box.lagoond.status()["up"]]

    def holder(self):
        """The box that carries; nothing: none does."""
        return next(iter(self.carrying()), None)
