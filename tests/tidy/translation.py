#!/usr/bin/env python3
"""Holds README.md and README.zh-CN.md in step: translation.py ROOT.

Both have the same sections, paragraphs, table rows, lines of code, figures, links, images and names, in the same order. A
comment behind a line of code may be translated. Figures may be words: "two thirds" is "三分之二". Where README.md has a term of
docs/glossary.md's last table, README.zh-CN.md has the word beside it, and never one of its column "not"."""

import collections
import difflib
import pathlib
import re
import sys
from dataclasses import dataclass

import source

OURS, THEIRS = "README.md", "README.zh-CN.md"
GLOSSARY, HEAD = "docs/glossary.md", "| term | in Chinese | not |"

ENGLISH = dict(zip("two three four five six seven eight nine ten eleven twelve".split(), range(2, 13)))
CHINESE = {**dict(zip("二三四五六七八九十", range(2, 11))), "两": 2, "十一": 11, "十二": 12}
UNITS = {"秒": "s", "毫秒": "ms", "微秒": "us", "second": "s", "seconds": "s"}
FIGURE = re.compile(r"(\d+(?:[.,]\d+)*)(?:\s*(%|ms|us|s|seconds?|[GM]bit/s|[GM]B?|毫秒|微秒|秒)(?![A-Za-z/]))?")
ENGLISH_PART = re.compile(rf"\b(a|{'|'.join(ENGLISH)}) (third|quarter)s?\b", re.IGNORECASE)
CHINESE_PART = re.compile(r"([二三四])分之([一二三])")
PARTS = {"third": 3, "quarter": 4}
WORD = re.compile(r"[A-Za-z][\w+-]*")
# A name: capitals, a capital amid letters, or one that does not begin a sentence.
NAME = re.compile(r"\b(?:[A-Z][\w+-]*[A-Z][\w+-]*|[a-z]+[A-Z]\w*|(?<=[a-z,;] )[A-Z]\w+)\b")


@dataclass(frozen=True)
class Block:
    """What stands between blank lines; of tables and code, one line."""
    line: int
    kind: str
    text: str

    def code(self):
        """(behind `#`, a line of code explains itself)"""
        return re.sub(r"(^|\s+)#.*", "", self.text) if self.kind == "line of code" else ""

    def prose(self):
        """The text without code, targets of links, and paths."""
        if self.kind == "line of code":
            return self.text[len(self.code()):]
        text = re.sub(r"`[^`]*`", "`", self.text)
        text = re.sub(r"\]\([^)]*\)", "]", text)
        return re.sub(r"\[[^]]*/[^]]*\]", "", text)

    def facts(self):
        """What has to be the same in both, by what it is called."""
        if self.kind == "line of code":
            return {"code": [self.code()] if self.code() else [], "figures": sorted(figures(self.prose()))}
        return {"code": sorted(re.findall(r"`([^`]*)`", self.text)), "links": sorted(re.findall(r"\]\(([^)]*)\)", self.text)),
                "images": ["an image"] * self.text.count("!["), "figures": sorted(figures(self.prose()))}

    def key(self):
        return self.kind, *map(tuple, self.facts().values())


def figures(prose: str):
    """All figures of a text in one spelling, those of a language's words too. ("one" is hardly ever a figure.)"""
    found = []

    def take(figure):
        found.append(figure)
        return " "

    prose = ENGLISH_PART.sub(lambda m: take(f"{ENGLISH.get(m[1].lower(), 1)}/{PARTS[m[2].lower()]}"), prose)
    prose = CHINESE_PART.sub(lambda m: take(f"{CHINESE.get(m[2], 1)}/{CHINESE[m[1]]}"), prose)
    prose = FIGURE.sub(lambda m: take(m[1] + UNITS.get(m[2], m[2] or "")), prose)
    found += [str(ENGLISH[word]) for word in re.findall(r"[a-z]+", prose.lower()) if word in ENGLISH]
    return found + [str(CHINESE[word]) for word in re.findall("十[一二]|[两二三四五六七八九十]", prose)]


def blocks(text: str):
    found, paragraph, fenced = [], [], False

    def end():
        if paragraph:
            found.append(Block(paragraph[0][0], "paragraph", " ".join(line for _, line in paragraph)))
            paragraph.clear()

    for number, line in enumerate([*text.splitlines(), ""], 1):
        heading, item = re.match(r"(#+) ", line), re.match(r"[-*] |\d+\. ", line)
        if line.startswith("```"):
            fenced = not fenced
        if fenced or line.startswith("```") or (line.startswith("    ") and not paragraph):
            end()
            found.append(Block(number, "line of code", line.rstrip()))
        elif line.startswith("|"):
            end()
            found.append(Block(number, f"table row of {line.count('|') - 1} cells", line))
        elif heading:
            end()
            found.append(Block(number, f"heading of level {len(heading[1])}", line))
        elif not line.strip() or item:
            end()
        if item:
            found.append(Block(number, "list item", line))
        elif line.strip() and (not found or found[-1].line != number):
            paragraph.append((number, line.strip()))
    return [block for block in found if block.text.strip()]


def short(block: Block):
    return f"{block.kind} '{block.text.strip()[:50]}'"


def differences(ours: Block, theirs: Block):
    place = f"{THEIRS}:{theirs.line}"
    theirs_facts = theirs.facts()
    for name, here in ours.facts().items():
        lacks = list((collections.Counter(here) - collections.Counter(theirs_facts[name])).elements())
        extra = list((collections.Counter(theirs_facts[name]) - collections.Counter(here)).elements())
        if lacks or extra:
            yield (f"{place}: {name}: {OURS}:{ours.line} has {', '.join(map(repr, lacks)) or 'nothing'} where this has "
                   f"{', '.join(map(repr, extra)) or 'nothing'}. Make them the same")


def stem(word: str):
    return re.sub(r"(?<=\w\w)s$", "", word.lower())


def words(ours: Block, theirs: Block, terms):
    """Names that only one of them has, and terms that are said otherwise than the glossary says."""
    place, prose = f"{THEIRS}:{theirs.line}", theirs.prose()
    here, there = ({stem(word): word for word in WORD.findall(block.prose())} for block in (ours, theirs))
    translated = {stem(term) for term, (word, _) in terms.items() if not WORD.search(word)}
    for name in NAME.findall(ours.prose()):
        if stem(name) not in there and stem(name) not in translated:
            yield f"{place}: '{name}' is missing, {OURS}:{ours.line} has it. Name it, or give it a word in {GLOSSARY}"
    for word in sorted(there.keys() - here.keys()):
        yield f"{place}: '{there[word]}' is not in {OURS}:{ours.line}. Leave it out, or put it there"
    for term, (word, never) in terms.items():
        if re.search(rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", ours.prose()) and word not in prose:
            yield f"{place}: {OURS}:{ours.line} has '{term}', which is '{word}' in {GLOSSARY}. Say that"
        for other in never:
            if other in prose:
                yield f"{place}: '{other}': {GLOSSARY} says '{word}'"


def chinese_terms(text: str):
    terms, inside = {}, False
    for line in text.splitlines():
        inside = line == HEAD or (inside and line.startswith("|"))
        if inside and line != HEAD and not line.startswith("|---"):
            term, word, never = (cell.strip() for cell in line.strip("|").split("|"))
            terms[term] = word, [other.strip() for other in never.split(",") if other.strip()]
    return terms


def read(root: pathlib.Path, name: str, other: str):
    """A page's blocks without the link to the other page, and whether it has one."""
    link = re.compile(rf"\[[^]]*\]\({re.escape(other)}\)")
    text = (root / name).read_text()
    return blocks(link.sub("`another language`", text)), bool(link.search(text))


def check(root: pathlib.Path):
    terms = chinese_terms((root / GLOSSARY).read_text())
    complaints = [] if terms else [f"{GLOSSARY}: no table '{HEAD}'"]
    (ours, linked), (theirs, linked_back) = read(root, OURS, THEIRS), read(root, THEIRS, OURS)
    complaints += [] if linked else [f"{OURS}: no link to {THEIRS}"]
    complaints += [] if linked_back else [f"{THEIRS}: no link to {OURS}"]
    matcher = difflib.SequenceMatcher(None, [b.key() for b in ours], [b.key() for b in theirs], autojunk=False)
    for _, begin, end, begin2, end2 in matcher.get_opcodes():
        left, right = ours[begin:end], theirs[begin2:end2]
        while left and right and left[0].kind == right[0].kind:
            a, b = left.pop(0), right.pop(0)
            complaints += [*differences(a, b), *words(a, b, terms)]
        complaints += [f"{OURS}:{a.line}: {short(a)}, or one beside it, is missing near {THEIRS}:"
                       f"{theirs[min(begin2, len(theirs) - 1)].line}. Translate it, or take it out" for a in left]
        complaints += [f"{THEIRS}:{b.line}: {short(b)}, or one beside it, is missing near {OURS}:"
                       f"{ours[min(begin, len(ours) - 1)].line}. Take it out, or put it there" for b in right]
    return complaints


if __name__ == "__main__":
    sys.exit(source.report("translation", check(pathlib.Path(sys.argv[1]).resolve())))
