"""The journal of a lagoond that runs: a line for each change with its evidence, in a file that may be renamed, or in
the system's log.

usage: journal_test.py LAGOOND
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from lab import pair
from lab.waiting import until
from stage import telemetry

LAGOOND = os.path.abspath(sys.argv[1])
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z (laga|lagb) #(\d+)( m[01])?: \S.*")


def as_line(lag, number, event):
    """As app/lagoond/journal/lines.cpp has it."""
    text = f"{lag} #{number}" + (f" {event['member']}" if event["member"] else "") + f": {event['kind']}"
    arrow = " -> " if event["from"] and event["to"] else ""
    states = f"{event['from']}{arrow}{event['to']}"
    text += (f" {states}" if states else "") + (f": {event['why']}" if event["why"] else "")
    return text + (f"; {event['evidence']}" if event.get("evidence") else "")


class File(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.path = os.path.join(self.folder, "changes.log")
        self.lagoond = pair.appliance(LAGOOND, self.folder, "journal", journal=self.path)

    def lines(self, path=None):
        try:
            with open(path or self.path, encoding="utf-8") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def told_by_telemetry(self):
        """What /lagoon/events has of laga, as the journal's lines without their time."""
        events = telemetry.ask(self.lagoond.prefix, "/lagoon/events,laga,512")
        return [as_line("laga", number, event) for number, event in events.items()]

    def wire(self, action):
        telemetry.ask(self.lagoond.prefix, f"/lagoon/wire,w0,{action}")

    def told(self, pattern):
        """The lines that match, when there is one."""
        return until(lambda: [line for line in self.lines() if re.search(pattern, line)])

    def test_states_their_reasons_and_a_new_file_after_a_rename(self):
        with self.lagoond:
            self.assertTrue(self.told(r"laga #\d+: lag down -> up"))
            self.assertTrue(self.told(r"laga #\d+ m0: mux COLLECTING -> DISTRIBUTING: partner_collecting; the Partner "
                                      r"\(System 32768,02:00:00:00:0b:01 key \d+ port 32768,1\) says activity"))
            self.wire("blackhole")
            self.assertTrue(self.told(r"laga #\d+ m0: receive CURRENT -> EXPIRED: silence; no LACPDU for 3\.\d s; in the "
                                      r"last one the Partner"))
            self.wire("heal")
            old = self.path + ".1"
            os.rename(self.path, old)
            self.wire("down")
            self.assertTrue(self.told(r"laga #\d+ m0: link up -> down: cable; the port has no link"))
            # Telemetry tells the same, word for word.
            self.assertTrue(self.told(r"laga #\d+ m0: works yes -> no: link"))
            events = self.told_by_telemetry()
            self.assertTrue([line for line in events if re.fullmatch(
                r"laga #\d+ m0: link up -> down: cable; the port has no link: the cable, or the other end's port", line)], events)
            both = self.lines(old) + self.lines()
            said = [line.partition(" ")[2] for line in both if " laga #" in line]
            self.assertGreater(len(events), 20)
            self.assertEqual([line for line in events[:len(said)] if line not in said], [])
        every = self.lines(old) + self.lines()
        self.assertEqual([line for line in every if not LINE.fullmatch(line)], [])
        self.assertTrue(re.search(r"laga #\d+: lag up -> down: min_links; ", "\n".join(self.lines())), self.lines())
        for lag in ("laga", "lagb"):
            numbers = [int(match[2]) for match in map(LINE.fullmatch, every) if match[1] == lag]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_a_file_that_can_not_be_opened_ends_lagoond_at_once(self):
        with open(self.lagoond.config_path, encoding="utf-8") as file:
            text = file.read().replace(self.path, os.path.join(self.folder, "nowhere", "changes.log"))
        with open(self.lagoond.config_path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([LAGOOND, "-c", self.lagoond.config_path], capture_output=True, text=True, timeout=20,
                              check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere/changes.log: No such file or directory", done.stderr)


class SystemLog(unittest.TestCase):
    def test_the_journal_goes_there_unless_told_otherwise(self):
        if os.geteuid() != 0:
            self.skipTest("not root: /dev/log can't be another's for one process")
        folder = self.enterContext(tempfile.TemporaryDirectory())
        log = self.enterContext(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        log.bind(os.path.join(folder, "log"))
        log.settimeout(pair.PATIENCE_S)
        if not os.path.lexists("/dev/log"):
            with open("/dev/log", "x", encoding="utf-8"):
                pass  # something to lay the socket over
            self.addCleanup(os.remove, "/dev/log")
        # (/dev/log may be a symbolic link, and then what it leads to is laid over)
        inside = f'mount --bind {folder}/log "$(readlink -f /dev/log)" && exec "$@"'
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", inside, "sh"]
        self.assertTrue(shutil.which("unshare"))
        with pair.appliance(LAGOOND, folder, "syslog", command):
            for _ in range(500):
                words = log.recv(4096).decode()
                if "lag down -> up" in words:
                    break
            # From here on nobody reads it, which is nothing to wait for: lagoond ends as ever.
        self.assertRegex(words, r"^<29>.*lagoond\[\d+\]: lag[ab] #\d+: lag down -> up; distributing members: 2")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
