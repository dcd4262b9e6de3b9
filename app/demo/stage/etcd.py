"""Etcd: one or three members of Debian's etcd, each a machine of its own, and those who ask them.

    namespace eb: a bridge, 10.78.0.0/24
        |               |               |                       |
    e1 10.78.0.11   e2 10.78.0.12   e3 10.78.0.13    boxes, attached: 10.78.0.101 ..

Each can be cut from each, stopped and killed. close() ends all that was started and removes all that was made.
"""

import atexit
import glob
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from . import netns
from .stage import NICENESS, remove_stale

NETWORK = "10.78.0"
FIRST_BOX = 101
CLIENT_PORT, PEER_PORT = 2379, 2380
PATIENCE_S = 20
INTERFACE = "etcd0"  # at a box


class EtcdError(RuntimeError):
    """An etcd did not start, or etcdctl failed."""


class Etcd:
    """`members`: 1 or 3. `election_ms`: until a leader that is not heard is given up; leases last three halves of it at
    least. `tls`: an Authority, for members and for who asks; with `client_certificates` members ask for one as well."""

    _count = itertools.count(1)

    def __init__(self, members=3, election_ms=1000, tls=None, client_certificates=False, workdir=None):
        self.tag = f"lg{os.getpid()}-{next(Etcd._count)}"
        self._own_workdir = workdir is None
        self.workdir = workdir or tempfile.mkdtemp(prefix=f"{self.tag}-")
        self.members = [_Member(f"e{i}", f"{self.tag}-e{i}", f"{NETWORK}.{10 + i}") for i in range(1, members + 1)]
        self._bridge = f"{self.tag}-eb"
        self._election_ms = election_ms
        self._authority, self._client_certificates = tls, client_certificates
        self._scheme = "https" if tls else "http"
        self._addresses = {member.namespace: member.address for member in self.members}  # of boxes, too
        self._made = []
        self._blackholes = {}
        self._user = None
        self._closed = False

    @property
    def endpoints(self):
        return [f"{self._scheme}://{member.address}:{CLIENT_PORT}" for member in self.members]

    def __enter__(self):
        atexit.register(self.close)
        try:
            remove_stale()
            netns.create(self._bridge)
            self._made.append(self._bridge)
            netns.ip_batch(self._bridge, ["link add br0 type bridge", "link set br0 up"])
            for member in self.members:
                netns.create(member.namespace)
                self._made.append(member.namespace)
                self._join(member.namespace, member.name, member.address, "eth0")
            if self._authority:
                self._tls_files = self._authority.issue("etcd", [*(m.address for m in self.members), "127.0.0.1"])
            self.begin()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        self._kill_all()
        for namespace in self._made:
            netns.remove(namespace)
        if self._own_workdir:
            shutil.rmtree(self.workdir, ignore_errors=True)

    def _join(self, namespace, port, address, interface):
        netns.ip_batch(self._bridge, [
            f"link add {port} type veth peer name {interface} netns {namespace}", f"link set {port} master br0 up"])
        netns.ip_batch(namespace, [f"addr add {address}/24 dev {interface}", f"link set {interface} up"])

    def attach(self, namespace):
        """An interface on the bridge for a namespace of somebody else's; gives its address. It goes with close()."""
        number = len(self._addresses) - len(self.members)
        address = f"{NETWORK}.{FIRST_BOX + number}"
        self._join(namespace, f"b{number}", address, INTERFACE)
        self._addresses[namespace] = address
        return address

    # --- members ---

    def begin(self):
        """Starts all members, and waits until they answer."""
        for member in self.members:
            self.start(member)
        self.await_health()

    def start(self, member):
        """Goes on with what it knew, if it was killed."""
        files = []
        if self._authority:
            certificate, key = self._tls_files
            files = ["--cert-file", certificate, "--key-file", key, "--trusted-ca-file", self._authority.certificate]
            files += ["--client-cert-auth"] if self._client_certificates else []
        own = f"http://{member.address}:{PEER_PORT}"
        listen = f"{self._scheme}://{member.address}:{CLIENT_PORT}"
        with open(self._log_of(member), "ab") as log:
            member.process = subprocess.Popen(
                _inside(member.namespace, "nice", "-n", NICENESS, "etcd", "--name", member.name,
                        "--data-dir", self._data_of(member), "--listen-client-urls", listen,
                        "--advertise-client-urls", listen, "--listen-peer-urls", own,
                        "--initial-advertise-peer-urls", own, "--initial-cluster", self._cluster(),
                        "--heartbeat-interval", str(self._election_ms // 10),
                        "--election-timeout", str(self._election_ms), "--unsafe-no-fsync", "--logger", "zap", *files),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def await_health(self, members=None):
        deadline = time.monotonic() + PATIENCE_S
        waiting = list(members or self.members)
        while waiting:
            done = self._etcdctl(waiting[0], ["--dial-timeout=500ms", "--command-timeout=1s", "endpoint", "health"])
            if done.returncode == 0:
                waiting.pop(0)
            elif waiting[0].process.poll() is not None or time.monotonic() > deadline:
                raise EtcdError(f"{waiting[0].name} does not answer: {done.stderr.strip()}\n{self.log_end(waiting[0])}")
            else:
                time.sleep(0.02)

    def kill(self, member):
        """Power loss."""
        member.process.kill()
        member.process.wait()

    def _kill_all(self):
        # (one that ends politely waits for another one to lead)
        for member in self.members:
            if member.process is not None:
                self.kill(member)

    def pause(self, member):
        """It stands, and its connections stay."""
        member.signal(signal.SIGSTOP)
        deadline = time.monotonic() + PATIENCE_S
        while not member.stands():
            if time.monotonic() > deadline:
                raise EtcdError(f"{member.name} does not stop")
            time.sleep(0.001)

    def resume(self, member):
        member.signal(signal.SIGCONT)

    def leader(self):
        """The member that leads, as the first one that answers says."""
        for member in self.members:
            done = self._etcdctl(member, ["--command-timeout=1s", "endpoint", "status", "-w", "json"])
            if done.returncode == 0 and (status := json.loads(done.stdout)):
                listed = json.loads(self.ctl("member", "list", "-w", "json", member=member))["members"]
                name = {one["ID"]: one["name"] for one in listed}[status[0]["Status"]["leader"]]
                return next(one for one in self.members if one.name == name)
        raise EtcdError("no member answers")

    def log_end(self, member):
        with open(self._log_of(member), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    # --- what stands between them ---

    def cut(self, place, others=None):
        """Nothing goes from `place` to `others`, nor do answers: each a member or the namespace of a box. Without
        `others`: to nobody."""
        place = _namespace(place)
        others = self._addresses if others is None else map(_namespace, others)
        addresses = {self._addresses[other] for other in others if other != place} - self._blackholes.get(place, set())
        netns.ip_batch(place, [f"route add blackhole {address}" for address in sorted(addresses)])
        self._blackholes.setdefault(place, set()).update(addresses)

    def heal(self, place=None):
        """All that was cut at `place`, or everywhere."""
        for each in [_namespace(place)] if place else list(self._blackholes):
            addresses = self._blackholes.pop(each, set())
            netns.ip_batch(each, [f"route del blackhole {address}" for address in sorted(addresses)])

    # --- what they hold ---

    def ctl(self, *arguments, member=None):
        """What etcdctl says."""
        done = self._etcdctl(member or self.members[0], list(arguments))
        if done.returncode != 0:
            raise EtcdError(f"etcdctl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def revision(self):
        return json.loads(self.ctl("get", "no-such-key", "-w", "json"))["header"]["revision"]

    def compact(self, revision=None):
        self.ctl("compaction", str(revision or self.revision()))

    def require_users(self, root_password, users):
        """Switches authentication on. `users`: name -> (password, prefix that may be read and written)."""
        self.ctl("user", "add", f"root:{root_password}")
        self.ctl("user", "grant-role", "root", "root")
        for name, (password, prefix) in users.items():
            self.ctl("role", "add", name)
            self.ctl("role", "grant-permission", name, "--prefix=true", "readwrite", prefix)
            self.ctl("user", "add", f"{name}:{password}")
            self.ctl("user", "grant-role", name, name)
        self.ctl("auth", "enable")
        self._user = f"root:{root_password}"

    def require_nobody(self):
        """Switches authentication off, and forgets users and roles."""
        self.ctl("auth", "disable")
        self._user = None
        for kind in ("user", "role"):
            for name in self.ctl(kind, "list").split():
                self.ctl(kind, "delete", name)

    def forget_tokens(self, user, password):
        """Of that user, whose password stays as it is."""
        done = self._etcdctl(self.members[0], ["user", "passwd", user, "--interactive=false"], text=password)
        if done.returncode != 0:
            raise EtcdError(f"etcdctl user passwd: {done.stderr.strip()}")

    def save(self, name="snapshot"):
        """A snapshot; gives its path."""
        path = os.path.join(self.workdir, name)
        self.ctl("snapshot", "save", path)
        return path

    def restore(self, path):
        """All members end, forget what they know and begin with the snapshot, as after a disaster."""
        self._kill_all()
        for member in self.members:
            shutil.rmtree(self._data_of(member))
            self.ctl("snapshot", "restore", path, "--name", member.name, "--data-dir", self._data_of(member),
                     "--initial-cluster", self._cluster(),
                     "--initial-advertise-peer-urls", f"http://{member.address}:{PEER_PORT}", member=member)
        self.begin()

    def _etcdctl(self, member, arguments, text=None):
        words = ["etcdctl", "--endpoints", f"{self._scheme}://{member.address}:{CLIENT_PORT}"]
        if self._authority:
            certificate, key = self._tls_files
            words += ["--cacert", self._authority.certificate, "--cert", certificate, "--key", key]
        if self._user:
            words += ["--user", self._user]
        return subprocess.run(_inside(member.namespace, *words, *arguments), check=False, capture_output=True,
                              input=text, text=True, env={**os.environ, "ETCDCTL_API": "3"})

    def _cluster(self):
        return ",".join(f"{member.name}=http://{member.address}:{PEER_PORT}" for member in self.members)

    def _data_of(self, member):
        return os.path.join(self.workdir, f"{member.name}.data")

    def _log_of(self, member):
        return os.path.join(self.workdir, f"{member.name}.log")


class _Member:
    def __init__(self, name, namespace, address):
        self.name, self.namespace, self.address = name, namespace, address
        self.process = None

    def signal(self, number):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def stands(self):
        """All its threads do: a signal reaches one after the other."""
        states = []
        for status in glob.glob(f"/proc/{self.process.pid}/task/*/stat"):
            with open(status, encoding="utf-8", errors="replace") as file:
                states.append(file.read().rpartition(")")[2].split()[0])
        return all(state == "T" for state in states)


def _namespace(place):
    return place.namespace if isinstance(place, _Member) else place


def _inside(namespace, *words):
    return ["nsenter", f"--net={netns.NETNS_DIR}/{namespace}", *words]
