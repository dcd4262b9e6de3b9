#!/usr/bin/env python3
"""Tests of the checkers themselves: each must find a fault that was planted, where it was planted, and leave
what is right alone."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import banned
import glossary
import classes
import headers
import includes
import layers
import sizes

HERE = pathlib.Path(__file__).resolve().parent


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def plant(self, path: str, text: str) -> pathlib.Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def found(self, checker, path: str, text: str):
        """The complaints about one file in an otherwise empty tree."""
        file = self.plant(path, text)
        complaints = checker.check(self.root)
        file.unlink()
        return complaints


class Layers(Tree):
    def test_includes_that_the_table_forbids_are_found(self):
        rows = [
            ("lib/base/a.hpp", '#include "wire/lacpdu.hpp"', "may not include wire/lacpdu.hpp"),
            ("lib/wire/a.cpp", '#include "lacp/aggregator.hpp"', "may not include"),
            ("lib/lacp/a.hpp", '#include "marker/responder.hpp"', "may not include"),
            ("lib/fast/a.hpp", '#include "control/lag/lag.hpp"', "may not include"),
            ("lib/control/a.cpp", '#include "fast/distribute/distributor.hpp"', "may not include"),
            ("lib/control/a.cpp", '#include "config/file/yaml_reader.hpp"', "may not include"),
            ("lib/config/a.cpp", '#include "lacp/aggregator.hpp"', "may not include"),
            ("lib/dpdk/a.cpp", '#include "api/lag_handle.hpp"', "may not include"),
            ("lib/api/lagoon.hpp", '#include "base/error.hpp"', "what is installed"),
            ("lib/api/lagoon.hpp", "#include <rte_mbuf.h>", "what is installed"),
            ("lib/table/a.hpp", "  #  include <rte_mbuf.h>", "never sees DPDK"),
            ("lib/lacp/a.cpp", "#include <chrono>", "no clock"),
            ("lib/control/a.cpp", "#include <thread>", "no clock, no thread"),
            ("lib/wire/a.cpp", "#include <sys/socket.h>", "no I/O"),
            ("lib/fast/a.hpp", "#include <vector>", "no heap"),
            ("lib/config/plan/plan.cpp", "#include <yaml-cpp/yaml.h>", "yaml-cpp is for"),
            ("app/lagoond/a.cpp", "#include <yaml-cpp/yaml.h>", "yaml-cpp is for"),
            ("lib/control/views/json.cpp", "#include <nlohmann/json.hpp>", "json_writer"),
            ("lib/dpdk/a.cpp", "#include <prometheus/counter.h>", "metrics are for"),
            ("app/lagoond/etcd/client.cpp", "#include <curl/curl.h>", "libcurl is for"),
            ("app/lagoond/a.cpp", '#include "support/catch.hpp"', "nobody includes support"),
            ("lib/wire/a.cpp", "#include <catch2/catch.hpp>", "for tests"),
            ("lib/newlayer/a.hpp", "", "in no layer"),
            ("lib/dpdk/port/a.cpp", '#include "dpdk/engine/engine.hpp"', "its room comes later"),
            ("lib/dpdk/attic/a.cpp", '#include "dpdk/engine/engine.hpp"', "a room of lib/dpdk is missing"),
        ]
        for path, text, message in rows:
            with self.subTest(path=path, text=text):
                complaints = self.found(layers, path, "// a file\n" + text + "\n")
                self.assertEqual(len(complaints), 1, complaints)
                self.assertIn(message, complaints[0])

    def test_includes_that_the_table_allows_are_left_alone(self):
        for path, text in [
            ("lib/api/lagoon.hpp", '#include "lagoon.h"\n#include <type_traits>'),
            ("lib/lacp/a.hpp", '#include "base/time.hpp"\n#include "wire/lacpdu.hpp"\n#include "lacp/config.hpp"'),
            ("lib/config/a.hpp", '#include "options/lag_options.hpp"\n#include <vector>'),
            ("lib/dpdk/a.cpp", '#include <rte_ethdev.h>\n#include "fast/distribute/distributor.hpp"\n#include <chrono>'),
            ("lib/config/file/yaml_reader.cpp", "#include <yaml-cpp/yaml.h>"),
            ("lib/config/file/text_file.cpp", "#include <fstream>"),
            ("lib/control/views/json_writer.cpp", "#include <nlohmann/json.hpp>"),
            ("lib/dpdk/engine/a.cpp", '#include "dpdk/port/port.hpp"\n#include "dpdk/engine/b.hpp"'),
            ("lib/wire/b.cpp", '// #include "lacp/config.hpp"\n/*\n#include <thread>\n*/'),
        ]:
            with self.subTest(path=path):
                self.assertEqual(self.found(layers, path, text + "\n"), [])


class Glossary(Tree):
    HEAD = "| term | means | not | owner |\n|---|---|---|---|\n"

    def complaints(self, row: str, page: str = ""):
        self.plant("lib/a.hpp", "")
        self.plant("README.md", "")
        self.plant("docs/page.md", page)
        return self.found(glossary, "docs/glossary.md", self.HEAD + row)

    def test_a_term_needs_a_meaning_and_an_owner_that_exists(self):
        self.assertEqual(self.complaints("| lane | what moves | | [a](../lib/a.hpp) |\n"), [])
        self.assertIn("docs/glossary.md:3", self.complaints("| lane | what moves | | [b](../lib/b.hpp) |\n")[0])
        self.assertIn("no link", self.complaints("| lane | what moves | | lib/a.hpp |\n")[0])
        self.assertIn("meaning", self.complaints("| lane | | | [a](../lib/a.hpp) |\n")[0])
        self.assertIn("twice", self.complaints("| lane | what moves | | [a](../lib/a.hpp) |\n" * 2)[0])
        self.assertIn("no terms", self.complaints("")[0])

    def test_words_that_the_glossary_replaces_are_found_in_prose_alone(self):
        row = "| member | a port of a LAG | slave, sub-port | [a](../lib/a.hpp) |\n"
        self.assertEqual(self.complaints(row, "`slave` in [a page](slave.md)\n```\na slave\n```\nenslaved\n"), [])
        self.assertEqual(self.complaints(row, "Two\nSlaves.\n"),
                         ["docs/page.md:2: 'slave': the glossary says member"])
        self.assertEqual(len(self.complaints(row, "a sub-port\n")), 1)


class Sizes(Tree):
    def test_a_file_of_401_lines_is_found_unless_a_decision_names_it(self):
        self.assertEqual(self.found(sizes, "lib/wire/a.cpp", "int x;\n" * 400), [])
        complaints = self.found(sizes, "lib/wire/a.cpp", "int x;\n" * 401)
        self.assertEqual(len(complaints), 1)
        self.assertIn("401 lines", complaints[0])
        self.plant("docs/decisions/0001-long.md", "`lib/wire/a.cpp` is long, since ...\n")
        self.assertEqual(self.found(sizes, "lib/wire/a.cpp", "int x;\n" * 401), [])

    def test_a_function_of_71_lines_is_found_wherever_it_stands(self):
        body = "  call({1, 2});\n"
        for begin, end in [("int f(int a) {\n", "}\n"), ("namespace n {\nclass C {\n  int f() const {\n", "}\n};\n}\n"),
                           ("template <class T>\n  requires(sizeof(T) > 1)\nvoid f(T t) noexcept {\n", "}\n"),
                           ("C::C(int a)\n    : a_(a) {\n", "}\n")]:
            with self.subTest(begin=begin):
                own = begin.count("\n") - begin.count("namespace") - begin.count("class C") + 1
                self.assertEqual(self.found(sizes, "lib/wire/a.cpp", begin + body * (70 - own) + end), [])
                complaints = self.found(sizes, "lib/wire/a.cpp", begin + body * (71 - own) + end)
                self.assertEqual(len(complaints), 1, begin)
                self.assertIn("71 lines", complaints[0])

    def test_a_long_class_of_short_functions_is_no_long_function(self):
        text = "namespace n {\nclass C {\n" + "  int f() { return 1; }\n" * 100 + "};\n}\n"
        self.assertEqual(self.found(sizes, "lib/wire/a.hpp", text), [])

    def test_a_long_python_function_is_found(self):
        complaints = self.found(sizes, "tests/a.py", "def f():\n" + "    x = 1\n" * 70)
        self.assertIn("71 lines", complaints[0])


class Classes(Tree):
    def counts(self, body: str):
        """(data members, functions) of a class with that body."""
        return [(data, functions) for _, name, data, functions in classes.classes("namespace n {\nclass C : public B<int> {\n"
                                                                                  + body + "};\n}\n") if name == "C"][0]

    def test_data_members_are_counted(self):
        for body, count in [("int a;", 1), ("int a = 1;\nint b{2};\nint c[3] = {1, 2};", 3), ("int a, b = 2, *c;", 3),
                            ("std::map<int, std::pair<int, int>> a{{1, {2, 3}}};", 1),
                            ("std::function<void(int, int)> a{};", 1), ("std::array<A, f(2)> a = [] { return g(1, 2); }();", 1),
                            ("mutable std::atomic<bool> a{false};\nalignas(64) int b;", 2),
                            ("std::uint8_t a : 3 = 0, b : 5 = 0;", 2),
                            ("struct { int x; } a;", 1), ("struct Inner { int x; int y; };\nInner a;", 1),
                            ("[[no_unique_address]] A a;", 1), ("bool a = b < c;", 1),
                            ("public:\nint a;\n private:\nint b;", 2)]:
            with self.subTest(body=body):
                self.assertEqual(self.counts(body + "\n"), (count, 0))

    def test_functions_are_counted(self):
        for body, count in [("void f();", 1), ("C();\n~C();\nC(const C&) = delete;\nC& operator=(C&&) noexcept = default;", 4),
                            ("explicit C(int a) : a_{a}, b_(a), c_{{a}} { f(); }", 1), ("C(int a) noexcept\n : a_{a} {}", 1),
                            ("template <typename T>\n requires(sizeof(T) > 1)\n void f(T t) const { g({1}); }", 1),
                            ("[[nodiscard]] bool f(std::function<void(int)> g = {}) const noexcept { return true; }", 1),
                            ("auto f() const -> std::vector<int>;", 1), ("operator int() const { return 1; }", 1),
                            ("bool operator<(const C&) const;\nauto operator<=>(const C&) const = default;", 2),
                            ("int operator()(int) const;\nint& operator[](int);", 2),
                            ("static constexpr int f() { return 1; }", 1), ("virtual void f() = 0;", 1)]:
            with self.subTest(body=body):
                self.assertEqual(self.counts(body + "\n"), (0, count))

    def test_what_is_no_member_is_not_counted(self):
        body = ("static constexpr int kOne = 1;\nstatic inline int b{2};\nusing A = std::array<int, 2>;\nfriend class D;\n"
                "friend bool operator==(const C&, const C&) { return true; }\nenum class E : int { x, y };\n"
                "static_assert(sizeof(int) == 4);\nstruct Inner;\n// int c;\n")
        self.assertEqual(self.counts(body), (0, 0))

    def test_nested_types_have_counts_of_their_own(self):
        text = "struct A {\n struct B { int x; int y; void f(); };\n B b;\n};\nvoid g() { struct L { int z; }; }\n"
        self.assertEqual(sorted(row[1:] for row in classes.classes(text)), [("A", 1, 0), ("B", 2, 1), ("L", 1, 0)])

    def test_a_class_that_is_too_large_is_found_at_its_line(self):
        for member, most, word in [("  int a{};\n", 30, "data members"), ("  void f() const {}\n", 45, "functions")]:
            begin, end = "namespace n {\n\nstruct Large final {\n", "};\n}\n"
            with self.subTest(member=member):
                self.assertEqual(self.found(classes, "lib/lacp/a.hpp", begin + member * most + end), [])
                complaints = self.found(classes, "lib/lacp/a.hpp", begin + member * (most + 1) + end)
                self.assertEqual(len(complaints), 1)
                self.assertIn(f"a.hpp:3: Large has {most + 1} {word}", complaints[0])

    def test_a_class_that_is_cut_into_several_files_is_found(self):
        self.plant("lib/lacp/a.cpp", "void Large::f() {}\n")
        complaints = self.found(classes, "lib/lacp/a.hpp", "class Large {\n" + "  void f();\n" * 46 + "};\n")
        self.assertIn("46 functions", complaints[0])

    def test_a_folder_of_31_files_is_found(self):
        for i in range(30):
            self.plant(f"docs/a/{i}.md", "x\n")
        self.plant("docs/a/room/x.md", "x\n")
        self.assertEqual(classes.check(self.root), [])
        self.plant("docs/a/30.md", "x\n")
        self.assertEqual(classes.check(self.root), ["docs/a: 31 files beside each other, at most 30; give it rooms"])


class Banned(Tree):
    def test_each_banned_word_is_found_at_its_line(self):
        rows = [
            ("tests/unit/a_test.cpp", "std::this_thread::sleep_for(1ms);"),
            ("tests/golden/a.py", "time.sleep(1)"),
            ("tests/unit/a_test.cpp", "#include <catch2/catch.hpp>"),
            ("lib/dpdk/a.cpp", "volatile int x;"),
            ("lib/lacp/a.cpp", "auto x = rte_rdtsc();"),
            ("lib/control/a.cpp", "auto x = std::chrono::steady_clock::now();"),
            ("lib/control/a.cpp", "auto x = time(nullptr);"),
            ("lib/table/a.hpp", "std::mutex m;"),
            ("lib/dpdk/a.cpp", 'printf("x");'),
            ("lib/dpdk/a.cpp", "std::cout << 1;"),
            ("lib/control/a.cpp", "throw 1;"),
            ("lib/control/a.cpp", "auto p = reinterpret_cast<char*>(q);"),
            ("lib/dpdk/a.cpp", "#define MAX(a) a"),
            ("lib/dpdk/a.cpp", "int get_link(int x);"),
            ("lib/dpdk/a.hpp", "// a slave"),
            ("app/demo/a.py", "# TO" + "DO: later"),
            ("docs/a.md", "see /wo" + "rk/main"),
            ("lagoon.sh", "cd /ho" + "me/me"),
        ]
        for path, text in rows:
            with self.subTest(path=path, text=text):
                complaints = self.found(banned, path, "\n\n" + text + "\n")
                self.assertEqual(len(complaints), 1, complaints)
                self.assertTrue(complaints[0].startswith(f"{path}:3: "), complaints)

    def test_the_same_words_are_left_alone_where_they_belong(self):
        for path, text in [
            ("tests/smoke/a.py", "time.sleep(1)"),
            ("lib/dpdk/a.cpp", "auto x = rte_rdtsc();"),
            ("lib/lacp/a.cpp", "// never volatile, and no rte_mbuf\nauto s = \"volatile\";"),
            ("lib/lacp/a.cpp", "Instant last_time(Instant at);\nconst auto n = 1'000'000;\nauto volatility = 1;"),
            ("lib/config/file/yaml_reader.cpp", "try { f(); } catch (const E& e) {}"),
            ("docs/a.md", "https://example.org/home/a and out/home/x"),
        ]:
            with self.subTest(path=path, text=text):
                self.assertEqual(self.found(banned, path, text + "\n"), [])


class Headers(Tree):
    def check(self, build=None):
        return headers.check(self.root, self.root / "cache", ["c++", f"-I{self.root}/lib"], ("lib",), build)

    def test_a_header_that_needs_another_before_it_is_found(self):
        self.plant("lib/base/a.hpp", "#pragma once\nstruct A {};\n")
        self.plant("lib/base/b.hpp", "#pragma once\nstruct B { A a; };\n")
        complaints = self.check()
        self.assertEqual(len(complaints), 1)
        self.assertIn("lib/base/b.hpp does not compile alone", complaints[0])

    def test_a_header_without_a_guard_is_found(self):
        self.plant("lib/base/a.hpp", "struct A {};\n")
        self.assertEqual(len(self.check()), 1)

    def test_a_header_that_its_source_includes_first_is_left_to_the_build(self):
        self.plant("lib/base/a.hpp", "#pragma once\nstruct A {};\n")
        self.plant("lib/base/b.hpp", "#pragma once\nstruct B { A a; };\n")
        self.plant("lib/base/b.cpp", '// b.\n#include "base/b.hpp"\n\n#include "base/a.hpp"\n')
        self.assertEqual(self.check(), [])
        self.plant("lib/base/b.cpp", '#include "base/a.hpp"\n#include "base/b.hpp"\n')
        self.assertEqual(len(self.check()), 1)

    def test_in_a_batch_the_first_source_alone_shows_something(self):
        self.plant("lib/base/a.hpp", "#pragma once\nstruct A {};\n")
        self.plant("lib/base/b.hpp", "#pragma once\nstruct B { A a; };\n")
        self.plant("lib/base/a.cpp", '#include "base/a.hpp"\n')
        self.plant("lib/base/b.cpp", '#include "base/b.hpp"\n')
        batch = "".join(f"#include<{self.root}/lib/base/{name}.cpp>\n" for name in "ab")
        self.plant("build/base.p/base-unity0.cpp", batch)
        self.assertEqual(len(self.check(self.root / "build")), 1)

    def test_a_header_that_another_includes_first_is_left_to_that(self):
        self.plant("lib/base/a.hpp", "#pragma once\nstruct A { int a; };\n")
        self.plant("lib/base/b.hpp", '#pragma once\n#include <vector>\n#include "base/a.hpp"\nstruct B { A a; };\n')
        self.assertEqual(self.check(), [])
        self.assertEqual(len(list((self.root / "cache").iterdir())), 1)
        self.plant("lib/base/a.hpp", "#pragma once\nstruct A { C c; };\n")
        self.assertEqual(len(self.check()), 1)

    def test_a_change_in_what_a_header_includes_is_seen(self):
        included = self.plant("lib/base/a.hpp", "#pragma once\nstruct A {};\n")
        self.plant("lib/base/b.hpp", '#pragma once\n#include "base/a.hpp"\nstruct B { A a; };\n')
        self.assertEqual(self.check(), [])
        included.write_text("#pragma once\nstruct C {};\n")
        self.assertEqual(len(self.check()), 1)


class Includes(Tree):
    def test_a_name_without_its_header_is_found(self):
        complaints = self.found(includes, "lib/base/a.hpp", "#include <cstdint>\nstd::vector<std::string> a();\n")
        self.assertEqual(complaints, ["lib/base/a.hpp: std::string without #include <string>",
                                      "lib/base/a.hpp: std::vector without #include <vector>"])

    def test_a_header_may_come_through_ours_and_through_the_librarys(self):
        self.plant("lib/base/a.hpp", "#include <string>\n")
        code = '#include "base/a.hpp"\n// std::map\nauto a = "std::set"; std::string_view b(std::string c);\n'
        self.assertEqual(self.found(includes, "lib/wire/b.cpp", code), [])

    def test_a_header_that_leans_on_what_came_before_is_found(self):
        self.plant("lib/base/a.hpp", "struct Aa {};\nenum class Kind : int { x };\nusing Alias = Aa;\ninline constexpr int kMost = 1;\n")
        complaints = self.found(includes, "lib/wire/b.hpp", "struct B { Aa a; Kind k; other::Alias u[kMost]; };\n")
        self.assertEqual(complaints, [f"lib/wire/b.hpp: {name} without lib/base/a.hpp" for name in ("Aa", "Alias", "Kind", "kMost")])

    def test_what_a_header_declares_itself_or_includes_it_may_name(self):
        self.plant("lib/base/a.hpp", "struct Aa {};\nstruct Other {};\n")
        self.plant("lib/base/b.hpp", '#include "base/a.hpp"\nstruct Bb {};\n')
        code = '#include "base/b.hpp"\nOther f(Aa a, Bb b);\n'
        self.assertEqual(self.found(includes, "lib/wire/c.hpp", code), [])
        code = "struct Other;\ntemplate <typename Aa> void f(Aa, Own::Bb, Other&);  // Bb\n"
        self.assertEqual(self.found(includes, "lib/wire/d.hpp", code), [])


class Symbols(Tree):
    def run_on(self, kind: str, code: str):
        source = self.plant("a.cpp", code)
        made = self.root / "a.o"
        subprocess.run(["c++", "-std=c++23", "-O2", "-c", str(source), "-o", str(made)], check=True)
        done = subprocess.run([str(HERE / "symbols.sh"), kind, str(made)], capture_output=True, text=True)
        return done.returncode, done.stdout

    def test_clocks_threads_and_dpdk_are_found_in_pure_code(self):
        for code, name in [
            ("#include <ctime>\nlong f() { return time(nullptr); }", "time"),
            ("#include <chrono>\nauto f() { return std::chrono::steady_clock::now(); }", "steady_clock::now()"),
            ("#include <thread>\nvoid f(void (*g)()) { std::thread(g).join(); }", "std::thread"),
            ('extern "C" int rte_eal_init(int, char**);\nint f() { return rte_eal_init(0, nullptr); }', "rte_eal_init"),
        ]:
            with self.subTest(name=name):
                status, text = self.run_on("pure", code)
                self.assertEqual(status, 1)
                self.assertIn(name, text)

    def test_the_heap_is_found_in_the_fast_path_and_allowed_elsewhere(self):
        code = "int* f(int n) { return new int[static_cast<unsigned>(n)]; }"
        self.assertEqual(self.run_on("pure", code)[0], 0)
        status, text = self.run_on("fast", code)
        self.assertEqual(status, 1)
        self.assertIn("operator new", text)

    def test_a_throw_is_found_in_the_fast_path(self):
        self.assertEqual(self.run_on("fast", "void f(int n) { if (n) throw n; }")[0], 1)

    def test_plain_code_is_left_alone(self):
        self.assertEqual(self.run_on("fast", "int f(const int* a, int n) noexcept { return a[n]; }")[0], 0)

    def test_a_file_that_is_not_there_is_a_failure(self):
        done = subprocess.run([str(HERE / "symbols.sh"), "pure", str(self.root / "no.a")], capture_output=True)
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main(verbosity=0)
