"""A parser that was written for /proc/net/bonding reads the `linux` view: Munin's plugin bonding_err_, as Debian
ships it (package munin-plugins-core). Its path is fixed, so it runs in a mount namespace of its own, in which
/proc/net/bonding/lag0 is our text.

usage: parsers_test.py WRITE_VIEW
Exit code 77 (skipped) where mount namespaces are not to be had, or the plugin is not there.
"""

import os
import subprocess
import sys
import tempfile
import unittest

WRITE_VIEW = os.path.abspath(sys.argv[1])
MUNIN = "/usr/share/munin"
PLUGIN = f"{MUNIN}/plugins/bonding_err_"
SKIPPED = 77
INTERFACE = "lag0"
# (the plugin is named after the interface; a text that has been read is what it sees, not this host's)
RUN = """
mount -t tmpfs none /proc && mkdir -p /proc/net/bonding && cp "$1" "/proc/net/bonding/$2" &&
ln -s "$3" "/proc/bonding_err_$2" && exec /bin/sh "/proc/bonding_err_$2" $4
"""


def plugin(text, word=""):
    with tempfile.NamedTemporaryFile() as file:
        file.write(text)
        file.flush()
        done = subprocess.run(["unshare", "--mount", "sh", "-c", RUN, "sh", file.name, INTERFACE, PLUGIN, word],
                              check=True, capture_output=True, text=True, env={**os.environ, "MUNIN_LIBDIR": MUNIN})
    return done.stdout.splitlines()


def view(status):
    return subprocess.run([WRITE_VIEW, status, "linux"], check=True, capture_output=True).stdout


class Munin(unittest.TestCase):
    def test_it_counts_the_failures_of_each_member(self):
        for status, failures in (("active-backup", (0, 1, 0)), ("lacp", (0, 1, 0)), ("balance-alb", (1, 0, 0)),
                                 ("balance-xor", (0, 0, 0))):
            with self.subTest(status=status):
                self.assertEqual(plugin(view(status)),
                                 [f"if_p{i}.value {count}" for i, count in enumerate(failures)])

    def test_it_finds_the_members(self):
        labels = [line for line in plugin(view("lacp"), "config") if ".label" in line]
        self.assertEqual(labels, ["if_p0.label p0", "if_p1.label p1", "if_p2.label p2"])

    def test_it_finds_the_lag(self):
        self.assertEqual(plugin(view("lacp"), "suggest"), [INTERFACE])


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


if __name__ == "__main__":
    if subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/proc"], check=False,
                      capture_output=True).returncode != 0:
        skip("needs root, for a mount namespace")
    if not os.path.exists(PLUGIN):
        skip("needs Debian's package munin-plugins-core")
    unittest.main(argv=sys.argv[:1])
