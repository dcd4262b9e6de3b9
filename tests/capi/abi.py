#!/usr/bin/env python3
"""The ABI of lagoon.h, as a list: abi.py HEADER LIBRARY LIST COMPILER...

Sizes, offsets, numbers and prototypes are what a C compiler says of the header (a program is made of it for that);
symbols and their versions are the library's. The list that was released is LIST: what stands there stays as it is for
as long as the soname does. A struct may grow at its end, and new things may come. UPDATE_GOLDEN=1 writes LIST.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
ENUM = re.compile(r"enum\s*(\w*)\s*\{(.*?)\}\s*;", re.DOTALL)
STRUCT = re.compile(r"struct\s+(\w+)\s*\{(.*?)\}\s*;", re.DOTALL)
FUNCTION = re.compile(r"^([\w ]+?[ *]+)(lagoon_\w+)(\([^;{]*\));", re.MULTILINE)
TYPEDEF = re.compile(r"^typedef [^;]+;", re.MULTILINE)
FIELD_NAME = re.compile(r"(\w+)\s*(?:\[[^\]]*\])?\s*$")
SHOWN = re.compile(r"^[0-9a-f]+ \w (\S+)$", re.MULTILINE)
SYMBOL = re.compile(r"^[0-9a-f]+ \w (lagoon_\w+)@@?(\S+)$", re.MULTILINE)


def one_line(text):
    return " ".join(text.split())


def fields_of(body):
    """[(what is declared, name)] of a struct."""
    declared = [one_line(part) for part in body.split(";") if part.strip()]
    return [(text, FIELD_NAME.search(text)[1]) for text in declared]


def program_of(header, text):
    """C that prints what the compiler makes of structs and enumerations."""
    lines = []
    for _, body in ENUM.findall(text):
        for part in filter(str.strip, body.split(",")):
            name = part.split("=")[0].strip()
            lines.append(f'printf("number {name} = %lld\\n", (long long){name});')
    for struct, body in STRUCT.findall(text):
        lines.append(f'printf("size struct {struct} = %zu\\n", sizeof(struct {struct}));')
        for declared, name in fields_of(body):
            where = f"offsetof(struct {struct}, {name}), sizeof(((struct {struct}*)0)->{name})"
            lines.append(f'printf("field %s.{name} at %zu, %zu octets: {declared}\\n", "{struct}", {where});')
    body = "\n  ".join(lines)
    return f'#include <stdio.h>\n#include "{header}"\nint main(void) {{\n  {body}\n  return 0;\n}}\n'


def compiled(source, compiler):
    with tempfile.TemporaryDirectory() as folder:
        file, made = os.path.join(folder, "abi.c"), os.path.join(folder, "abi")
        pathlib.Path(file).write_text(source, encoding="utf-8")
        subprocess.run([*compiler, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", file, "-o", made], check=True)
        return subprocess.run([made], check=True, capture_output=True, text=True).stdout.splitlines()


def abi_of(header, library, compiler):
    text = COMMENTS.sub("", pathlib.Path(header).read_text(encoding="utf-8"))
    said = [one_line(each) for each in TYPEDEF.findall(text)]
    functions = {name: one_line(f"call {kind}{name}{arguments}") for kind, name, arguments in FUNCTION.findall(text)}
    shown = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", library], check=True,
                           capture_output=True, text=True).stdout
    symbols = dict(SYMBOL.findall(shown))
    others = [name for name in SHOWN.findall(shown) if not name.startswith(("lagoon_", "LAGOON_"))]
    if others:
        sys.exit(f"shown by the library, and not of lagoon.h: {others[:9]}")
    if set(symbols) != set(functions):
        sys.exit(f"declared, but not shown by the library: {sorted(set(functions) - set(symbols))}; "
                 f"shown, but not declared: {sorted(set(symbols) - set(functions))}")
    symbol_lines = [f"symbol {name}@@{version}" for name, version in sorted(symbols.items())]
    return [*compiled(program_of(os.path.abspath(header), text), compiler), *said, *functions.values(), *symbol_lines]


def is_compatible(before, now):
    """All that was is as it was, but that structs have grown behind what they had."""
    sizes = {name: int(size) for name, size in re.findall(r"^size struct (\w+) = (\d+)$", "\n".join(before), re.M)}
    for line in set(before) - set(now):
        if not line.startswith("size "):
            return False
    for line in set(now) - set(before):
        field = re.match(r"field (\w+)\.\w+ at (\d+),", line)
        if field and int(field[2]) < sizes.get(field[1], 0):
            return False  # (also in what was padding: older programs have anything there)
    return True


def main(header, library, list_path, *compiler):
    now = abi_of(header, library, compiler)
    kept = pathlib.Path(list_path)
    before = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    if os.environ.get("UPDATE_GOLDEN") == "1":
        kept.write_text("\n".join(now) + "\n", encoding="utf-8")
        print(f"{len(now)} lines written")
        return 0
    if now == before:
        print(f"the ABI is as it was: {len(now)} lines")
        return 0
    print("\n".join(difflib.unified_diff(before, now, "released", "now", lineterm="", n=0)))
    if is_compatible(before, now):
        print("Programs that were built before go on to work. If that is meant: UPDATE_GOLDEN=1 meson test 'C ABI'")
    else:
        print("Programs that were built before would break: keep what was, or take another soname")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
