#!/usr/bin/env python3
"""Sees that a file includes what it names of the standard library: includes.py ROOT.

The precompiled header (config/precompiled) brings these headers to every file, so a compiler misses none; without it,
and in a program with our headers, a file that leans on it would not compile. An include may come through headers of
ours that the file includes. Names that half of the library's headers bring along are left out."""

import functools
import pathlib
import re
import sys

import source

# Names, and the headers of which one is enough: the first is the one to include, the others bring them along in
# libstdc++ of GCC 12 to 14.
STREAMS = "iostream sstream fstream iomanip filesystem"
TEXT = f"string stdexcept system_error {STREAMS}"
NEEDS = {
    "string to_string": TEXT,
    "string_view": f"string_view {TEXT}",
    "vector": "vector functional",
    "optional nullopt": "optional",
    "span as_bytes": "span",
    "array to_array": "array span functional",
    "map multimap": "map",
    "set multiset": "set",
    "deque": "deque queue",
    "function": "functional",
    "unique_ptr make_unique shared_ptr make_shared weak_ptr": "memory",
    "atomic atomic_ref": "atomic memory",
    "expected unexpected": "expected",
    "variant visit get_if holds_alternative monostate": "variant",
    "from_chars to_chars": "charconv",
    "chrono": "chrono thread",
    "popcount countr_zero countr_one bit_width has_single_bit": "bit",
    "ranges": f"algorithm ranges functional span string_view vector {TEXT}",
    "find_if sort any_of all_of none_of count_if max_element min_element clamp copy_n fill_n":
        f"algorithm ranges functional array deque {TEXT}",
    "memcpy memcmp memset strerror strlen": "cstring",
}
WORDS = {word: headers.split() for words, headers in NEEDS.items() for word in words.split()}
NAME = re.compile(r"\bstd::(" + "|".join(sorted(WORDS, key=len, reverse=True)) + r")\b")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>]+)>|"([^"]+)")', re.MULTILINE)
PLACES = ("lib", "lib/api", "app", "tests", "tests/golden", "drivers/net/lagoon")
FOLDERS = ("lib", "app", "drivers", "tests", "bench")


class Tree:
    def __init__(self, root: pathlib.Path):
        self.root = root

    @functools.cache
    def own_and_system(self, file: pathlib.Path):
        """The project's headers that a file includes, and the others' names."""
        own, system = [], set()
        for angled, quoted in INCLUDE.findall(source.without_comments(file.read_text(), strings=True)):
            ours = (place / (quoted or angled) for place in [file.parent, *(self.root / folder for folder in PLACES)])
            found = next((path for path in ours if path.is_file()), None)
            if found:
                own.append(found.resolve())
            else:
                system.add(angled or quoted)
        return own, system

    def brought(self, file: pathlib.Path) -> set:
        """Every header from outside that a file has, through ours too."""
        seen, todo, brought = set(), [file], set()
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                own, system = self.own_and_system(here)
                todo += own
                brought |= system
        return brought


def check(root: pathlib.Path):
    tree, complaints = Tree(root), []
    for file in source.files(root, {".cpp", ".hpp"}, FOLDERS):
        names = set(NAME.findall(source.without_comments(file.read_text())))
        brought = tree.brought(file) if names else set()
        complaints += [f"{file.relative_to(root).as_posix()}: std::{name} without #include <{WORDS[name][0]}>"
                       for name in sorted(names) if brought.isdisjoint(WORDS[name])]
    return complaints


if __name__ == "__main__":
    sys.exit(source.report("includes", check(pathlib.Path(sys.argv[1]).resolve())))
