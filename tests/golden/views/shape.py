"""The shape of a text as /proc/net/bonding has it: its labels with their indentation, in their order.

usage: shape.py < TEXT
How the files of kernel_shapes/ were made: the first line says from what.
"""

import re
import sys

LABEL = re.compile(r"(\s*(?:[^:(]|\([^)]*\))*):(.*)$")
KEPT = ("Bonding Mode",)  # whose value belongs to the shape


def shape_of(text):
    lines = []
    for line in text.splitlines():
        match = LABEL.match(line)
        if match is None:
            lines.append(re.sub(r"^bond \S+ has", "bond NAME has", line))
        elif match[1] in KEPT:
            lines.append(line)
        else:
            lines.append(match[1] + ":" + (" *" if match[2] else ""))
    return [line.replace("\t", "\\t") for line in lines]


if __name__ == "__main__":
    print("\n".join(shape_of(sys.stdin.read())))
