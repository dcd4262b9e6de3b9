"""Boxes that ask an etcd, with lagoond's client of it (tests/smoke/etcd/client_program.cpp)."""

import json
import os
import subprocess
import threading

from stage import netns
from stage.etcd import Etcd
from stage.stage import end

PATIENCE_S = 20
GENEROUS_MS = 10000  # a deadline that is not to pass
DOMAIN = "rack7"

_WITH_RESOLVER = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                  'mount --bind "$0" /etc/resolv.conf; exec "$@"']


class Box:
    """A machine with the client on it, attached to an etcd. More endpoints may be its own (127.0.0.1). `client` is the
    program. `resolver`: a file that stands for /etc/resolv.conf there."""

    client = ""

    def __init__(self, etcd, *options, endpoints=None, domain=DOMAIN, resolver=None):
        self.namespace = etcd.box
        self._lines, self._news = [], threading.Condition()
        self._ids, self._over = 0, False
        elsewhere = _WITH_RESOLVER + [resolver] if resolver else []
        self._process = subprocess.Popen(
            ["nsenter", f"--net={netns.NETNS_DIR}/{self.namespace}", *elsewhere, Box.client, domain,
             ",".join(endpoints or etcd.endpoints), *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, start_new_session=True,
            # (what is to be asked for nothing)
            env={**os.environ, "http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"})
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_S)
        finally:
            end([self._process])
            self._reader.join()
            self._process.stdout.close()
        if self._process.returncode != 0:
            raise AssertionError(f"the client ended with {self._process.returncode}")

    def _read(self):
        for line in self._process.stdout:
            with self._news:
                self._lines.append(json.loads(line))
                self._news.notify_all()
        with self._news:
            self._over = True
            self._news.notify_all()

    def send(self, order, endpoint=0, deadline_ms=GENEROUS_MS):
        """Gives the number of the request."""
        self._ids += 1
        self._process.stdin.write(f"send {self._ids} {endpoint} {deadline_ms} {order}\n")
        return self._ids

    def watch(self, number, endpoint=0, start=None):
        """From now on, unless there is a `start`."""
        if start is None:
            start = self.ask("read", endpoint)["revision"] + 1
        self._process.stdin.write(f"watch {number} {endpoint} {start}\n")

    def ask(self, order, endpoint=0, deadline_ms=GENEROUS_MS):
        """What came of it."""
        number = self.send(order, endpoint, deadline_ms)
        return self.told(id=number)

    def told(self, count=1, **wanted):
        """The line that has all of that, when it is there; of several the one of that number."""
        with self._news:
            self._news.wait_for(lambda: self._over or len(self.all_told(**wanted)) >= count, PATIENCE_S)
            lines = self.all_told(**wanted)
        if len(lines) < count:
            raise AssertionError(f"not told: {wanted}; told: {self._lines[-20:]}")
        return lines[count - 1]

    def all_told(self, **wanted):
        return [line for line in self._lines if wanted.items() <= line.items()]


class Members(Etcd):
    """With a namespace for boxes."""

    def __enter__(self):
        super().__enter__()
        self.box = f"{self.tag}-c1"
        try:
            netns.create(self.box)
            self._made.append(self.box)
            self.attach(self.box)
        except BaseException:
            self.close()
            raise
        return self
