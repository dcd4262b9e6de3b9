"""docs/library.md and docs/pmd.md show the examples as they are, and they are as short as it says: examples_test.py ROOT."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv[1])
DOCUMENTS = [ROOT / "docs" / "library.md", ROOT / "docs" / "pmd.md"]
EXAMPLES = ROOT / "app" / "examples"
LINES_MAX = 150
ADDED = 10


class Examples(unittest.TestCase):
    def test_the_documents_show_them_verbatim(self):
        shown = [code for document in DOCUMENTS
                 for code in re.findall(r"^```c(?:pp)?\n(.*?)^```$", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)]
        names = [file.name for file in EXAMPLES.iterdir() if file.suffix in (".c", ".cpp")]
        self.assertEqual(len(names), len(shown))
        for name in names:
            with self.subTest(example=name):
                self.assertIn((EXAMPLES / name).read_text(encoding="utf-8"), shown)

    def test_forwarding_takes_less_than_150_lines(self):
        self.assertLess(len((EXAMPLES / "l2fwd_lag.c").read_text(encoding="utf-8").splitlines()), LINES_MAX)

    def test_lagoon_is_added_in_ten_lines(self):
        code = (EXAMPLES / "add_lag.c").read_text(encoding="utf-8").splitlines()
        marked = [line for line in code if re.search(r"\S.*// \+", line)]
        self.assertEqual(len(marked), ADDED)
        for line in code:
            if "lagoon" in line and line not in marked:
                self.assertTrue(line.startswith("//"), line)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
