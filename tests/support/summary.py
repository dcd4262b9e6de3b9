#!/usr/bin/env python3
"""Adds up the testlog.json files of several `meson test` runs, prints a table, and ends with
`N passed, N failed`. Each argument is LOG:SUITE,SUITE: a suite that ran no test at all is a failure,
and so are a build that broke, and (with CI=true) a skipped test."""

import argparse
import json
import os
import pathlib
import sys

PASSED = {"OK", "EXPECTEDFAIL"}


def read(log: pathlib.Path):
    """Yields (suite, name, result, seconds) of each test."""
    if not log.exists():
        return
    # (meson leaves a test's suite out of its log where all tests are of one suite)
    known = json.loads((log.parent.parent / "meson-info/intro-tests.json").read_text())
    suites = {test["name"]: "+".join(test["suite"]) for test in known}
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        test = json.loads(line)
        suite, slash, name = test["name"].rpartition(" / ")
        yield (suite if slash else suites[name]).rpartition(":")[2], name, test["result"], test["duration"]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--build-failures", type=int, default=0)
    arguments.add_argument("logs", nargs="*")
    options = arguments.parse_args()
    skip_fails = os.environ.get("CI", "").lower() in ("true", "1", "yes")

    all_passed, all_failed, all_skipped, complaints = 0, options.build_failures, 0, []
    if options.build_failures:
        complaints.append(f"{options.build_failures} builds failed")
    print(f"\n{'build':<12} {'suite':<12} {'passed':>6} {'failed':>6} {'skipped':>7} {'seconds':>8}")
    for entry in options.logs:
        path, _, suites = entry.rpartition(":")
        log = pathlib.Path(path)
        tests = list(read(log))
        for suite in suites.split(","):
            mine = [test for test in tests if suite in test[0].split("+")]
            passed = sum(result in PASSED for _, _, result, _ in mine)
            skipped = sum(result == "SKIP" for _, _, result, _ in mine)
            failed = len(mine) - passed - skipped
            seconds = sum(test[3] for test in mine)
            build = log.parts[0]
            print(f"{build:<12} {suite:<12} {passed:>6} {failed:>6} {skipped:>7} {seconds:>8.1f}")
            for _, name, result, _ in mine:
                if result not in PASSED:
                    complaints.append(f"{build}: {suite} / {name}: {result}")
            if not mine:
                complaints.append(f"{build}: suite {suite} ran no test")
                failed += 1
            all_passed += passed
            all_failed += failed
            all_skipped += skipped
    for complaint in complaints:
        print(complaint)
    if all_skipped:
        print(f"{all_skipped} skipped" + (", which counts as failed on CI" if skip_fails else ""))
    if skip_fails:
        all_failed += all_skipped
    print(f"{all_passed} passed, {all_failed} failed")
    return 0 if all_failed == 0 and all_passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
