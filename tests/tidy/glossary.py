#!/usr/bin/env python3
"""Checks the glossary: glossary.py ROOT.

Every link of docs/glossary.md leads to a file or folder, every term has a meaning and an owner, no term stands twice, and
no word of its column "not" is used in docs/ or README.md. Code, links and the glossary itself are not looked at."""

import pathlib
import re
import sys

import source

GLOSSARY = "docs/glossary.md"
HEAD = "| term | means | not | owner |"


def rows(text: str):
    """Line number, term, meaning, words not to be used, owner."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        inside = line == HEAD or (inside and line.startswith("|"))
        if inside and line != HEAD and not line.startswith("|---"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            yield number, (cells + [""] * 4)[:4]


def prose(text: str):
    """The lines of a page that are neither code nor links' targets."""
    code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            code = not code
        elif not code and not line.startswith("    "):
            yield number, re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`]*`", "", line))


def check_rows(root: pathlib.Path, text: str):
    complaints, seen = [], set()
    for number, (term, means, _, owner) in rows(text):
        place = f"{GLOSSARY}:{number}"
        if not term or not means:
            complaints.append(f"{place}: a term needs a meaning")
        if term in seen:
            complaints.append(f"{place}: '{term}' stands twice")
        seen.add(term)
        target = re.search(r"\]\(([^)#]+)", owner)
        if not target:
            complaints.append(f"{place}: '{term}' has no link to its owner")
        elif not (root / "docs" / target[1]).resolve().exists():
            complaints.append(f"{place}: '{term}' is said to be in {target[1]}, which does not exist")
    return complaints if seen else [f"{GLOSSARY}: no terms"]


def check_words(root: pathlib.Path, text: str):
    instead = {}
    for _, (term, _, never, _) in rows(text):
        instead.update({word.strip(): term for word in never.split(",") if word.strip()})
    complaints = []
    pages = [page for page in sorted((root / "docs").rglob("*.md")) if page != root / GLOSSARY] + [root / "README.md"]
    for page in pages:
        for number, line in prose(page.read_text()):
            for word, term in instead.items():
                if re.search(rf"(?<![\w-]){re.escape(word)}s?(?![\w-])", line, re.IGNORECASE):
                    complaints.append(f"{page.relative_to(root)}:{number}: '{word}': the glossary says {term}")
    return complaints


def check(root: pathlib.Path):
    text = (root / GLOSSARY).read_text()
    return check_rows(root, text) + check_words(root, text)


if __name__ == "__main__":
    sys.exit(source.report("glossary", check(pathlib.Path(sys.argv[1]).resolve())))
