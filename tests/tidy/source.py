"""What the tidy checkers share: which files are the project's, and source text without comments and strings."""

import pathlib
import re

CXX = {".cpp", ".hpp", ".c", ".h"}
SCRIPTS = {".py", ".sh"}
TOP = ("lib", "app", "drivers", "config", "tests", "bench", "docs", ".ci")

_TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)
# (1'000'000 is not the start of a character)
_SEPARATOR = re.compile(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])")


def without_comments(text: str, strings: bool = False) -> str:
    """C++ with comments, and unless `strings` also literals, as spaces. Lines stay where they are."""
    def blank(match):
        token = match.group()
        if strings and not token.startswith(("//", "/*")):
            return token
        return "".join("\n" if c == "\n" else " " for c in token)
    return _TOKENS.sub(blank, _SEPARATOR.sub("_", text))


def files(root: pathlib.Path, suffixes=None, folders=TOP):
    """The project's files under `folders` and, when all are asked for, at the root; sorted."""
    found = [path for folder in folders for path in (root / folder).rglob("*")]
    if folders is TOP:
        found += [path for path in root.iterdir()]
    for path in sorted(found):
        if path.is_file() and "__pycache__" not in path.parts and (suffixes is None or path.suffix in suffixes):
            yield path


def report(name: str, complaints: list) -> int:
    for complaint in complaints:
        print(complaint)
    print(f"{name}: {len(complaints)} complaints")
    return 1 if complaints else 0
