#!/usr/bin/env python3
"""Precompiles a header for all targets of a build: precompile.py COMMANDS HEADER STAMP DEPFILE.

COMMANDS is the build's compile_commands.json, so the flags are those of the build itself. A compiler takes a
precompiled header only where its position-independence and the macros that the header asks for are the same; so
HEADER.gch is a folder with one for each combination that occurs. GCC tries all files of such a folder, and clang does
too. STAMP keeps what each was made with and from; one that is still right is not made again."""

import collections
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

# What a target asks the header for.
ASKED = "-DLAGOON_PRECOMPILE_"
WITH_VALUE = {"-o", "-c", "-MF", "-MQ", "-MT", "-include", "-isystem", "-I", "-D"}
DROPPED = ("-MD", "-I", "-isystem", "-Winvalid-pch", "-fdiagnostics", "-fvisibility")


def flags_of(words: list) -> list:
    """The compiler and those of its flags that a precompiled header has to be made with."""
    words = iter(words)
    kept = [next(words)]
    if kept[0].endswith("ccache"):
        kept = [next(words)]
    for word in words:
        if word in WITH_VALUE:
            next(words)
        # (-D_... are switches of the standard library, other macros are a target's own; clang wants them the same too)
        elif word.startswith("-D") and not word.startswith(("-D_", ASKED)) and "clang" not in kept[0]:
            continue
        elif word.startswith("-") and not word.startswith(DROPPED):
            kept.append(word)
    return kept


def variants(commands: list, header: str) -> dict:
    """Name -> flags, of each variant that some target includes: the flags that most have."""
    found = {}
    for entry in commands:
        words = shlex.split(entry["command"])
        if header in words:
            flags = flags_of(words)
            kind = [word.lstrip("-") for word in flags if word in ("-fPIC", "-fPIE")] or ["fixed"]
            macros = {word.removeprefix(ASKED).removeprefix("-D").partition("=")[0].lower() for word in flags
                      if word.startswith("-D") and not word.startswith("-D_")}
            kind += sorted(macros)
            found.setdefault("+".join(kind), collections.Counter())[tuple(flags)] += 1
    return {name: list(counts.most_common(1)[0][0]) for name, counts in found.items()}


def is_fresh(made: pathlib.Path, flags: list, known: dict) -> bool:
    if known.get("flags") != flags or not made.exists():
        return False
    since = made.stat().st_mtime_ns
    try:
        return all(os.stat(name).st_mtime_ns < since for name in known["read"])
    except OSError:
        return False


def make(flags: list, header: str, made: pathlib.Path) -> list:
    """Makes one; returns the files that it was made from."""
    fresh = f"{header}.{made.name}.new"
    read = f"{fresh}.d"
    command = flags + ["-x", "c++-header", header, "-o", fresh, "-MD", "-MF", read, "-MT", "header"]
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode != 0:
        raise SystemExit(f"{header} can't be precompiled")
    # (nobody meets half of one)
    os.replace(fresh, made)
    words = pathlib.Path(read).read_text()
    os.unlink(read)
    return sorted(set(words.replace("\\\n", " ").partition(":")[2].split()))


def write(state: pathlib.Path, known: dict, kept: dict, made: set):
    """Who waits for the stamp compiles anew when it is younger. So it stays as old as it is where nothing that was
    there was made again: another prefix changes COMMANDS as well, and the benchmark adds a variant."""
    old = state.stat().st_mtime_ns if known else None
    state.write_text(json.dumps(kept))
    if old is not None and not made.intersection(known):
        os.utime(state, ns=(old, old))


def main() -> int:
    commands, header, stamp, depfile = sys.argv[1:]
    folder = pathlib.Path(header + ".gch")
    folder.mkdir(exist_ok=True)
    wanted = variants(json.loads(pathlib.Path(commands).read_text()), header)
    for file in folder.iterdir():
        if file.name not in wanted:
            file.unlink()
    state = pathlib.Path(stamp)
    known = json.loads(state.read_text()) if state.exists() else {}
    kept = {name: known.get(name, {}) for name in sorted(wanted)}
    made = {name for name in kept if not is_fresh(folder / name, wanted[name], kept[name])}
    # (everything waits for these, so all cores are theirs)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, read in zip(made, pool.map(lambda name: make(wanted[name], header, folder / name), made)):
            kept[name] = {"flags": wanted[name], "read": read}
    write(state, known, kept, made)
    read = {commands, os.path.abspath(__file__)}.union(*(entry["read"] for entry in kept.values()))
    pathlib.Path(depfile).write_text(f"{stamp}: {' '.join(sorted(read))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
