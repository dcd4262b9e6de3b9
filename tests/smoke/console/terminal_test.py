"""The console at a terminal: lagoon-console and lagoond -i, with TAB, '?', history and the live view.

usage: terminal_test.py LAGOOND LAGOON_CONSOLE
"""

import os
import pty
import re
import select
import subprocess
import sys
import time
import unittest

from lab import console

LAGOOND, CONSOLE = map(os.path.abspath, sys.argv[1:3])
PROMPT = "lagoon> "
UP = "\x1b[A"


class Terminal:
    """A program at a terminal of its own, and what it has printed."""

    def __init__(self, argv, environment):
        self._end, other = pty.openpty()
        self.process = subprocess.Popen(argv, stdin=other, stdout=other, stderr=other, env=environment,
                                        start_new_session=True)
        os.close(other)
        self.text = ""

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        os.close(self._end)

    def type(self, text):
        os.write(self._end, text.encode())

    def until(self, pattern):
        """What was printed up to the first match, which is taken off; else an error with what there was."""
        deadline = time.monotonic() + console.PATIENCE_S
        while (found := re.search(pattern, self.text)) is None:
            ready, _, _ = select.select([self._end], [], [], max(0, deadline - time.monotonic()))
            try:
                more = os.read(self._end, 65536) if ready else b""
            except OSError:  # the program has gone
                more = b""
            if not more:
                raise AssertionError(f"no {pattern!r} in {self.text!r}")
            self.text += more.decode()
        before, self.text = self.text[:found.end()], self.text[found.end():]
        return before


class Console(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(console.Lab(LAGOOND, CONSOLE, "terminal"))

    def setUp(self):
        self.terminal = Terminal([CONSOLE, "--prefix", self.lab.lagoond.prefix], self.lab.environment)
        self.addCleanup(self.terminal.close)
        self.terminal.until(PROMPT)

    def test_tab_completes_words_and_names(self):
        self.terminal.type("sho\tver\t\r")
        self.terminal.until(r"(?s)show.*version.*lagoon \d")
        self.terminal.until(PROMPT)
        self.terminal.type("drain member lag\t")
        self.terminal.until(r"laga\s+LAG\s+lagb\s+LAG")
        self.terminal.type("a w\t")
        self.terminal.until(r"w0\s+MEMBER\s+w1\s+MEMBER")

    def test_a_question_mark_says_what_could_come(self):
        self.terminal.type("show lacp ?")
        said = self.terminal.until(r"counters[^\n]*\n")
        self.assertRegex(said, r"neighbors\s+The Partners")
        self.terminal.until("show lacp ")

    def test_history_brings_a_line_back(self):
        self.terminal.type("show version\r")
        self.terminal.until(r"lagoon \d\S+\r\n" + PROMPT)
        self.terminal.type(UP + "\r")
        self.terminal.until(r"(?s)show version.*lagoon \d")

    def test_a_mistake_is_said_and_the_prompt_comes_back(self):
        self.terminal.type("show nothing\r")
        self.terminal.until("'nothing' is not understood")
        self.terminal.until(PROMPT)

    def test_the_live_view_redraws_in_place_until_a_key(self):
        self.terminal.type("watch laga every 0.2\r")
        self.terminal.until(r"w1 ")
        self.terminal.until("\x1b\\[4A\x1b\\[J")  # its three lines and the head
        self.terminal.until(r"w0 .*\[\.{20}\] 0%")
        self.terminal.type("q")
        self.terminal.until(PROMPT)
        self.terminal.type("show version\r")
        self.terminal.until(r"lagoon \d")

    def test_quit_and_the_end_of_input_end_it_and_not_lagoond(self):
        self.terminal.type("quit\r")
        self.assertEqual(self.terminal.process.wait(console.PATIENCE_S), 0)
        other = Terminal([CONSOLE, "--prefix", self.lab.lagoond.prefix], self.lab.environment)
        self.addCleanup(other.close)
        other.until(PROMPT)
        other.type("\x04")
        self.assertEqual(other.process.wait(console.PATIENCE_S), 0)
        self.assertEqual(self.lab.run("show", "version").returncode, 0)


class Interactive(unittest.TestCase):
    """lagoond -i, for which the lab's configuration is used while the lab's own lagoond does not run."""

    @classmethod
    def setUpClass(cls):
        made = console.Lab(LAGOOND, CONSOLE, "interactive")
        cls.addClassCleanup(made._folder.cleanup)
        cls.lab = made
        cls.argv = [LAGOOND, "-c", made.lagoond.config_path, "--control-socket", "none"]

    def piped(self, lines, *more):
        return subprocess.run([*self.argv, *more], input=lines, capture_output=True, text=True, check=False,
                              env=self.lab.environment, timeout=console.PATIENCE_S)

    def test_lines_of_a_pipe_are_run_and_then_it_ends(self):
        done = self.piped("show version\nshow nothing\n", "-i")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"(?m)^lagoon \d")
        self.assertIn("stdin:2: 'nothing' is not understood", done.stderr)
        self.assertIn("lagoond: ended", done.stdout)

    def test_a_file_goes_before(self):
        path = os.path.join(self.lab.folder, "lines")
        with open(path, "w", encoding="utf-8") as file:
            file.write("set laga hash l2\nshow bonding config laga\n")
        done = self.piped("show version\nquit\n", "-i", "--cmdline-file", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(done.stdout.index("POLICY_LAYER2\n"), done.stdout.index("lagoon 0"))

    def test_at_a_terminal_quit_ends_lagoond_and_so_does_a_signal(self):
        for end in ("quit", "signal"):
            terminal = Terminal([*self.argv, "-i"], self.lab.environment)
            self.addCleanup(terminal.close)
            terminal.until(PROMPT)
            terminal.type("show lag ab0\r")
            terminal.until("ab0: .*active-backup")
            if end == "quit":
                terminal.type("quit\r")
            else:
                terminal.process.terminate()
            terminal.until("lagoond: ended")
            self.assertEqual(terminal.process.wait(console.PATIENCE_S), 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
