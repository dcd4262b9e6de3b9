"""Who installs Lagoon can build on it with pkg-config alone: installed_test.py BUILD SOURCE VERSION.

It installs into a folder of its own. There lies no header but lagoon.h and lagoon.hpp, and both are clean in each C and
C++ and for each compiler that is here. The examples are built, and a C++17 program runs, which is consumer.cpp."""

import functools
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE, VERSION = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
CAPI = SOURCE / "tests/capi"
EXAMPLES = SOURCE / "app/examples"
CONSUMER = SOURCE / "tests/unit/api/consumer.cpp"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
EAL = ["-l", "0", "--no-huge", "-m", "128", "--no-pci", "--no-telemetry", "--no-shconf",
       "--vdev", "net_ring0", "--vdev", "net_ring1"]


def here(*compilers):
    return [name for name in compilers if shutil.which(name)]


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        root = tempfile.TemporaryDirectory(prefix="lagoon-installed-")
        cls.addClassCleanup(root.cleanup)
        cls.root = pathlib.Path(root.name)
        subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", cls.root], check=True)
        cls.include = cls.only("include")
        pc = cls.only("lagoon.pc")
        # (it was made for another root)
        pc.write_text(pc.read_text().replace("prefix=", f"prefix={cls.root}", 1))
        os.environ["PKG_CONFIG_PATH"] = str(pc.parent)
        os.environ["LD_LIBRARY_PATH"] = str(cls.only("liblagoon.so").parent)

    @classmethod
    def only(cls, name):
        found, = cls.root.rglob(name)
        return found

    @staticmethod
    @functools.cache
    def flags(*words):
        said = subprocess.run(["pkg-config", *words], check=True, capture_output=True, text=True)
        return tuple(shlex.split(said.stdout))

    def compiled(self, *command):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")

    def built(self, compiler, source, *options):
        program = self.root / source.stem
        self.compiled(compiler, *options, "-O1", source, "-o", program, *self.flags("--cflags", "--libs", "lagoon", "libdpdk"))
        return program

    def test_only_public_headers_are_installed(self):
        files = sorted(str(file.relative_to(self.include)) for file in self.include.rglob("*") if file.is_file())
        self.assertEqual(files, ["lagoon/lagoon.h", "lagoon/lagoon.hpp"])

    def test_pkg_config_says_where_and_nothing_else(self):
        self.assertEqual(self.flags("--modversion", "lagoon"), (VERSION,))
        self.assertEqual(self.flags("--cflags", "lagoon"), (f"-I{self.include}/lagoon",))

    def test_the_c_header_is_clean_in_every_c(self):
        source = self.root / "c.c"
        source.write_text("#include <lagoon.h>\n#include <lagoon.h>\nint main(void) { return lagoon_version() == 0; }\n")
        for compiler in here("cc", "clang-14", "clang-19"):
            for standard in ("c99", "c11"):
                with self.subTest(compiler=compiler, standard=standard):
                    self.compiled(compiler, f"-std={standard}", "-pedantic", *WARNINGS, "-fsyntax-only", source,
                                  *self.flags("--cflags", "lagoon"))

    def test_the_cxx_header_is_clean_in_every_cxx(self):
        # (which uses all of it, and nothing of DPDK's)
        source = CAPI / "hpp_test.cpp"
        for compiler in here("g++", "clang++-14", "clang++-19"):
            for standard in ("c++17", "c++20", "c++2b") if compiler == "g++" else ("c++17", "c++2b"):
                with self.subTest(compiler=compiler, standard=standard):
                    self.compiled(compiler, f"-std={standard}", *WARNINGS, "-Wconversion", "-Wshadow", "-Wold-style-cast",
                                  "-fno-exceptions", "-fno-rtti", "-fsyntax-only", source, *self.flags("--cflags", "lagoon"))

    def test_the_examples_build(self):
        for source in sorted(EXAMPLES.glob("*.c")):
            with self.subTest(source=source.name):
                self.built("cc", source, "-std=c11", *WARNINGS)
        # (DPDK's own headers are not pedantic in C++)
        for source in sorted(EXAMPLES.glob("*.cpp")):
            with self.subTest(source=source.name):
                self.built("c++", source, "-std=c++17", "-Wall", "-Wextra", "-Werror")

    def test_a_cxx17_program_runs(self):
        program = self.built("c++", CONSUMER, "-std=c++17", "-Wall", "-Wextra", "-Werror")
        done = subprocess.run([program, *EAL], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout.splitlines()[-1:], [f"{VERSION} 64"], done.stdout + done.stderr)
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
