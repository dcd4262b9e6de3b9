#!/usr/bin/env python3
"""Looks for words that the house does without, and says what to use instead: banned.py ROOT."""

import pathlib
import re
import sys
from dataclasses import dataclass

import source

PURE = r"^lib/(base|wire|lacp|marker|cluster|dist|qos|table|fast|control|report|state|config|imports)/"
CXX = r"\.(cpp|hpp|c|h)$"
ONLY_CXX = r"\.(cpp|hpp)$"


@dataclass(frozen=True)
class Rule:
    pattern: str
    where: str  # paths it holds for
    instead: str
    unless: str = r"^$"  # paths it does not hold for
    everywhere: bool = False  # in comments and strings as well


RULES = [
    Rule(r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep|rte_delay_\w+)\s*\(", r"^tests/.*\.(cpp|hpp|c|h|py)$",
         "a test waits for nothing: give it the time, or poll for the fact", unless=r"^tests/(smoke|conformance|lab|tidy)/"),
    Rule(r"\bvolatile\b", ONLY_CXX, "std::atomic with a named memory order"),
    Rule(r"\brte_\w+", PURE, "DPDK belongs to lib/dpdk"),
    Rule(r"\b(steady_clock|system_clock|high_resolution_clock|clock_gettime|gettimeofday|__rdtsc|time)\b\s*(\(|::)", PURE,
         "the caller gives the time: Instant now"),
    Rule(r"\bstd::(this_thread|j?thread|mutex|recursive_mutex|shared_mutex|condition_variable|async)\b", PURE,
         "pure layers know no thread"),
    Rule(r"\b(printf|fprintf|vfprintf|puts|fputs|putchar|perror)\s*\(|\bstd::(cout|cerr|clog)\b", r"^lib/.*" + CXX,
         "return an Error, or count a named Drop; lib/dpdk/base/log.hpp for the rest", unless=r"^lib/base/check\.cpp$"),
    Rule(r"\bstd::endl\b", CXX, "'\\n'"),
    Rule(r"<catch2/", r"^tests/.*" + CXX, "support/catch.hpp, which knows where each release has it", unless=r"^tests/(support|tidy)/"),
    Rule(r"\b(throw|try|catch)\b\s*[^,\s]", r"^lib/.*" + CXX, "Result<T>", unless=r"^lib/(config/file/yaml_reader|api/c_api|console/socket/control_server|console/program/program_console)\.cpp$"),
    Rule(r"\breinterpret_cast\b", PURE, "std::span and the readers of base/", unless=r"^lib/wire/"),
    Rule(r"^\s*#\s*define\s+(?!LAGOON_)", r"^(lib|app|drivers)/.*" + ONLY_CXX, "constexpr, or a template"),
    Rule(r"\busing namespace std\s*;", CXX, "names with std::"),
    Rule(r"(?<!std::)\bget_(?!future\b)\w+\s*\(", r"^(lib|app|drivers)/.*" + CXX, "the noun alone"),
    Rule(r"(?i)\bslaves?\b", r"^lib/.*" + CXX, "member",
         unless=r"^lib/(config/text/foreign_words|config/values/device_name|control/views/linux|console/\w+/bonding\w*|imports/\w+)\.[ch]pp$", everywhere=True),
    Rule(r"\b(TODO|FIXME|XXX|HACK)\b", r"", "do it, or open an issue", unless=r"^tests/tidy/", everywhere=True),
    Rule(r"(?<![\w.])/(work|home|root|Users)/\w", r"", "a path below the project, or one that is given",
         unless=r"^tests/tidy/", everywhere=True),
]


def check(root: pathlib.Path):
    complaints = []
    for file in source.files(root):
        path = file.relative_to(root).as_posix()
        rules = [rule for rule in RULES if re.search(rule.where, path) and not re.search(rule.unless, path)]
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue  # a capture
        code = source.without_comments(text) if file.suffix in source.CXX else text
        for rule in rules:
            subject = text if rule.everywhere else code
            for match in re.finditer(rule.pattern, subject, re.MULTILINE):
                line = subject.count("\n", 0, match.start() + len(match.group()) - len(match.group().lstrip())) + 1
                complaints.append(f"{path}:{line}: '{match.group().strip()}' is banned here. Instead: {rule.instead}")
    return complaints


if __name__ == "__main__":
    sys.exit(source.report("banned", check(pathlib.Path(sys.argv[1]).resolve())))
