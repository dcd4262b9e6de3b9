"""What every command of the console says to a lagoond that runs, compared with transcripts/*.txt: lines that begin
with "lagoon> " are typed, what follows is the answer. Numbers that vary are masked. UPDATE_GOLDEN=1 rewrites them.

usage: transcripts_test.py LAGOOND LAGOON_CONSOLE
"""

import glob
import json
import os
import re
import subprocess
import sys
import unittest

from lab import console

LAGOOND, CONSOLE = map(os.path.abspath, sys.argv[1:3])
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "transcripts")
PROMPT = "lagoon> "
# What counts, or measures: only its shape is compared.
COUNTING = re.compile(r"show (stats|xstats|port (stats|xstats)|lacp counters)|watch")
# Of members a LAG's table ends with what they received and sent; the address of a port that is no LAG's is random.
MASKS = [(re.compile(r"^(  (?:w\d|extra|net_ring\d) .*?)\d+ +\d+$", re.MULTILINE), r"\1N  N"),
         (re.compile(r"drops: .*"), "drops: .."), (re.compile(r"\bworker \d+"), "worker N"),
         (re.compile(r"\b\d+ frames, \d+ octets"), "N frames, N octets"),
         (re.compile(r"\b(?!02:00:00:00)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b"), "ADDRESS"),
         (re.compile(r"\b\d+(\.\d+)? (us|s|min|h)\b"), "T"), (re.compile(r"\b\d+s\b"), "T"),
         (re.compile(r"(Aggregator ID|Link Failure Count|Churned Count): \d+"), r"\1: N"),
         (re.compile(r"(\d\.\d+\.\d+)$", re.MULTILINE), "VERSION"), (re.compile(r"lagoon \d\S+"), "lagoon VERSION")]


def without_figures(text):
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


def masked(command, text):
    if re.search(r" as json$", command):
        return masked_json(json.loads(text))
    if command.startswith(("show events", "show logging")):
        # (what happened last, and how often, depends on the moment)
        return re.sub(r" {2,}", "  ", text.splitlines()[0]) + "\n"
    if command.startswith("explain member"):
        text = text.partition("  its last entries")[0]
    if command == "show health":
        text = re.sub(r"^  note .*\n", "", text, flags=re.MULTILINE)  # (which frames were lost depends on the moment)
    text = without_figures(text)
    if COUNTING.match(command):
        text = re.sub(r"(?<![\w.])\d+(\.\d+)?[kMG]?(?![\w.])", "N", text)
        text = re.sub(r"\[[#.]+\]", "[BAR]", text)
    # A number that was masked had a width of its own.
    return "".join(re.sub(r"(?<=\S) {2,}", "  ", line) + "\n" for line in text.splitlines())


def masked_json(value):
    """The shape: which keys of which kind, and the values of texts and flags that do not vary."""
    def shape(item):
        if isinstance(item, dict):
            # (events of the LAG have no member; tests/unit/options knows which options there are)
            return {key: "dict" if key == "options" else shape(each) for key, each in item.items() if key != "member"}
        if isinstance(item, list):
            return [shape(each) for each in item[:1]]
        return "N" if isinstance(item, (int, float)) and not isinstance(item, bool) else type(item).__name__
    return json.dumps(shape(value), indent=1) + "\n"


def commands_in(text):
    return [line.removeprefix(PROMPT) for line in text.splitlines() if line.startswith(PROMPT)]


def written_ways(syntax):
    """The fixed words that a command begins with, one text for each alternative."""
    ways = [""]
    for word in syntax.split():
        if word[0].isupper():
            break
        optional = word.startswith("[")
        words = word.strip("[]").split("|")
        if words[0][0].isupper():
            continue
        ways = [f"{way} {each}".strip() for way in ways for each in words] + (ways if optional else [])
    return ways


class Transcripts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(console.Lab(LAGOOND, CONSOLE, "transcripts"))

    def answer(self, command):
        done = self.lab.run(*(word.replace("FOLDER", self.lab.folder) for word in command.split(" ")))
        done.stdout, done.stderr = map(self.named, (done.stdout, done.stderr))
        self.assertIn(done.returncode, (0, 1))
        # Either it worked and said nothing else, or it did not, and said why.
        self.assertEqual(done.returncode == 1, done.stderr != "", command)
        return masked(command, done.stdout) if done.returncode == 0 else f"error: {without_figures(done.stderr)}"

    def named(self, text):
        return text.replace(self.lab.folder, "FOLDER").replace(self.lab.lagoond.prefix, "PREFIX")

    def test_every_command_says_what_its_transcript_says(self):
        for path in sorted(glob.glob(os.path.join(FOLDER, "*.txt"))):
            with open(path, encoding="utf-8") as file:
                expected = file.read()
            self.lab.await_settled()
            said = "".join(f"{PROMPT}{command}\n{self.answer(command)}" for command in commands_in(expected))
            if os.environ.get("UPDATE_GOLDEN"):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(said)
            with self.subTest(transcript=os.path.basename(path)):
                self.maxDiff = None
                self.assertEqual(said, expected)

    def test_every_command_is_in_a_transcript(self):
        typed = []
        for path in glob.glob(os.path.join(FOLDER, "*.txt")):
            with open(path, encoding="utf-8") as file:
                typed += commands_in(file.read())
        syntaxes = [line for line in self.lab.run("help").stdout.splitlines() if "  " in line]
        self.assertGreater(len(syntaxes), 25)
        for line in syntaxes:
            for way in written_ways(re.split(r" {2,}", line)[0]):
                self.assertTrue(any(command.startswith(way) for command in typed), f"no transcript of '{way}'")

    def test_lines_of_a_file_or_pipe_are_numbered_and_the_rest_is_run(self):
        lines = "# a remark\n\nshow version\nshow nothing\nshow version\n"
        piped = self.lab.run(input=lines)
        self.assertEqual(piped.returncode, 1)
        self.assertEqual(piped.stdout.count("lagoon "), 2)
        self.assertRegex(piped.stderr, r"\Astdin:4: 'nothing' is not understood after 'show'; .*\n\Z")
        path = os.path.join(self.lab.folder, "lines")
        with open(path, "w", encoding="utf-8") as file:
            file.write(lines)
        read = self.lab.run("--cmdline-file", path)
        self.assertEqual((read.returncode, read.stdout), (1, piped.stdout))
        self.assertTrue(read.stderr.startswith(f"{path}:4: "))
        self.assertEqual(self.lab.run(input="show version\nquit\nshow nothing\n").returncode, 0)
        self.assertEqual(self.lab.run("--cmdline-file", path + "-none").returncode, 1)
        self.assertEqual(self.lab.run(input="watch").returncode, 1)  # without a terminal it needs an end
        self.assertEqual(self.lab.run(input="show version").stdout, "lagoon 0.1.0\n")  # a last line without its end

    def test_without_a_lagoond_there_is_nobody_to_ask(self):
        gone = subprocess.run([CONSOLE, "--socket", os.path.join(self.lab.folder, "none"), "show", "lag"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(gone.returncode, 2)
        self.assertRegex(gone.stderr, "none: No such file or directory")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
