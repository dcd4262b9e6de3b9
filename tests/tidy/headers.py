#!/usr/bin/env python3
"""Sees that every header compiles alone: headers.py ROOT CACHE COMPILER FLAG...

A header that a .cpp file beside it includes before all else compiles alone wherever that file does, so the build
has shown it, unless it compiled files in batches (--batched). The others are compiled here, twice included. One that
compiled and has not changed since, nor anything that it includes, is not compiled again: CACHE keeps what the compiler
said it reads.

--precompiled FOLDER takes the build's precompiled header and the flags it was made with, which halves the time. (That
a file includes what it takes of the standard library is then shown by includes.py alone.)"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

import source

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]


def is_fresh(stamp: pathlib.Path) -> bool:
    if not stamp.exists():
        return False
    made = stamp.stat().st_mtime_ns
    try:
        names = stamp.read_text().replace("\\\n", " ").split()[1:]
        return all(os.stat(name).st_mtime_ns < made for name in names)
    except OSError:
        return False


def complaint(root: pathlib.Path, cache: pathlib.Path, compiler: list, path: str):
    stamp = cache / (path.replace("/", "@") + ".d")
    if is_fresh(stamp):
        return None
    written = stamp.with_suffix(".new")
    twice = f'#include "{root / path}"\n' * 2
    command = compiler + ["-std=c++23", *WARNINGS, "-fsyntax-only", "-x", "c++", "-", "-MD", "-MF", str(written),
                          "-MT", "header"]
    done = subprocess.run(command, input=twice, capture_output=True, text=True)
    if done.returncode == 0:
        # ("-" stands for the two lines above)
        written.write_text(written.read_text().replace(" - ", " "))
        written.replace(stamp)
        return None
    stamp.unlink(missing_ok=True)
    return f"{path} does not compile alone:\n{done.stderr[:2000]}"


def leads_its_source(header: pathlib.Path) -> bool:
    """Whether FOLDER/name.cpp begins with FOLDER/name.hpp, which can be included twice."""
    code = header.with_suffix(".cpp")
    if not code.exists() or "#pragma once" not in header.read_text():
        return False
    first = re.search(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)', source.without_comments(code.read_text(), strings=True),
                      re.MULTILINE)
    return first is not None and header.as_posix().endswith("/" + first[1])


def check(root: pathlib.Path, cache: pathlib.Path, compiler: list, folders=("lib", "app", "drivers"), batched=False):
    cache.mkdir(parents=True, exist_ok=True)
    headers = [file.relative_to(root).as_posix() for file in source.files(root, {".hpp", ".h"}, folders)
               if batched or not leads_its_source(file)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda path: complaint(root, cache, compiler, path), headers)
    return [text for text in found if text]


if __name__ == "__main__":
    top, kept, *command = sys.argv[1:]
    # (headers of tests are compiled with the tests, and nowhere else)
    parts = ("lib", "app", "drivers")
    if "--precompiled" in command:
        at = command.index("--precompiled")
        folder = pathlib.Path(command[at + 1])
        del command[at:at + 2]
        made = json.loads((folder / "headers.made").read_text())["fPIE"]["flags"]
        flags = next(at for at, word in enumerate(command) if word.startswith("-"))
        command = made + ["-include", str(folder / "headers.hpp")] + command[flags:]
    batches = "--batched" in command
    if batches:
        command.remove("--batched")
    if "--no-drivers" in command:
        command.remove("--no-drivers")
        parts = ("lib", "app")
    if "--no-dpdk" in command:
        command.remove("--no-dpdk")
        parts = tuple(f"lib/{layer}" for layer in "base wire lacp marker dist table fast control config".split())
    sys.exit(source.report("headers", check(pathlib.Path(top).resolve(), pathlib.Path(kept), command, parts, batches)))
