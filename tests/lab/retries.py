"""Figures that a machine with other work can spoil get a few tries (docs/testing.md); each retry is told, and
tests/support/summary.py counts them over a whole run."""

TRIES = 3
# What summary.py looks for at the beginning of a line.
MARK = "RETRY "


def tries(what):
    """Yields the number of each try. Who gets what it wants leaves the loop; who asks for another has it told."""
    for number in range(1, TRIES + 1):
        if number > 1:
            tell(what, number)
        yield number


def tell(what, number, why="the last one was not as it should be"):
    print(f"{MARK}{what}: try {number} of {TRIES}, {why}", flush=True)
