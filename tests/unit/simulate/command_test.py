"""lagoon-simulate: equal seeds give equal CSV, the CSV says what was asked for, bad options are refused.

command_test.py LAGOON-SIMULATE
"""

import csv
import io
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1)
SHORT = ["--links", "1G,1G:1ms,1G:5ms", "--frame", "1000", "--workload", "zipf:1", "--conversations", "300",
         "--load", "20%", "--time", "600ms", "--interval", "100ms"]
EVENTS = ["--event", "200ms:down:1", "--event", "300ms:drain:0", "--event", "450ms:enable:0"]


def run(*options):
    return subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=60)


def rows(*options):
    done = run(*options)
    assert done.returncode == 0, done.stderr
    return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(io.StringIO(done.stdout))]


def total(all_rows, column):
    return sum(row[column] for row in all_rows)


class Command(unittest.TestCase):
    def test_equal_seeds_give_equal_rows(self):
        for dealing in ("flow-hash", "weighted", "modulo"):
            events = EVENTS if dealing != "modulo" else EVENTS[:2]
            first = run(*SHORT, *events, "--distribute", dealing, "--seed", "7")
            again = run(*SHORT, *events, "--distribute", dealing, "--seed", "7")
            other = run(*SHORT, *events, "--distribute", dealing, "--seed", "8")
            self.assertEqual(first.returncode, 0, first.stderr)
            self.assertEqual(first.stdout, again.stdout)
            self.assertNotEqual(first.stdout, other.stdout)

    def test_rows_are_of_what_was_asked_for(self):
        all_rows = rows(*SHORT, *EVENTS)
        self.assertEqual([row["time_s"] for row in all_rows], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
        # 20 % of 3 Gbit/s in frames of 1000 octets, for 0.6 s
        self.assertAlmostEqual(total(all_rows, "sent"), 0.2 * 3e9 * 0.6 / 8000, delta=700)
        self.assertGreater(all_rows[0]["link1"], 0)
        self.assertEqual(all_rows[-1]["link1"], 0)  # down
        self.assertGreater(total(all_rows, "changed_needless"), 0)  # from link 0, which was drained
        self.assertGreaterEqual(total(all_rows, "moves"), 3)
        self.assertGreater(max(row["pause_ms"] for row in all_rows), 0)
        self.assertEqual(total(all_rows, "reordered"), 0)
        self.assertEqual(total(all_rows, "duplicated"), 0)
        self.assertEqual(total(all_rows, "dropped"), 0)

    def test_modulo_moves_conversations_of_links_that_work(self):
        loss = ["--event", "300ms:down:1", "--workload", "equal"]
        modulo = rows(*SHORT, *loss, "--distribute", "modulo")
        ours = rows(*SHORT, *loss)
        # Those of two links of three go by hash % 2 instead of hash % 3: half of the 200 change their link.
        self.assertAlmostEqual(total(modulo, "changed_needless"), 100, delta=30)
        self.assertEqual(total(ours, "changed_needless"), 0)
        self.assertGreater(total(ours, "changed"), 0)
        self.assertGreater(total(modulo, "reordered"), 0)
        self.assertEqual(total(ours, "reordered"), 0)

    def test_csv_goes_to_a_file_that_can_be_written(self):
        done = run(*SHORT, "--csv", "/nowhere/at/all.csv")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nowhere/at/all.csv", done.stderr)

    def test_bad_options_are_refused_with_what_would_be_right(self):
        for options, words in [
                (["--links", "10G,,1G"], "expected a speed"),
                (["--links", "10G:5"], "the unit is missing"),
                (["--links", ",".join(["1G"] * 33)], "32 links"),
                (["--distribute", "modul"], "flow-hash, weighted or modulo"),
                (["--by", "share"], "--distribute weighted"),
                (["--distribute", "modulo", "--move", "marker"], "--distribute flow-hash"),
                (["--flowlet-gap", "1ms"], "--move flowlet"),
                (["--distribute", "modulo", "--event", "1s:drain:0"], "knows no --event drain"),
                (["--event", "1s:down:2"], "links 0 to 1"),
                (["--event", "1s:weight:0"], "TIME:weight:LINK:N"),
                (["--workload", "zipf:"], "zipf:EXPONENT"),
                (["--workload", "/nowhere/sizes"], "neither websearch nor datamining"),
                (["--workload", "websearch", "--conversations", "5"], "--workload equal, zipf or polarised"),
                (["--peak", "1G"], "begin and end"),
                (["--load", "80"], "the % is missing"),
                (["--rebalance", "maybe"], "off or on"),
                (["--time", "10"], "the unit is missing"),
                (["--seed"], "not understood"),
                (["--nonsense", "1"], "not understood"),
                (["nonsense"], "nonsense")]:
            done = run(*options)
            self.assertEqual(done.returncode, 2, options)
            self.assertEqual(done.stdout, "", options)
            self.assertIn(words, done.stderr, options)

    def test_help_is_of_every_option(self):
        text = run("--help").stdout
        for option in ("links", "distribute", "by", "window", "move", "rebalance", "workload", "conversations", "load",
                       "event", "time", "interval", "seed", "csv"):
            self.assertIn(f"--{option}", text)


if __name__ == "__main__":
    unittest.main()
