#!/usr/bin/env python3
"""Checks that files have at most 400 lines and functions at most 70: sizes.py ROOT.

A longer file is accepted if a note in docs/decisions/ names its path (and so says why)."""

import ast
import pathlib
import re
import sys

import source

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70

NO_FUNCTION = re.compile(r"\b(namespace|class|struct|union|enum|extern|concept|requires)\b(?!.*\)\s*(const|noexcept|->|$))",
                         re.DOTALL)


def cxx_functions(text: str):
    """Yields (line, lines) of each function, lambdas and local types counted in."""
    code = source.without_comments(text)
    code = re.sub(r"^[ \t]*#.*(?:\\\n.*)*", lambda m: "\n" * m.group().count("\n"), code, flags=re.MULTILINE)
    depth_of_function, stack, head = None, [], 0
    for match in re.finditer(r"[{};]", code):
        token = match.group()
        if token == "{":
            before = code[head:match.start()]
            if depth_of_function is None and ")" in before and not NO_FUNCTION.search(before.strip()):
                depth_of_function = len(stack)
                begin = head + len(before) - len(before.lstrip())
            stack.append(match.start())
        elif token == "}" and stack:
            stack.pop()
            if depth_of_function == len(stack):
                depth_of_function = None
                line = code.count("\n", 0, begin) + 1
                yield line, code.count("\n", 0, match.start()) + 2 - line
        head = match.end()


def python_functions(text: str):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def check(root: pathlib.Path):
    notes = "\n".join(note.read_text() for note in sorted((root / "docs/decisions").glob("*.md")))
    complaints = []
    for file in source.files(root, source.CXX | source.SCRIPTS):
        path = file.relative_to(root).as_posix()
        text = file.read_text()
        lines = text.count("\n")
        if lines > FILE_LINES_MAX and path not in notes:
            complaints.append(f"{path}: {lines} lines, at most {FILE_LINES_MAX}; split it, or say why in docs/decisions/")
        functions = {".py": python_functions, ".sh": lambda _: ()}.get(file.suffix, cxx_functions)
        for line, length in functions(text):
            if length > FUNCTION_LINES_MAX:
                complaints.append(f"{path}:{line}: a function of {length} lines, at most {FUNCTION_LINES_MAX}")
    return complaints


if __name__ == "__main__":
    sys.exit(source.report("sizes", check(pathlib.Path(sys.argv[1]).resolve())))
