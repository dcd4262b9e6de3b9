#!/usr/bin/env python3
"""Sees that every header compiles alone: headers.py ROOT CACHE COMPILER FLAG...

A header that a file which is compiled anyway includes before all else, but for the standard library, compiles alone: the
build, or another header's turn here, shows it. The others are compiled here, twice included. Where a build compiles files
in batches (--batches BUILD), only the first of a batch has nothing before it. A header that compiled and has not changed
since, nor anything that it includes, is not compiled again: CACHE keeps what the compiler said it reads.

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


def begin_compilations(root: pathlib.Path, folders, build):
    """The sources that are compiled with nothing before them."""
    batched = set()
    for batch in build.rglob("*-unity*.c*") if build else ():
        names = re.findall(r"#include *<([^>]+)>", batch.read_text(errors="replace")) if batch.suffix != ".o" else []
        batched.update(os.path.realpath(name) for name in names[1:])
    return [file for file in source.files(root, {".cpp", ".c"}, folders) if os.path.realpath(file) not in batched]


def first_of_ours(root: pathlib.Path, file: pathlib.Path):
    """The first header of ours that a file includes, if only the standard library comes before it."""
    code = source.without_comments(file.read_text(), strings=True)
    for how, name in re.findall(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)', code, re.MULTILINE):
        if how == "<" and re.fullmatch(r"[a-z_0-9]+", name):
            continue
        for folder in (file.parent, root / "lib", root / "lib/api", root / "app"):
            if how == '"' and (folder / name).exists():
                return (folder / name).resolve()
        return None
    return None


def check(root: pathlib.Path, cache: pathlib.Path, compiler: list, folders=("lib", "app", "drivers"), build=None):
    cache.mkdir(parents=True, exist_ok=True)
    headers = list(source.files(root, {".hpp", ".h"}, folders))
    lead = {first_of_ours(root, file) for file in headers + begin_compilations(root, folders, build)}
    alone = [file.relative_to(root).as_posix() for file in headers
             if file.resolve() not in lead or "#pragma once" not in file.read_text()]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda path: complaint(root, cache, compiler, path), alone)
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
    batches = None
    if "--batches" in command:
        at = command.index("--batches")
        batches = pathlib.Path(command[at + 1])
        del command[at:at + 2]
    if "--no-drivers" in command:
        command.remove("--no-drivers")
        parts = ("lib", "app")
    if "--no-dpdk" in command:
        command.remove("--no-dpdk")
        parts = tuple(f"lib/{layer}" for layer in "base wire lacp marker dist table fast control config".split())
    sys.exit(source.report("headers", check(pathlib.Path(top).resolve(), pathlib.Path(kept), command, parts, batches)))
