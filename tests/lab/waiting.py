"""Waiting for a fact instead of for a time."""

import time


def wait_for(fact, patience=30.0, step=0.05):
    """Whether it becomes true in time: gives the seconds that it took, at least a little, or None."""
    begun = time.monotonic()
    while True:
        if fact():
            return max(time.monotonic() - begun, 1e-9)
        if time.monotonic() - begun > patience:
            return None
        time.sleep(step)


def until(look, wanted=bool, patience=20.0, step=0.05):
    """What is seen, as soon as it is as wanted, or at last."""
    deadline = time.monotonic() + patience
    while True:
        seen = look()
        if wanted(seen) or time.monotonic() > deadline:
            return seen
        time.sleep(step)
