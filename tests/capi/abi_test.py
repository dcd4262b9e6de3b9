"""abi.py finds what breaks programs that were built before, and says what does not."""

import contextlib
import io
import os
import pathlib
import subprocess
import tempfile
import unittest

import abi

HEADER = """
#include <stddef.h>
enum lagoon_error { LAGOON_OK = 0, LAGOON_ERR_ONE = -1 };
struct lagoon_link {
  size_t struct_size;  // a comment with a; in it
  unsigned speed;
  char name[8];
};
int lagoon_lag_link(struct lagoon_link *link);
"""
CODE = """
#include "lagoon.h"
int lagoon_lag_link(struct lagoon_link *link) { return link == 0; }
"""
MAP = "LAGOON_0.1 { global: lagoon_*; local: *; };"


class Abi(unittest.TestCase):
    made = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        os.environ["UPDATE_GOLDEN"] = "1"
        self.addCleanup(os.environ.pop, "UPDATE_GOLDEN", None)
        self.assertEqual(self.check()[0], 0)
        del os.environ["UPDATE_GOLDEN"]

    def check(self, header=HEADER, code=CODE, version_map=MAP):
        for name, text in (("lagoon.h", header), ("lagoon.c", code), ("lagoon.map", version_map)):
            (self.folder / name).write_text(text)
        if self.made != (code, version_map):  # (structs do not show in it)
            subprocess.run(["cc", "-shared", "-fPIC", "-Wl,--version-script=lagoon.map", "lagoon.c", "-o", "lagoon.so"],
                           cwd=self.folder, check=True)
            self.made = code, version_map
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            status = abi.main(*(str(self.folder / name) for name in ("lagoon.h", "lagoon.so", "list")), "cc")
        return status, said.getvalue()

    def test_the_same_is_the_same(self):
        self.assertEqual(self.check()[0], 0)
        self.assertEqual(self.check(header="// more words\n" + HEADER)[0], 0)

    def test_a_break_is_told_from_what_is_new(self):
        for old, new, words in (
                ("  char name[8];\n", "  char name[8];\n  size_t more;\n", "go on to work"),
                # (where programs that were built before have anything, for it was padding)
                ("  char name[8];\n", "  char name[8];\n  unsigned more;\n", "would break"),
                ("LAGOON_ERR_ONE = -1", "LAGOON_ERR_ONE = -1, LAGOON_ERR_TWO = -2", "go on to work"),
                ("LAGOON_ERR_ONE = -1", "LAGOON_ERR_ONE = -2", "would break"),
                ("  unsigned speed;\n", "  unsigned more;\n  unsigned speed;\n", "would break"),
                ("  unsigned speed;\n", "  int speed;\n", "would break"),
                ("  char name[8];\n", "", "would break")):
            with self.subTest(new=new):
                status, said = self.check(header=HEADER.replace(old, new))
                self.assertEqual(status, 1)
                self.assertIn(words, said)

    def test_a_changed_call_or_version_is_a_break(self):
        change = ("int lagoon_lag_link(", "long lagoon_lag_link(")
        self.assertIn("would break", self.check(HEADER.replace(*change), CODE.replace(*change))[1])
        self.assertIn("would break", self.check(version_map=MAP.replace("0.1", "0.2"))[1])

    def test_header_and_library_have_the_same_calls(self):
        for header, code in ((HEADER, '#include "lagoon.h"\n'), (HEADER, CODE + "int lagoon_more(void) { return 0; }\n")):
            with self.assertRaisesRegex(SystemExit, "declared"):
                self.check(header, code)

    def test_nothing_else_is_shown(self):
        code = CODE + "int inner(void) { return 0; }\n"
        with self.assertRaisesRegex(SystemExit, "not of lagoon.h: .*inner"):
            self.check(code=code, version_map="LAGOON_0.1 { global: *; };")


if __name__ == "__main__":
    unittest.main()
