"""lagoon-traffic over the loopback interface. usage: traffic_test.py LAGOON_TRAFFIC"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

import lab  # noqa: F401 (it brings app/demo)
import analysis
import hosts

TRAFFIC = sys.argv.pop(1)
HERE, THERE = "127.0.0.1", "127.0.0.2"
FLOWS = 4
RATE = 400
GREETING = bytes.fromhex("6967614c")  # payload.hpp, little-endian


def free_port(count=1):
    """The first of that many ports in a row that nobody uses at the moment."""
    for port in range(23000 + os.getpid() % 5000, 60000, count):
        sockets = []
        try:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                for number in range(port, port + count):
                    for address in (HERE, THERE):
                        sockets.append(socket.socket(socket.AF_INET, kind))
                        sockets[-1].bind((address, number))
            return port
        except OSError:
            continue
        finally:
            for each in sockets:
                each.close()
    raise RuntimeError("no free ports")


class TrafficTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def path(self, name):
        return os.path.join(self.folder, name)

    def popen(self, *words, stdout=subprocess.PIPE):
        process = subprocess.Popen([TRAFFIC, *words], stdout=stdout, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.communicate()


class Udp(TrafficTest):
    def udp(self, bind, peer, name, port, *more):
        with open(self.path(f"{name}.out"), "wb") as out:
            return self.popen("udp", "--bind", bind, "--peer", peer, "--log", self.path(name), "--port", str(port),
                              "--flows", str(FLOWS), "--rate", str(RATE), *more, stdout=out)

    def test_every_frame_is_written_down_at_both_ends(self):
        port = free_port(FLOWS + 1)
        programs = [self.udp(HERE, THERE, "lan", port, "--seconds", "3"),
                    self.udp(THERE, HERE, "far", port, "--seconds", "3")]
        self.assertEqual([program.wait(timeout=30) for program in programs], [0, 0])
        ends = hosts.read_ends(self.path)
        last = min(ends["lan_sent"][-1].at_ns, ends["far_sent"][-1].at_ns)
        self.check_direction(ends["lan_sent"], ends["far_received"], last)
        self.check_direction(ends["far_sent"], ends["lan_received"], last)
        for name in ("lan", "far"):
            sent, received = hosts.last_counts(self.path(f"{name}.out"))
            self.assertTrue(100 < sent <= len(ends[f"{name}_sent"]), sent)
            self.assertTrue(100 < received <= len(ends[f"{name}_received"]), received)

    def test_it_ends_when_it_is_told_to(self):
        program = self.popen("udp", "--bind", HERE, "--peer", THERE, "--log", self.path("lan"), "--port",
                             str(free_port(FLOWS + 1)), "--flows", str(FLOWS), "--drain-ms", "1")
        self.assertEqual(program.stdout.readline(), "0 0\n")
        program.terminate()
        self.assertEqual(program.wait(timeout=10), 0)

    def test_it_sends_frames_once_it_hears_the_other_end(self):
        port = free_port(FLOWS + 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((THERE, port))
            other.settimeout(10)
            program = self.udp(HERE, THERE, "lan", port, "--drain-ms", "1")
            greetings = [other.recv(100) for _ in range(3)]
            self.assertEqual({g[:4] for g in greetings}, {GREETING})
            other.sendto(greetings[0], (HERE, port))
            came = [other.recvfrom(100) for _ in range(5 * FLOWS)]
            program.terminate()
            self.assertEqual(program.wait(timeout=10), 0)
        frames = [(octets, source) for octets, source in came if octets[:4] != GREETING]
        # (flows whose two ports fold to the same value would all take the same link of some partners)
        self.assertEqual({source for _, source in frames}, {(HERE, port + 1 + flow) for flow in range(FLOWS)})
        self.assertEqual(os.path.getsize(self.path("lan.received")), 0)

    def check_direction(self, sent, received, last_ns):
        """`last_ns`: what was sent later may find nobody there."""
        counts = analysis.stream(sent, received)
        self.assertEqual((counts["duplicated"], counts["reordered"]), (0, 0))
        arrived = {(r.flow, r.sequence) for r in received}
        expected = {(s.flow, s.sequence) for s in sent if s.at_ns <= last_ns}
        self.assertGreater(len(expected), 100)
        self.assertEqual(expected - arrived, set())
        self.assertEqual({flow for flow, _ in arrived}, set(range(FLOWS)))
        when = {(s.flow, s.sequence): s.at_ns for s in sent}
        for r in received:
            self.assertEqual(r.sent_at_ns, when[r.flow, r.sequence])
            self.assertGreaterEqual(r.at_ns, r.sent_at_ns)

    def test_it_ends_by_itself_after_the_seconds_it_was_given(self):
        port = free_port(FLOWS + 1)
        alone = self.udp(HERE, THERE, "lan", port, "--seconds", "1", "--drain-ms", "1")
        self.assertEqual((alone.wait(timeout=20), os.path.getsize(self.path("lan.received"))), (0, 0))

    def test_an_address_of_others_is_refused(self):
        program = self.udp("192.0.2.1", THERE, "lan", free_port(FLOWS + 1))
        self.assertEqual(program.wait(timeout=10), 1)
        self.assertIn("of 192.0.2.1", program.stderr.read())


class Tcp(TrafficTest):
    def serve(self, port):
        server = self.popen("tcp-serve", "--bind", HERE, "--port", str(port))
        self.assertEqual(server.stdout.readline(), "listening\n")
        return server

    def send_to(self, port):
        program = self.popen("tcp-send", "--peer", HERE, "--port", str(port), "--kilobits", "8000", "--seconds", "1")
        output, said = program.communicate(timeout=30)
        return program.returncode, hosts.tcp_result(output), said

    def test_a_transfer_comes_back_whole(self):
        port = free_port()
        server = self.serve(port)
        code, result, _ = self.send_to(port)
        self.assertEqual((code, result["ok"]), (0, True))
        self.assertGreater(result["bytes"], 0)
        self.assertEqual(server.wait(timeout=10), 0)

    def test_one_octet_that_is_not_as_it_was_is_found(self):
        def change_one(octets, before):
            at = 5000 - before
            return octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1:] if 0 <= at < len(octets) else octets
        code, result, _ = self.send_to(self.echo(change_one))
        self.assertEqual((code, result["ok"]), (1, False))

    def test_octets_that_do_not_come_back_are_missed(self):
        def drop_the_first(octets, before):
            return octets if before else octets[:-1]
        code, result, _ = self.send_to(self.echo(drop_the_first))
        self.assertEqual((code, result["ok"]), (1, False))

    def test_the_server_finds_other_octets_as_well(self):
        port = free_port()
        server = self.serve(port)
        with socket.create_connection((HERE, port)) as connection:
            connection.sendall(bytes(64))
            self.assertEqual(server.wait(timeout=10), 1)
        self.assertIn("other octets than were sent", server.stderr.read())

    def test_nobody_there(self):
        code, _, said = self.send_to(free_port())
        self.assertEqual(code, 1)
        self.assertIn("connect", said)

    def echo(self, change):
        """Port of a server that gives back change(octets, octets before these)."""
        listening = socket.create_server((HERE, 0))
        self.addCleanup(listening.close)

        def serve():
            connection, _ = listening.accept()
            with connection:
                before = 0
                while octets := connection.recv(4096):
                    connection.sendall(change(octets, before))
                    before += len(octets)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 10)
        return listening.getsockname()[1]


class Usage(TrafficTest):
    def test_says_what_it_wants_to_be_told(self):
        for words in ([], ["dance"], ["udp"], ["udp", "--rate", "0"], ["tcp-send", "--peer"], ["watch"],
                      ["tcp-serve", "--bind", HERE, "--port", "x"]):
            program = self.popen(*words)
            self.assertEqual(program.wait(timeout=10), 2, words)
            self.assertIn("usage: lagoon-traffic", program.stderr.read())


if __name__ == "__main__":
    unittest.main()
