#!/usr/bin/env python3
"""Checks that a class has at most 30 data members and 45 functions, and a folder at most 30 files beside each
other: classes.py ROOT.

A limit for each file alone is met by cutting a class through: one class in eight files, each of which uses all
of its members. What is declared in a class or struct of lib, app and drivers counts: data members (not static
ones) and member functions (constructors and operators included, friends not), those of a nested type for that type.
Plain C has no classes and is left out."""

import pathlib
import re
import subprocess
import sys

import source

DATA_MAX = 30
FUNCTIONS_MAX = 45
FILES_MAX = 30
# Larger ones, until they are brought under the limits.
LARGE: set[str] = set()
FOLDERS = ("lib", "app", "drivers", "tests", "bench", "config", "docs")

HEAD = re.compile(r"\b(class|struct)\s+(?:\[\[.*?\]\]\s*|alignas\s*\([^)]*\)\s*|\w+\s+(?=\w+\s*[:{]))*"
                  r"(?P<name>[A-Za-z_]\w*(?:::\w+)*(?:\s*<[^{;]*>)?)\s*(?:final\s*)?(?::[^;{}()]*(?:\([^)]*\)[^;{}()]*)*)?$", re.DOTALL)
ENUM = re.compile(r"\benum\s+(class|struct)?\b")
ACCESS = re.compile(r"^\s*(?:public|protected|private)\s*:")
NO_MEMBER = re.compile(r"^\s*(?:using|typedef|friend|static_assert|enum|template\s*<[^;]*>\s*friend)\b")
TYPE_ALONE = re.compile(r"^\s*(?:template\s*<.*>\s*)?(?:class|struct|union)\s+[\w:<>, ]*$", re.DOTALL)


def without_brackets(text: str) -> str:
    """Without what stands in <>, and without attributes: what is left has the parentheses of a declarator alone."""
    text = re.sub(r"\[\[.*?\]\]", " ", text, flags=re.DOTALL)
    text = re.sub(r"\boperator\s*(?:<=>|<<=?|>>=?|<=?|>=?|->\*?|\(\)|\[\]|[^\s\w(]+)", "operator_", text)
    text = text.replace("->", "  ")
    text = re.sub(r"\b(?:alignas|decltype|noexcept|explicit|requires)\s*\((?:[^()]|\([^()]*\))*\)", " ", text)
    while True:
        shorter = re.sub(r"<[^<>;{}]*>", " ", text)
        if shorter == text:
            return text
        text = shorter


def kind_of(statement: str):
    """"function", "static", or the number of data members that a statement of a class declares; 0: none."""
    while ACCESS.match(statement):
        statement = ACCESS.sub("", statement, count=1)
    if not statement.strip() or NO_MEMBER.match(statement) or TYPE_ALONE.match(statement):
        return 0
    text = without_brackets(statement)
    declarator = re.split(r"(?<![=!<>])=(?!=)", text, maxsplit=1)[0]
    if "(" in declarator or "operator_" in declarator:
        return "function"
    if re.match(r"\s*(?:inline\s+|constexpr\s+|constinit\s+)*static\b", text):
        return "static"
    depth, count = 0, 1
    for c in text:
        depth += c in "({["
        depth -= c in ")}]"
        count += c == "," and depth == 0
    return count


def classes(text: str):
    """Yields (line, name, data members, functions) of each class."""
    code = source.without_comments(text)
    code = re.sub(r"^[ \t]*#.*(?:\\\n.*)*", lambda m: "\n" * m.group().count("\n"), code, flags=re.MULTILINE)
    yield from scan(code, 0, len(code), None, [])


def head_of(statement: str):
    if ENUM.search(statement):
        return None
    while ACCESS.match(statement):
        statement = ACCESS.sub("", statement, count=1)
    statement = re.sub(r"^\s*template\s*<.*>(?=\s*(?:requires\b.*)?\s*(?:class|struct)\b)", "", statement, flags=re.DOTALL)
    return HEAD.search(statement)


def scan(code: str, at: int, end: int, inside, found: list):
    """Reads statements from `at` to `end`; `inside`: the [line, name, data, functions] of the class they are of."""
    head, parentheses = at, 0
    while at < end:
        c = code[at]
        parentheses += c in "(["
        parentheses -= c in ")]"
        if c == "{":
            close = matching(code, at)
            before = code[head:at]
            match = head_of(before) if parentheses == 0 else None
            if match:
                here = [code.count("\n", 0, head + len(before) - len(before.lstrip())) + 1, match.group("name"), 0, 0]
                yield from scan(code, at + 1, close, here, found)
                yield tuple(here)
                # (what is declared behind the type, if anything, is a member of the class around it)
                head = close + 1
                rest = code[head:code.find(";", close)]
                if not rest.strip():
                    head = code.find(";", close) + 1
                    at = head
                    continue
            elif parentheses == 0 and re.search(r"\b(?:namespace|extern)\b[^;(]*$", before):
                yield from scan(code, at + 1, close, None, found)
                head = close + 1
            elif parentheses == 0 and inside is not None and kind_of(before) == "function" and \
                    not re.search(r"[=,]\s*$", before) and not initializes(code, head, at, close):
                inside[3] += 1
                head = close + 1
            elif inside is None and parentheses == 0:
                yield from scan(code, at + 1, close, None, found)  # a function's local types
                head = close + 1
            at = close + 1
            continue
        if c == ";" and parentheses == 0:
            if inside is not None:
                kind = kind_of(code[head:at])
                if kind == "function":
                    inside[3] += 1
                elif isinstance(kind, int):
                    inside[2] += kind
            head = at + 1
        at += 1


def initializes(code: str, head: int, at: int, close: int) -> bool:
    """Whether the braces are an initializer: of a constructor's member, whose body is still to come."""
    before = code[head:at]
    is_constructor = re.search(r"\)\s*(?:noexcept\s*)?:(?!:)", before)
    behind = code[close + 1:close + 200].lstrip()
    return bool(is_constructor) and re.search(r"\w\s*$", before) is not None and behind[:1] in (",", "{")


def matching(code: str, at: int) -> int:
    depth = 0
    for i in range(at, len(code)):
        depth += code[i] == "{"
        depth -= code[i] == "}"
        if depth == 0:
            return i
    return len(code)


def tracked(root: pathlib.Path):
    """Paths below root that belong to the project; all of them where it is no repository."""
    done = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True)
    if done.returncode == 0 and done.stdout:
        return [path for path in done.stdout.split("\0") if path]
    return [path.relative_to(root).as_posix() for path in source.files(root)]


def crowded_folders(root: pathlib.Path):
    count = {}
    for path in tracked(root):
        folder, _, _ = path.rpartition("/")
        if folder.split("/")[0] in FOLDERS:
            count[folder] = count.get(folder, 0) + 1
    return [f"{folder}: {files} files beside each other, at most {FILES_MAX}; give it rooms"
            for folder, files in sorted(count.items()) if files > FILES_MAX and folder not in LARGE]


def check(root: pathlib.Path):
    complaints = []
    for file in source.files(root, {".cpp", ".hpp"}, ("lib", "app", "drivers")):
        path = file.relative_to(root).as_posix()
        for line, name, data, functions in classes(file.read_text()):
            if name in LARGE:
                continue
            if data > DATA_MAX:
                complaints.append(f"{path}:{line}: {name} has {data} data members, at most {DATA_MAX}")
            if functions > FUNCTIONS_MAX:
                complaints.append(f"{path}:{line}: {name} has {functions} functions, at most {FUNCTIONS_MAX}")
    return complaints + crowded_folders(root)


if __name__ == "__main__":
    sys.exit(source.report("classes", check(pathlib.Path(sys.argv[1]).resolve())))
