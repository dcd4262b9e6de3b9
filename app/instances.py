"""The lagoonds of this user that run, and which of them has a LAG: what `view` and `explain` share."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo"))

from stage import telemetry  # noqa: E402

NOT_THERE, USAGE = 1, 2


class NotThere(RuntimeError):
    """No lagoond of this user has the LAG; the text says what there is."""


def instances():
    """The prefixes of all programs that this user may ask and that have a telemetry socket, running or not."""
    return sorted(os.path.basename(os.path.dirname(path)) for path in telemetry.sockets())


def running():
    """{prefix: names of its LAGs} of every lagoond that answers."""
    found = {}
    for prefix in instances():
        try:
            found[prefix] = telemetry.ask(prefix, "/lagoon/list")
        except telemetry.TelemetryError:
            continue  # another program, or one that has gone
    return found


def owner_of(name):
    """The prefix of the lagoond that has the LAG; the first one, with a remark, if several have."""
    found = running()
    if not found:
        raise NotThere("no lagoond of this user is running")
    owners = [prefix for prefix, names in found.items() if name in names]
    if not owners:
        names = ", ".join(sorted(each for names in found.values() for each in names))
        raise NotThere(f"no LAG '{name}' is running; there are: {names}")
    if len(owners) > 1:
        print(f"lagoon: LAG '{name}' is in several instances ({', '.join(owners)}); this is of {owners[0]}",
              file=sys.stderr)
    return owners[0]


def answered(question_of, name):
    """What question_of(prefix) gives for the lagoond that has the LAG; None, with a message, if nothing."""
    try:
        return question_of(owner_of(name))
    except (NotThere, telemetry.TelemetryError) as error:
        print(f"lagoon: {error}", file=sys.stderr)
        return None
