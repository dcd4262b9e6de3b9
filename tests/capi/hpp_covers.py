#!/usr/bin/env python3
"""lagoon.hpp has all of lagoon.h: hpp_covers.py FOLDER.

Every function is called there, every enumeration has its strong one, every field of lagoon_lag_config is set, every
struct that a program sees is known, and it includes nothing else."""

import pathlib
import re
import sys
import unittest

import abi

FOLDER = pathlib.Path(sys.argv[1])
# Structs that only lagoon.hpp itself sees.
INNER = {"lagoon_text", "lagoon_lag_config"}


def code_of(name):
    return abi.COMMENTS.sub("", (FOLDER / name).read_text(encoding="utf-8"))


class Covers(unittest.TestCase):
    c = code_of("lagoon.h")
    cxx = code_of("lagoon.hpp")

    def lacking(self, names):
        return [name for name in names if not re.search(rf"\b{re.escape(name)}\b", self.cxx)]

    def test_every_function_is_called(self):
        names = [name for _, name, _ in abi.FUNCTION.findall(self.c)]
        self.assertGreater(len(names), 15)
        self.assertEqual(self.lacking(names), [])

    def test_every_number_has_its_name(self):
        named = [body for name, body in abi.ENUM.findall(self.c) if name]
        numbers = [part.split("=")[0].strip() for body in named for part in body.split(",") if part.strip()]
        self.assertIn("LAGOON_ERR_BUSY", numbers)
        self.assertEqual(self.lacking(set(numbers) - {"LAGOON_OK"}), [])

    def test_every_field_of_the_configuration_is_set(self):
        body, = (body for name, body in abi.STRUCT.findall(self.c) if name == "lagoon_lag_config")
        # (a name alone could be a word of something else)
        fields = {name for _, name in abi.fields_of(body)} - {"struct_size"}
        self.assertIn("mbuf_port", fields)
        self.assertEqual([name for name in fields if not re.search(rf"\bmade\.{name} =", self.cxx)], [])

    def test_every_struct_is_known(self):
        structs = {name for name, _ in abi.STRUCT.findall(self.c)}
        self.assertIn("lagoon_way", structs)
        self.assertEqual([name for name in structs - INNER if f"Sized<{name}>" not in self.cxx], [])

    def test_it_includes_nothing_but_lagoon_h_and_the_standard_library(self):
        self.assertEqual(re.findall(r'#include "([^"]*)"', self.cxx), ["lagoon.h"])
        self.assertEqual([name for name in re.findall(r"#include <([^>]*)>", self.cxx) if not re.fullmatch(r"\w+", name)], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
