#!/usr/bin/env python3
"""Tests of translation.py: a change in one of two pages that were in step is found, at its line."""

import sys
import unittest

import translation
from checkers_test import Tree

ENGLISH = """# Lagoon

[简体中文](README.zh-CN.md)

Two members of a LAG, three
links, 90 s, [a plot](docs/a.svg).

    ./run demo   # pulls two cables

## Why

| mode | loss |
|---|---|
| LACP | two thirds, 45 % |
| `rr` | each half of 10G |
"""

CHINESE = """# Lagoon

[English](README.md)

聚合组有两个成员口，三条链路，90 秒，[曲线图](docs/a.svg)。

    ./run demo   # 拔两根网线

## 为什么

| 模式 | 丢帧 |
|---|---|
| LACP | 三分之二，45 % |
| `rr` | 10G 各占一半 |
"""

GLOSSARY = """| term | in Chinese | not |
|---|---|---|
| LAG | 聚合组 | |
| member | 成员口 | 从设备 |
| link | 链路 | 链接 |
"""


class Translation(Tree):
    def complaints(self, english: str = ENGLISH, chinese: str = CHINESE):
        self.plant("docs/glossary.md", GLOSSARY)
        self.plant("README.md", english)
        self.plant("README.zh-CN.md", chinese)
        return translation.check(self.root)

    def test_pages_in_step_are_left_alone(self):
        self.assertEqual(self.complaints(), [])

    def test_what_only_the_english_page_says_is_found(self):
        rows = [
            ("./run demo", "./run test", "README.zh-CN.md:7: code: README.md:8 has '    ./run test'"),
            ("pulls two", "pulls three", "README.zh-CN.md:7: figures"),
            ("three\n", "four\n", "README.zh-CN.md:5: figures: README.md:5 has '4' where this has '3'"),
            ("90 s", "90 ms", "'90ms' where this has '90s'"),
            ("two thirds", "a third", "'1/3' where this has '2/3'"),
            ("45 %", "54 %", "README.zh-CN.md:13: figures"),
            ("`rr`", "`xor`", "README.zh-CN.md:14: code: README.md:15 has 'xor'"),
            ("docs/a.svg", "docs/b.svg", "README.zh-CN.md:5: links: README.md:5 has 'docs/b.svg'"),
            ("[a plot]", "![a plot]", "images: README.md:5 has 'an image' where this has nothing"),
            ("| LACP |", "| LACP, VPP |", "'VPP' is missing"),
            ("| LACP |", "| LACP, a member |", "README.md:14 has 'member', which is '成员口'"),
            ("| LACP | two thirds, 45 % |\n", "", "README.zh-CN.md:13: table row of 2 cells '| LACP"),
            ("| mode | loss |", "| mode | loss | gain |", "README.md:12: table row of 3 cells"),
            ("## Why\n", "", "README.zh-CN.md:9: heading of level 2 '## 为什么'"),
            ("## Why\n", "## Why\n\nBecause.\n", "README.md:12: paragraph 'Because.'"),
            ("[简体中文](README.zh-CN.md)", "", "README.md: no link to README.zh-CN.md"),
        ]
        for right, wrong, message in rows:
            with self.subTest(right=right, wrong=wrong):
                self.assertIn(message, "\n".join(self.complaints(english=ENGLISH.replace(right, wrong, 1))))

    def test_what_only_the_chinese_page_says_is_found(self):
        rows = [
            ("./run demo", "./run", "README.zh-CN.md:7: code"),
            ("三分之二", "三分之一", "'2/3' where this has '1/3'"),
            ("90 秒", "9 秒", "'90s' where this has '9s'"),
            ("| LACP |", "| LACP，VPP |", "'VPP' is not in README.md:14"),
            ("三条链路", "三条链接", "'链接': docs/glossary.md says '链路'"),
            ("| LACP | 三分之二，45 % |\n", "", "README.md:14: table row"),
            ("## 为什么", "### 为什么", "README.zh-CN.md:9: heading of level 3"),
            ("[English](README.md)", "", "README.zh-CN.md: no link to README.md"),
        ]
        for right, wrong, message in rows:
            with self.subTest(right=right, wrong=wrong):
                self.assertIn(message, "\n".join(self.complaints(chinese=CHINESE.replace(right, wrong, 1))))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main(verbosity=0)
