"""Case: a test class on one stage, with an end under test in lagoond's place.

    TEST.py BUILD [--end linux] [unittest's arguments]      exit code 77: namespaces cannot be made here

`--end linux` puts Linux's bonding in lagoond's place: figures to compare with, and proof that the scenery is right.
"""

import argparse
import contextlib
import functools
import os
import sys
import time
import unittest

from demo import binaries_in
from stage import partners
from stage.partners.linux import Uml
from stage.stage import Stage

from . import retries
from .ends import LagoonEnd, LinuxEnd
from .retries import TRIES
from .streams import Stream

SKIP = 77


class Spoiled(AssertionError):
    """A figure that a machine with other work to do can spoil (docs/testing.md)."""


def tries(test):
    """Up to TRIES times, until no figure is spoiled. What no scheduler explains fails at once."""
    @functools.wraps(test)
    def trying(self, *arguments):
        for attempt in range(1, TRIES + 1):
            try:
                return test(self, *arguments)
            except Spoiled as spoiled:
                if attempt == TRIES:
                    raise
                retries.tell(test.__name__, attempt + 1, str(spoiled))
                self.after_try()
    return trying


class Case(unittest.TestCase):
    """Classes say how many `links` they want, which `partner`, and whether the host is the kernel with a `tap`."""

    binaries = {}
    end_name = "lagoon"
    links = 3
    partner = "linux"
    partner_options = {}
    tap = False

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            cls.stage = stack.enter_context(Stage(cls.links))
            cls.far = partners.create(cls.partner, **cls.partner_options)
            cls.far.ip = cls.stage.far_ip
            cls.far.start(cls.stage)
            cls.far.is_guest = cls.partner == "linux" and cls.far.where == Uml.where
            cls.end = (LinuxEnd(cls.stage, cls.tap) if cls.end_name == "linux" else
                       LagoonEnd(cls.stage, cls.binaries["lagoond"], cls.tap))
            cls._stack = stack.pop_all()

    @classmethod
    def tearDownClass(cls):
        cls._stack.close()

    def setUp(self):
        self._under_way = []
        print(f"--- {self.id().rpartition('.')[2]} ({self.end_name})", flush=True)

    def tearDown(self):
        self.after_try()

    def after_try(self):
        """All as it was in the beginning."""
        for stream in self._under_way:
            stream.end()
        self._under_way = []
        if self.is_lagoon and self.end.lagoond is not None:
            print("lagoond said:\n" + self.end.lagoond.log_end(), flush=True)
        self.end.kill()
        for link in self.stage.links:
            link.heal()
            if not link.carrier:
                link.restore()

    def stream(self, host, rate, **options):
        """A stream between the end under test and a host, which ends with the test if nobody stops it."""
        self._under_way.append(Stream(self.stage, self.binaries["traffic"], self.end, host, rate, **options))
        return self._under_way[-1]

    @property
    def is_lagoon(self):
        return self.end_name == "lagoon"

    def say(self, *words):
        print("   ", *words, flush=True)

    def figure(self, fact, words):
        """A measured figure has to be so; a spoiled one is tried again."""
        if not fact:
            raise Spoiled(words)


@contextlib.contextmanager
def bounded(seconds, words):
    begun = time.monotonic()
    yield
    if time.monotonic() - begun > seconds:
        raise Spoiled(f"{words} took {time.monotonic() - begun:.2f} s, more than {seconds}")


def main():
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--end", choices=("lagoon", "linux"), default="lagoon")
    options, rest = parser.parse_known_args()
    Case.binaries, Case.end_name = binaries_in(options.build), options.end
    unittest.main(module="__main__", argv=[sys.argv[0], *rest], verbosity=1)
