"""The control socket of a lagoond that runs: who may speak, what odd messages do, and that a busy console costs no
frame.

usage: socket_test.py LAGOOND LAGOON_CONSOLE LAGOON_FEED
"""

import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from lab import console
from lab.retries import TRIES, tries
import rootless

LAGOOND, CONSOLE, FEED = map(os.path.abspath, sys.argv[1:4])
NOBODY = 65534
# Connects as the user it is started as, and prints what it hears.
STRANGER = """
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(10)
try:
    s.connect(sys.argv[1])
    print(s.recv(65536).decode())
    print(s.recv(65536) == b"")
except PermissionError:
    print("no permission")
"""


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(console.Lab(LAGOOND, CONSOLE, "access"))

    def stranger(self):
        return subprocess.run(["/usr/bin/python3", "-c", STRANGER, self.lab.socket_path], check=True, text=True,
                              capture_output=True, user=NOBODY, group=NOBODY, extra_groups=[]).stdout

    def test_the_socket_is_for_its_owner_alone(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.lab.socket_path).st_mode), 0o600)

    @unittest.skipIf(os.geteuid() != 0, "becoming another user takes root")
    def test_a_second_user_is_refused(self):
        self.assertEqual(self.stranger(), "no permission\n")
        # Even with a socket that the file system would let them use.
        os.chmod(self.lab.socket_path, 0o666)
        self.addCleanup(os.chmod, self.lab.socket_path, 0o600)
        reply, ended = self.stranger().splitlines()
        self.assertEqual(ended, "True")
        self.assertEqual(json.loads(reply)["error"],
                         {"code": "no_permission", "detail": "this process obeys its own user and root only"})

    def test_malformed_messages_change_nothing(self):
        def state(client):
            options = json.loads(client.text("show lag laga as json"))
            return {key: options[key] for key in ("options", "mode", "hash", "name") if key in options}
        change = '"command":"run","line":"set laga hash l2"'
        odd = ["", "x", "[]", "{}", "null", "{" + change + "}", '{"version":2,' + change + "}", '{"version":1,' + change,
               '{"version":1,"extra":1,' + change + "}", '{"version":1,"id":{},' + change + "}", "[" * 8000,
               '{"version":1,"command":"do","line":"set laga hash l2"}', '{"version":1,"command":"run","line":5}',
               '{"version":1,"command":"run","line":"set laga hash ' + "x" * 9000 + '"}', "\0" * 100, " " * 100_000]
        with console.Client(self.lab.socket_path) as client:
            before = state(client)
            self.assertIn("hash", before)
            for message in odd:
                if not message:
                    continue  # (an empty message is the end of a connection)
                reply = client.ask_raw(message.encode())
                self.assertFalse(reply["ok"], message[:60])
                self.assertTrue(reply["error"]["detail"])
            client.socket.send(b"\xff\xfe{")
            self.assertFalse(json.loads(client.socket.recv(console.MESSAGE_MAX))["ok"])
            self.assertEqual(state(client), before)
            client.text("set laga hash l2")
            self.assertNotEqual(state(client), before)
            client.text("set laga hash l3+4")

    def test_a_client_that_only_connects_or_never_reads_keeps_nobody_waiting(self):
        silent = console.Client(self.lab.socket_path)
        deaf = console.Client(self.lab.socket_path)
        self.addCleanup(silent.socket.close)
        self.addCleanup(deaf.socket.close)
        deaf.socket.setblocking(False)
        request = json.dumps({"version": 1, "command": "run", "line": "show lag as json"}).encode()
        try:
            for _ in range(500):
                deaf.socket.send(request)
        except BlockingIOError:
            pass
        begin = time.monotonic()
        with console.Client(self.lab.socket_path) as client:
            for _ in range(20):
                client.text("show lag")
        self.assertLess(time.monotonic() - begin, 5)

    def test_a_second_lagoond_leaves_the_socket_alone(self):
        prefix, path = self.lab.lagoond.prefix, os.path.join(self.lab.folder, "second.yaml")
        with open(self.lab.lagoond.config_path, encoding="utf-8") as first, open(path, "w", encoding="utf-8") as second:
            second.write(first.read().replace(prefix, prefix + "b"))
        second = subprocess.run([LAGOOND, "-c", path, "--control-socket", self.lab.socket_path], capture_output=True, text=True, check=False,
                                env=self.lab.environment, timeout=console.PATIENCE_S)
        self.assertEqual(second.returncode, 1)
        self.assertIn("another lagoond or program listens there", second.stderr)
        self.assertEqual(self.lab.run("show", "version").returncode, 0)

    def test_what_the_console_completes_a_script_can_ask_for(self):
        with console.Client(self.lab.socket_path) as client:
            choices = client.ask("drain member laga ", "complete")["result"]["choices"]
            self.assertEqual([choice["text"] for choice in choices], ["w0", "w1"])


class Busy(unittest.TestCase):
    """Two LAGs back to back under 2000 frames/s each way, while consoles ask for all there is as fast as they can."""

    CLIENTS, SECONDS = 3, 4

    def test_consoles_cost_no_frame(self):
        for _ in tries("consoles under traffic"):
            lost, asked = self._run_once()
            print(f"{asked} answers, {lost} frames lost")
            self.assertGreater(asked, 100)
            if lost == 0:
                return
        self.fail(f"frames were lost in each of {TRIES} tries")

    def _run_once(self):
        with tempfile.TemporaryDirectory(prefix="lagoon-busy-") as folder:
            os.environ["XDG_RUNTIME_DIR"] = folder

            def path(name):
                return os.path.join(folder, name)
            started = []

            def popen(argv, **more):
                started.append(subprocess.Popen(argv, **more))
                return started[-1]
            appliance = rootless.BackToBack(LAGOOND, 2, popen, path)
            feed = rootless.Feed(FEED, None, popen, path)
            try:
                appliance.start()
                deadline = time.monotonic() + console.PATIENCE_S
                while appliance.status()["distributing_members"] < 2:
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.05)
                feed.start()
                base = "/run" if os.geteuid() == 0 else folder
                asked = self._ask_all(f"{base}/lagoon/{appliance.prefix}.sock")
                records = feed.stop()
            finally:
                for process in started:
                    if process.poll() is None:
                        process.terminate()
                        process.wait()
            sent = len(records["lan_sent"]) + len(records["far_sent"])
            self.assertGreater(sent, 2 * rootless.hosts.RATE * self.SECONDS / 2)
            return sent - len(records["far_received"]) - len(records["lan_received"]), asked

    def _ask_all(self, socket_path):
        counts = [0] * self.CLIENTS
        until = time.monotonic() + self.SECONDS

        def ask(number):
            with console.Client(socket_path) as client:
                while time.monotonic() < until:
                    for line in ("show lag as json", "show xstats", "show events", "set laga min-links 1"):
                        client.text(line)
                        counts[number] += 1
        threads = [threading.Thread(target=ask, args=(i,)) for i in range(self.CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(all(counts))
        return sum(counts)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
