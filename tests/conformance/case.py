#!/usr/bin/env python3
"""Runs one conformance case: case.py LAGOOND NAME (without NAME: lists them). Needs root."""

import os
import sys
import traceback

import cases_frames
import cases_selection
import cases_timing
from lab.conformance import Failure, Lab

SKIPPED = 77


def cases() -> dict:
    return {name.removeprefix("case_"): function
            for module in (cases_timing, cases_selection, cases_frames)
            for name, function in vars(module).items() if name.startswith("case_")}


def main() -> int:
    if len(sys.argv) < 3:
        print("\n".join(cases()))
        return 0
    if os.geteuid() != 0:
        print("needs root: it makes a network namespace")
        return SKIPPED
    case = cases()[sys.argv[2]]
    print(case.__doc__)
    lab = Lab(sys.argv[1])
    try:
        case(lab)
        lab.check_all_frames()
        if lab.process.poll() is None:
            status = lab.stop()
            if status != 0:
                raise Failure(f"lagoond ended with {status}")
        return 0
    except Exception:
        traceback.print_exc(file=sys.stdout)
        print("lagoond said:\n" + lab.log_text())
        return 1
    finally:
        lab.close()


if __name__ == "__main__":
    sys.exit(main())
