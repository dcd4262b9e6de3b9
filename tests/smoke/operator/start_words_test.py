"""Starts that can't succeed: the first line that is printed says what to do.

usage: start_words_test.py LAGOOND        Needs root.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from lab.conformance import enter_namespace, ip
from lab.waiting import wait_for
from stage.lagoond import remove_what_is_left

LAGOOND = sys.argv[1]
SKIP = 77
PATIENCE_S = 20
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


class StartWords(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        enter_namespace()
        ip("link", "set", "lo", "up")
        ip("link", "add", "m0", "type", "veth", "peer", "name", "p0")
        for interface in ("m0", "p0"):
            ip("link", "set", interface, "up")

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lagoon-start-")
        os.chmod(self.folder, 0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.prefix = f"lw{os.getpid()}"
        self.addCleanup(remove_what_is_left, self.prefix)
        self.addCleanup(shutil.rmtree, f"/var/run/dpdk/{self.prefix}", ignore_errors=True)

    def file(self, name="lagoond", eal=None, interface="m0", **more):
        path = os.path.join(self.folder, name + ".yaml")
        config = {"eal": {"lcores": [0, 1], "huge": False, "prefix": self.prefix, **(eal or {})},
                  "lags": [{"name": "lag0", "members": [{"dev": f"net_af_packet0,iface={interface}"}]}], **more}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        return path

    def first_line(self, path, *before):
        done = subprocess.run([*before, LAGOOND, "-c", path], capture_output=True, text=True, check=False,
                              timeout=PATIENCE_S, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        print("   ", (done.stdout + done.stderr).splitlines()[0], flush=True)
        return (done.stdout + done.stderr).splitlines()[0]

    def test_without_rights(self):
        words = self.first_line(self.file(), *NOBODY, "env", f"XDG_RUNTIME_DIR={self.folder}")
        self.assertIn("needs the capabilities CAP_NET_ADMIN and CAP_NET_RAW, which this process does not have: start as root", words)

    def test_without_the_interface(self):
        words = self.first_line(self.file(interface="nope"))
        self.assertIn("LAG 'lag0', member 'net_af_packet0': there is no interface 'nope'", words)
        self.assertIn("'ip link' shows those that there are", words)

    def test_without_the_cpu(self):
        online = pathlib.Path("/sys/devices/system/cpu/online").read_text(encoding="ascii").strip()
        words = self.first_line(self.file(eal={"lcores": [0, 1000]}))
        self.assertEqual(words, f"lagoond: 'lcores:' in 'eal:' names CPU 1000, which this machine has not; online are {online}")

    def test_without_hugepages(self):
        pages = pathlib.Path("/sys/kernel/mm/hugepages").glob("*/nr_*hugepages")
        if any(int(page.read_text(encoding="ascii")) for page in pages):
            self.skipTest("there are hugepages")
        words = self.first_line(self.file(eal={"huge": True}))
        self.assertIn("this machine has no hugepages; reserve some ('sysctl vm.nr_hugepages=512'", words)
        self.assertIn("or say 'huge: false'", words)

    def test_without_the_memory(self):
        words = self.first_line(self.file(eal={"memory": "900000M"}))
        self.assertRegex(words, r"'memory:' in 'eal:' is 900000 MB, and this machine has \d+ MB available; 'auto' takes what")

    def test_with_the_port_in_use(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            words = self.first_line(self.file(metrics=f"127.0.0.1:{port}"))
        self.assertEqual(words, f"lagoond: metrics: can't listen on 127.0.0.1:{port}: another program listens there; "
                                "end it, or take another port")

    def test_on_an_address_of_another_machine(self):
        self.assertIn("no interface that is up has this address", self.first_line(self.file(metrics="192.0.2.1:9478")))

    def test_with_the_interface_or_the_prefix_in_use(self):
        log = open(os.path.join(self.folder, "log"), "wb")
        self.addCleanup(log.close)
        first = subprocess.Popen([LAGOOND, "-c", self.file()], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.addCleanup(first.wait)
        self.addCleanup(first.terminate)
        self.assertIsNotNone(wait_for(lambda: b"running" in pathlib.Path(log.name).read_bytes(), PATIENCE_S))
        other = self.file("other", eal={"prefix": self.prefix + "b"})
        self.addCleanup(remove_what_is_left, self.prefix + "b")
        self.addCleanup(shutil.rmtree, f"/var/run/dpdk/{self.prefix}b", ignore_errors=True)
        words = self.first_line(other)
        self.assertIn(f"LAG 'lag0', member 'net_af_packet0': interface 'm0' is in use by lagoond, process {first.pid}; "
                      "stop that, or take another interface", words)
        words = self.first_line(self.file("same", interface="p0"))
        self.assertIn("another lagoond", words)
        self.assertIn(f"'prefix: {self.prefix}'", words)

    def test_a_tap_that_takes_one_queue_only(self):
        ip("tuntap", "add", "single0", "mode", "tap")
        self.addCleanup(ip, "link", "del", "single0")
        path = self.file(ports=[{"name": "host", "tap": "single0"}], forward=[["host", "lag0"]])
        words = self.first_line(path)
        self.assertIn("port 'host': the tap 'single0' was made without multi_queue", words)
        self.assertIn("'ip tuntap add single0 mode tap multi_queue'", words)

    def test_an_mtu_that_a_tap_does_not_take_is_refused_by_the_file(self):
        path = self.file(ports=[{"name": "host", "tap": "host0"}], forward=[["host", "lag0"]],
                         lags=[{"name": "lag0", "mtu": 9000, "members": [{"dev": "net_af_packet0,iface=m0"}]}])
        words = self.first_line(path)
        self.assertIn("mtu is 9000, and port 'host' is a tap, whose driver takes 1504 at most", words)
        checked = subprocess.run([LAGOOND, "--check", "-c", path], capture_output=True, text=True, check=False)
        self.assertEqual((checked.returncode, checked.stderr.splitlines()[0]), (1, words))

    def of_two_boxes(self, etcd=(), peer=()):
        lag = {"name": "lag0", "mode": "lacp", "lacp": {"system-id": "02:4c:00:00:00:01", "key": 100}, "multichassis": {"mode": "standby"},
               "members": [{"dev": "net_af_packet0,iface=m0"}]}
        cluster = {"domain": "rack7", "node": "a", "nodes": {"a": 1, "b": 2},
                   "etcd": {"endpoints": ["https://127.0.0.1:2379"], **dict(etcd)},
                   "peer": {"address": "127.0.0.2", "bind": "127.0.0.1", **dict(peer)}}
        return self.file(lags=[lag], cluster=cluster)

    def test_without_a_secret_or_a_certificate(self):
        nowhere, empty, short = (os.path.join(self.folder, name) for name in ("nowhere", "empty", "short"))
        pathlib.Path(empty).touch()
        pathlib.Path(short).write_text("fifteen octets!\n", encoding="ascii")
        gone = f"{nowhere} can't be read: No such file or directory"
        for etcd, peer, wanted in (({"user": "box", "password-file": nowhere}, {}, f"etcd: password-file: {gone}"),
                                   ({"ca": nowhere}, {}, f"etcd: ca: {gone}"),
                                   ({"certificate": nowhere, "key": empty}, {}, f"etcd: certificate: {gone}"),
                                   ({}, {"key-file": empty}, f"peer: key-file: {empty} is empty; expected a secret in it"),
                                   ({}, {"key-file": short}, f"peer: key-file: {short} has 15 octets; expected 16 at the least"),
                                   ({}, {"bind": "192.0.2.7"}, "peer: can't hear on 192.0.2.7: ")):
            with self.subTest(wanted):
                self.assertIn(f"lagoond: cluster: {wanted}", self.first_line(self.of_two_boxes(etcd, peer)))


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
