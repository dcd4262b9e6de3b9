"""What others do to a lagoond that runs: readers that go or stand still, files that are none, clients without end,
workers and disks that stand while it is told to end. It hears every signal, and ends in time.

usage: outside_test.py LAGOOND LAGOON_CONSOLE
"""

import fcntl
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from lab import pair, stopping
from lab.waiting import until
from stage import telemetry
from stage.lagoond import remove_what_is_left

LAGOOND, CONSOLE = map(os.path.abspath, sys.argv[1:3])
TIMEOUT_S = 2  # the shutdown-timeout of most cases
SLACK_S = 3  # of a busy machine


class Outside(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.name = self.id().rpartition(".")[2][-24:].replace("_", "")

    def path(self, name):
        return os.path.join(self.folder, name)

    def configured(self, **more):
        """The configuration's path and prefix; nothing has been started."""
        made = pair.appliance(LAGOOND, self.folder, self.name, **{"shutdown-timeout": f"{TIMEOUT_S}s", **more})
        self.prefix = made.prefix
        return made.config_path

    def started(self, stdout, stderr, *, config=None, **more):
        config = config or self.configured(**more)
        process = subprocess.Popen([LAGOOND, "-c", config, "--control-socket", self.path("control")],
                                   stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
        self.addCleanup(remove_what_is_left, self.prefix)
        self.addCleanup(self.end, process)
        self.assertTrue(until(lambda: self.answers() or process.poll() is not None))
        self.assertIsNone(process.poll())
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
            process.wait()

    def answers(self):
        try:
            return telemetry.ask(self.prefix, "/lagoon/list")
        except telemetry.TelemetryError:
            return None

    def console(self, line, patience=10):
        return subprocess.run([CONSOLE, "--socket", self.path("control"), line], capture_output=True, text=True,
                              timeout=patience, check=False)

    def assert_ends(self, process, code=0, within=TIMEOUT_S + SLACK_S):
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(within + 5), code)
        self.assertLess(time.monotonic() - begun, within)


class Readers(Outside):
    def test_a_reader_that_goes_ends_nothing(self):
        reading, writing = os.pipe()
        process = self.started(writing, writing)
        os.close(writing)
        os.close(reading)
        for _ in range(20):
            process.send_signal(signal.SIGUSR1)
            time.sleep(0.02)
        self.assertTrue(self.answers())
        self.assert_ends(process)

    def test_a_pipe_that_nobody_reads_stops_no_signal(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        process = self.started(writing, writing, metrics=f"127.0.0.1:{(port := pair.free_port())}")
        os.close(writing)
        for _ in range(400):
            process.send_signal(signal.SIGUSR1)
            time.sleep(0.005)
        process.send_signal(signal.SIGHUP)
        self.assertTrue(until(lambda: self.answers()))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            self.assertIn("lagoon_output_lost_lines_total", answer.read().decode())
        self.assert_ends(process)

    def test_what_is_printed_comes_in_its_order_to_the_last_line(self):
        log = self.path("log")
        with open(log, "wb") as file:
            process = self.started(file, file)
        process.send_signal(signal.SIGUSR1)
        until(lambda: "laga: up" in self.text(log))
        self.assert_ends(process)
        lines = self.text(log).splitlines()
        self.assertEqual(lines[-1], "lagoond: ended")
        self.assertTrue(any(line.startswith("lagoond ") and line.endswith("running, 2 LAGs") for line in lines), lines)

    @staticmethod
    def text(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()


class Files(Outside):
    def odd_files(self):
        os.mkfifo(self.path("fifo"))
        os.mkdir(self.path("folder"))
        with open(self.path("sparse"), "wb") as file:
            file.truncate(1 << 40)
        return {self.path("fifo"): "this is a pipe", self.path("folder"): "this is a folder", "/dev/zero": "this is a device",
                self.path("sparse"): "too large"}

    def test_no_verb_waits_for_what_is_no_file(self):
        odd = self.odd_files()
        for path, words in odd.items():
            for verb in (["--check"], []):
                done = subprocess.run([LAGOOND, "-c", path, *verb], capture_output=True, text=True, timeout=10, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn(words, done.stderr)
        process = self.started(subprocess.DEVNULL, subprocess.DEVNULL)
        for path, words in odd.items():
            for verb in ("check", "diff", "apply"):
                done = self.console(f"config {verb} {path}")
                self.assertEqual(done.returncode, 1)
                self.assertIn(words, done.stderr)
            self.assertIn(words, telemetry.ask(self.prefix, f"/lagoon/config,check,{path}"))
        self.assertEqual(self.console(f"config save {self.path('fifo')}").returncode, 1)
        self.assertEqual(self.console(f"capture start {self.path('fifo')}").returncode, 1)
        self.assert_ends(process)

    def test_a_file_that_turns_into_a_pipe_is_refused_at_a_reload(self):
        config = self.configured()
        log = self.path("log")
        with open(log, "wb") as file:
            process = self.started(file, file, config=config)
        os.remove(config)
        os.mkfifo(config)
        process.send_signal(signal.SIGHUP)
        until(lambda: "this is a pipe" in Readers.text(log))
        self.assertIn("this is a pipe; expected a file", Readers.text(log))
        self.assert_ends(process)

    def test_aliases_cost_no_memory(self):
        bomb = self.path("bomb.yaml")
        with open(bomb, "w", encoding="utf-8") as file:
            file.write('a: &a "' + "x" * 190_000 + '"\nb: [' + "*a, " * 16_000 + "]\n")
        process = self.started(subprocess.DEVNULL, subprocess.DEVNULL)
        before = self.resident_kib(process)
        done = self.console(f"config apply {bomb}")
        self.assertIn("too large", done.stderr)
        self.assertLess(self.resident_kib(process) - before, 64 * 1024)
        self.assert_ends(process)

    @staticmethod
    def resident_kib(process):
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            return int(next(line for line in file if line.startswith("VmHWM:")).split()[1])


class Clients(Outside):
    def test_idle_clients_without_end_leave_a_place_for_the_operator(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        process = self.started(subprocess.DEVNULL, subprocess.DEVNULL)
        idle = []
        for _ in range(100):
            client = self.enterContext(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
            client.connect(self.path("control"))
            idle.append(client)
        begun = time.monotonic()
        self.assertEqual(self.console("show version").returncode, 0)
        self.assertLess(time.monotonic() - begun, 1 + SLACK_S)
        told = json.loads(idle[0].recv(8192))
        self.assertEqual(told["error"]["code"], "busy")
        self.assert_ends(process)

    def test_slow_http_clients_keep_no_scrape_waiting(self):
        port = pair.free_port()
        process = self.started(subprocess.DEVNULL, subprocess.DEVNULL, metrics=f"127.0.0.1:{port}")
        for words in (b"", b"GET /met", b"GET /metrics HTTP/1.1\r\n\r\n"):
            for _ in range(30):
                client = self.enterContext(socket.create_connection(("127.0.0.1", port)))
                client.send(words)
        for _ in range(5):
            begun = time.monotonic()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                self.assertIn("lagoon_lag_up", answer.read().decode())
            self.assertLess(time.monotonic() - begun, 1 + SLACK_S)
        self.assert_ends(process)


class Ends(Outside):
    """A thread is stopped by a debugger's means, and the process is told to end."""

    def stop_thread(self, process, wanted):
        """Stops the thread of that name for as long as the test lasts."""
        found = stopping.threads_called(process.pid, wanted)
        self.assertTrue(found, f"no thread {wanted}")
        stopping.Stopped(self, found[0])

    def ends_with_a_stopped(self, thread, code, **more):
        log = self.path("log")
        with open(log, "wb") as file:
            process = self.started(file, file, **more)
        self.stop_thread(process, thread)
        self.assert_ends(process, code)
        self.assertFalse(os.path.exists(self.path("control")), "the control socket is left")
        return Readers.text(log)

    def test_while_a_worker_stands(self):
        # (wires have no other way to the Partner than the worker's, so it may not know)
        log = self.path("log")
        with open(log, "wb") as file:
            process = self.started(file, file)
        self.stop_thread(process, stopping.worker())
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertIn(process.wait(TIMEOUT_S + 5), (0, 1))
        self.assertLess(time.monotonic() - begun, TIMEOUT_S + SLACK_S)
        self.assertIn("longer than the shutdown-timeout", Readers.text(log))
        self.assertFalse(os.path.exists(self.path("control")), "the control socket is left")

    def test_while_control_stands(self):
        # (nobody else may speak to the Partners)
        words = self.ends_with_a_stopped("lagoond", 1)
        self.assertIn("the control lcore took longer than the shutdown-timeout", words)

    def test_while_the_journal_stands(self):
        words = self.ends_with_a_stopped("journal", 0, journal=self.path("journal.log"))
        self.assertIn("the journal, or a scrape took longer than the shutdown-timeout", words)

    def test_while_the_metrics_stand(self):
        self.ends_with_a_stopped("metrics", 0, metrics=f"127.0.0.1:{pair.free_port()}")

    def test_while_what_prints_stands(self):
        process = self.started(subprocess.DEVNULL, subprocess.DEVNULL)
        self.stop_thread(process, "output")
        self.assert_ends(process)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
