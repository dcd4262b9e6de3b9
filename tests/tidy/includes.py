#!/usr/bin/env python3
"""Sees that a file includes what it names of the standard library: includes.py ROOT.

The precompiled header (config/precompiled) brings these headers to every file, so a compiler misses none; without it,
and in a program with our headers, a file that leans on it would not compile. An include may come through headers of
ours that the file includes. Names that half of the library's headers bring along are left out.

And that a header includes, itself or through others, what declares each type and constant of ours that it names (who
includes it first would miss that otherwise), and a .cpp what declares each free function: in a batch (`-Dbatches`) all
but the first have something before them. (headers.py asks the compiler, which takes minutes: `./lagoon.sh check`.)"""

import collections
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
_KIND = r"\b(?:class|struct|union|enum(?:\s+(?:class|struct))?)\s+(?:\[\[[^\]]*\]\]\s*|alignas\([^)]*\)\s*)*([A-Z]\w+)\b"
DECLARES = [re.compile(_KIND + r"[^;{()=<>]*\{"), re.compile(r"\b(?:using|concept)\s+([A-Z]\w+)\s*="),
            re.compile(r"\bconstexpr\b[^;={(]*?\b(k[A-Z]\w+)\s*[={;\[]")]
# (declared as something of its own: forward, and as a template's parameter)
OWN = [re.compile(_KIND + r"\s*(?::\s*[\w:]+\s*)?;"), re.compile(r"\b(?:typename|class)\s+([A-Z]\w*)\s*(?=[,>=])"),
       re.compile(r"\busing\s+(?:\w+::)+([A-Z]\w+);")]
# (what others' namespaces and our classes have within is theirs)
MENTIONED = re.compile(r"(?<![\w.>:])(?!prometheus::)(?:[a-z]\w*::)*([A-Z]\w+|k[A-Z]\w+)\b")
# (A namespace's contents are not indented, so what begins a line is no method. Names of one word are too common.)
FREE = re.compile(r"^(?!using|return|#)\S[^;{}()=]*?\b(?!static_assert)([a-z]\w*_\w+)\(", re.MULTILINE)
CALLED = re.compile(r"(?<![\w.>:~])(?!std::)(?:[a-z]\w*::)*([a-z]\w*_\w+)\(")
METHOD = re.compile(r"^ +[\w:<>*&, \[\]]*[\w>*&] [*&]?([a-z]\w*_\w+)\([^;{]*\{", re.MULTILINE)
NAMED = re.compile(r"\b([a-z]\w*_\w+)\s*[({=]")
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

    def closure(self, file: pathlib.Path) -> set:
        """The file, and all of ours that it includes."""
        seen, todo = set(), [file]
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                todo += self.own_and_system(here)[0]
        return seen

    def brought(self, file: pathlib.Path) -> set:
        """Every header from outside that a file has, through ours too."""
        return set().union(*(self.own_and_system(here)[1] for here in self.closure(file)))


def names_in(patterns: list, code: str) -> set:
    return set().union(*(pattern.findall(code) for pattern in patterns))


def check_own(root: pathlib.Path, tree: Tree):
    codes = {file.resolve(): source.without_comments(file.read_text())
             for file in source.files(root, {".hpp", ".h", ".cpp"}, ("lib", "app", "drivers"))}
    declared, own, free, named = collections.defaultdict(set), {}, collections.defaultdict(set), {}
    for file, code in codes.items():
        own[file] = names_in(OWN, code)
        named[file] = set(NAMED.findall(code))
        if file.suffix == ".cpp":
            continue
        for name in names_in(DECLARES, code):
            declared[name].add(file)
        for name in FREE.findall(code):
            free[name].add(file)
    for file, code in codes.items():
        closure = tree.closure(file)
        known = set().union(*(own.get(here, set()) for here in closure))
        missing = {name: declared[name] for name in set(MENTIONED.findall(code)) - known
                   if file.suffix != ".cpp" and name in declared and closure.isdisjoint(declared[name])}
        if file.suffix == ".cpp":
            # (a name that something has there may be that)
            heard = set().union(FREE.findall(code), METHOD.findall(code),
                                *(named.get(here, set()) for here in closure if here != file))
            missing |= {name: free[name] for name in set(CALLED.findall(code)) - heard if name in free}
        for name, headers in sorted(missing.items()):
            yield f"{file.relative_to(root).as_posix()}: {name} without {min(headers).relative_to(root).as_posix()}"


def check(root: pathlib.Path):
    tree, complaints = Tree(root), []
    for file in source.files(root, {".cpp", ".hpp"}, FOLDERS):
        names = set(NAME.findall(source.without_comments(file.read_text())))
        brought = tree.brought(file) if names else set()
        complaints += [f"{file.relative_to(root).as_posix()}: std::{name} without #include <{WORDS[name][0]}>"
                       for name in sorted(names) if brought.isdisjoint(WORDS[name])]
    return complaints + list(check_own(root, tree))


if __name__ == "__main__":
    sys.exit(source.report("includes", check(pathlib.Path(sys.argv[1]).resolve())))
