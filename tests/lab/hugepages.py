"""Hugepages for a test: secondary processes need memory that has files. Taken from the machine's, or asked for, and
given back."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile

COUNT = "/proc/sys/vm/nr_hugepages"
MEMORY_MB = 256


class Hugepages:
    """`words` are EAL's for them, and none where there are none to be had."""

    def __enter__(self):
        self.words, self._before, self.folder = (), None, tempfile.mkdtemp(prefix="lagoon-huge-")
        wanted = MEMORY_MB // 2 + 32
        if _free() < wanted:
            with contextlib.suppress(OSError), open(COUNT, encoding="ascii") as file:
                self._before = int(file.read())
                self._set(self._before + wanted)
        if _free() >= wanted and subprocess.run(["mount", "-t", "hugetlbfs", "none", self.folder], check=False).returncode == 0:
            self.words = ("--huge-dir", self.folder)
        return self

    @property
    def memory(self):
        return ("-m", str(MEMORY_MB), *self.words)

    @staticmethod
    def _set(count):
        with contextlib.suppress(OSError), open(COUNT, "w", encoding="ascii") as file:
            file.write(str(count))

    def __exit__(self, *_):
        if self.words:
            subprocess.run(["umount", self.folder], check=False)
        os.rmdir(self.folder)
        if self._before is not None:
            self._set(self._before)


def _free():
    with open("/proc/meminfo", encoding="ascii") as file:
        found = re.search(r"HugePages_Free:\s*(\d+)\n(?:.*\n)*Hugepagesize:\s*2048 kB", file.read())
    return int(found[1]) if found else 0


if __name__ == "__main__":
    with Hugepages() as pages:
        sys.exit(not pages.words)
