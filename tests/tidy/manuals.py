#!/usr/bin/env python3
"""Checks the manual pages and the shell completion: manuals.py ROOT.

mandoc has nothing to say of a page, man warns of nothing, every option of lagoond's usage stands in its page and is
completed, and every key of the configuration's top level stands in lagoon.yaml(5)."""

import pathlib
import re
import shutil
import subprocess
import sys

import source


def said(argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return [line for line in (done.stdout + done.stderr).splitlines() if line] or ([f"exit {done.returncode}"] if done.returncode else [])


def lint(root: pathlib.Path):
    pages = sorted((root / "docs/man").iterdir())
    complaints = [] if pages else ["docs/man has no pages"]
    if not shutil.which("mandoc"):
        return [*complaints, "mandoc is missing: apt-get install mandoc"]
    for page in pages:
        complaints += said(["mandoc", "-Tlint", "-W", "warning", str(page)])
    return complaints


def options(root: pathlib.Path):
    """The options that lagoond takes, as its own table has them."""
    text = (root / "app/lagoond/options.cpp").read_text()
    return ["--" + name for name in re.findall(r'^\s*\{"([a-z-]+)", (?:no|required)_argument', text, re.MULTILINE)]


def check(root: pathlib.Path):
    complaints = lint(root)
    page = (root / "docs/man/lagoond.8").read_text().replace("\\-", "-")
    completion = (root / "config/completion/lagoond").read_text()
    known = options(root)
    if len(known) < 5:
        complaints.append("app/lagoond/options.cpp: its table of options is not understood here")
    for option in known:
        if f"Fl {option[1:]}" not in page:
            complaints.append(f"docs/man/lagoond.8: {option} is missing")
        if not re.search(rf"(?<![\w-]){option}(?![\w-])", completion):
            complaints.append(f"config/completion/lagoond: {option} is missing")
    schema = (root / "lib/config/text/schema.hpp").read_text()
    top = re.search(r"kFile\{(.*?)\}", schema, re.DOTALL)
    yaml_page = (root / "docs/man/lagoon.yaml.5").read_text()
    for key in re.findall(r'"([\w-]+)"', top[1]):
        if f".It Ic {key}\n" not in yaml_page:
            complaints.append(f"docs/man/lagoon.yaml.5: the key {key} is missing")
    return complaints


if __name__ == "__main__":
    sys.exit(source.report("manuals", check(pathlib.Path(sys.argv[1]).resolve())))
