"""lab.testpmd finds the prompt wherever an event comes between its octets.

usage: testpmd_test.py
"""

import itertools
import subprocess
import sys
import unittest

from lab.testpmd import Testpmd, before_prompt

PROMPT = "testpmd> "
EVENT = "Port 3: link state change event\n"
# An answer whose prompt is cut in two by an event, as testpmd writes it; and another for the next command.
PROGRAM = r"""
printf 'hello\ntestpmd> '; read -r command
printf 'Link status: up\ntes\nt'; sleep 0.1; printf 'Port 3: link state change event\npmd> '; read -r command
printf 'Link status: down\ntestpmd> '; read -r command
"""


class Prompt(unittest.TestCase):
    def test_an_event_may_stand_anywhere_in_it(self):
        # (the event's first line end and the rest are written apart)
        for first, second in itertools.combinations_with_replacement(range(len(PROMPT) + 1), 2):
            said = f"answer\n{PROMPT[:first]}\n{PROMPT[first:second]}{EVENT}{PROMPT[second:]}".replace("\n", "\r\n")
            with self.subTest(said=said):
                answer = before_prompt(said.encode())
                self.assertIsNotNone(answer)
                self.assertEqual(answer.splitlines()[0], "answer")
                unfinished = said.encode()[:-1]
                if second < len(PROMPT):
                    self.assertIsNone(before_prompt(unfinished))

    def test_the_last_prompt_counts(self):
        self.assertEqual(before_prompt(b"one\ntestpmd> two\ntestpmd> "), "one\ntestpmd> two\n")
        self.assertIsNone(before_prompt(b"testpmd>"))
        self.assertIsNone(before_prompt(b"test case\npmd> "))

    def test_at_a_terminal(self):
        def popen(_, **options):
            return subprocess.Popen(["sh", "-c", PROGRAM], **options)
        with Testpmd("", [], popen=popen) as program:
            self.assertEqual(program.banner, "hello\n")
            self.assertIn("Link status: up", program.do("show port info 3"))
            self.assertIn("Link status: down", program.do("show port info 3"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
