#!/usr/bin/env python3
"""Adds up the testlog.json files of several `meson test` runs, prints a table, what each part of the run took, and every
retry, and ends with `N passed, N failed`. Each argument is LOG:SUITE,SUITE: a suite that ran no test at all is a
failure, and so are a build that broke, more than three retries (tests/lab/retries.py) in all, and (with CI=true) a
skipped test."""

import argparse
import json
import os
import pathlib
import sys
from dataclasses import dataclass, field

PASSED = {"OK", "EXPECTEDFAIL"}
RETRY = "RETRY "
RETRIES_MAX = 3


@dataclass
class Test:
    suites: list
    name: str
    result: str
    seconds: float
    retries: list


@dataclass
class Total:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    retries: list = field(default_factory=list)
    complaints: list = field(default_factory=list)


def read(log: pathlib.Path):
    """Yields each test of a log."""
    if not log.exists():
        return
    # (meson leaves a test's suite out of its log where all tests are of one suite)
    known = json.loads((log.parent.parent / "meson-info/intro-tests.json").read_text())
    suites = {test["name"]: "+".join(test["suite"]) for test in known}
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        test = json.loads(line)
        suite, slash, name = test["name"].rpartition(" / ")
        of = (suite if slash else suites[name]).rpartition(":")[2].split("+")
        said = (test.get("stdout") or "").splitlines()
        yield Test(of, name, test["result"], test["duration"],
                   [words.removeprefix(RETRY) for words in said if words.startswith(RETRY)])


def add(total: Total, build: str, suite: str, tests: list):
    """Adds a suite of a build, and prints its row."""
    passed = sum(test.result in PASSED for test in tests)
    skipped = sum(test.result == "SKIP" for test in tests)
    failed = len(tests) - passed - skipped
    retries = [f"{suite} / {test.name}: {words}" for test in tests for words in test.retries]
    longest = max(tests, key=lambda test: test.seconds, default=None)
    seconds = sum(test.seconds for test in tests)
    print(f"{build:<11} {suite:<12} {passed:>6} {failed:>6} {skipped:>7} {len(retries):>7} {seconds:>8.1f}  "
          + (f"{longest.seconds:.1f} {longest.name}" if longest else ""))
    total.complaints += [f"{build}: {suite} / {test.name}: {test.result}" for test in tests if test.result not in PASSED]
    if not tests:
        total.complaints.append(f"{build}: suite {suite} ran no test")
        failed += 1
    total.passed += passed
    total.failed += failed
    total.skipped += skipped
    total.retries += retries


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--build-failures", type=int, default=0)
    arguments.add_argument("--phases", type=pathlib.Path, help="a file with a line SECONDS WORDS for each part of the run")
    arguments.add_argument("--seconds", type=int, default=0, help="what all of it took: parts go on beside each other")
    arguments.add_argument("logs", nargs="*")
    options = arguments.parse_args()
    skip_fails = os.environ.get("CI", "").lower() in ("true", "1", "yes")

    total = Total(failed=options.build_failures)
    if options.build_failures:
        total.complaints.append(f"{options.build_failures} builds failed")
    print(f"\n{'build':<11} {'suite':<12} {'passed':>6} {'failed':>6} {'skipped':>7} {'retries':>7} {'seconds':>8}  longest")
    for entry in options.logs:
        path, _, suites = entry.rpartition(":")
        log = pathlib.Path(path)
        tests = list(read(log))
        for suite in suites.split(","):
            add(total, log.parts[0], suite, [test for test in tests if suite in test.suites])
    if options.phases:
        print("\nseconds  part of the run")
        for seconds, _, words in (line.partition(" ") for line in options.phases.read_text().splitlines()):
            print(f"{seconds:>7}  {words}")
        print(f"{options.seconds:>7}  all of it\n")
    for words in total.retries:
        print("retried:", words)
    if len(total.retries) > RETRIES_MAX:
        total.complaints.append(f"{len(total.retries)} retries, at most {RETRIES_MAX} may be")
        total.failed += 1
    for complaint in total.complaints:
        print(complaint)
    if total.skipped:
        print(f"{total.skipped} skipped" + (", which counts as failed on CI" if skip_fails else ""))
    if skip_fails:
        total.failed += total.skipped
    print(f"{total.passed} passed, {total.failed} failed")
    return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
