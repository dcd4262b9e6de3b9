"""The `linux` view has the shape that the kernel's own text has in the same mode.

usage: kernel_shape_test.py WRITE_VIEW
"""

import os
import subprocess
import sys
import unittest

from shape import shape_of

WRITE_VIEW = sys.argv[1]
SHAPES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernel_shapes")
# our status -> the kernel's bond of as many members
PAIRS = {
    "balance-rr": "balance-rr",
    "balance-rr-targets": "balance-rr-arp",
    "active-backup": "active-backup-primary",
    "active-backup-follow": "active-backup-follow",
    "active-backup-targets": "active-backup-targets",
    "active-backup-empty": "active-backup-empty",
    "failover": "active-backup",
    "balance-xor": "balance-xor",
    "broadcast": "broadcast",
    "lacp": "802.3ad",
    "lacp-alone": "802.3ad-no-aggregator",
    "lacp-empty": "802.3ad-empty",
    "balance-tlb": "balance-tlb",
    "balance-tlb-hash": "balance-tlb-hash",
    "balance-alb": "balance-alb",
}


def kernel_shape(name):
    with open(os.path.join(SHAPES, name + ".txt"), encoding="ascii") as file:
        return [line for line in file.read().splitlines() if not line.startswith("#")]


class KernelShape(unittest.TestCase):
    def test_every_mode_has_the_kernels_labels(self):
        for status, bond in PAIRS.items():
            with self.subTest(status=status):
                ours = subprocess.run([WRITE_VIEW, status, "linux"], check=True, capture_output=True,
                                      text=True).stdout
                self.assertEqual(shape_of(ours), kernel_shape(bond))

    def test_every_kernel_shape_is_compared(self):
        self.assertEqual(sorted(set(PAIRS.values())), sorted(n.removesuffix(".txt") for n in os.listdir(SHAPES)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
