"""Prints a view of a LAG of a lagoond that runs: view.py NAME [VIEW]. What it shows: docs/views.md."""

import glob
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo"))

from stage import telemetry  # noqa: E402

VIEWS = ("table", "linux", "lagg", "cisco", "json")
NOT_THERE, USAGE = 1, 2


def instances():
    """The prefixes of all programs of this user that have a telemetry socket, running or not."""
    return sorted(os.path.basename(os.path.dirname(path)) for path in glob.glob(telemetry.socket_path("*")))


def running():
    """{prefix: names of its LAGs} of every lagoond that answers."""
    found = {}
    for prefix in instances():
        try:
            found[prefix] = telemetry.ask(prefix, "/lagoon/list")
        except telemetry.TelemetryError:
            continue  # another program, or one that has gone
    return found


def main(argv):
    if not 1 <= len(argv) <= 2 or (len(argv) == 2 and argv[1] not in VIEWS):
        print(f"usage: view NAME [{'|'.join(VIEWS)}]", file=sys.stderr)
        return USAGE
    name, view = argv[0], (argv[1:] or VIEWS)[0]
    found = running()
    if not found:
        print("lagoon: no lagoond of this user is running", file=sys.stderr)
        return NOT_THERE
    owners = [prefix for prefix, names in found.items() if name in names]
    if not owners:
        names = ", ".join(sorted(each for names in found.values() for each in names))
        print(f"lagoon: no LAG '{name}' is running; there are: {names}", file=sys.stderr)
        return NOT_THERE
    if len(owners) > 1:
        print(f"lagoon: LAG '{name}' is in several instances ({', '.join(owners)}); this is of {owners[0]}",
              file=sys.stderr)
    try:
        text = telemetry.whole_text(owners[0], f"/lagoon/view,{name},{view}")
    except telemetry.TelemetryError as error:
        print(f"lagoon: {error}", file=sys.stderr)
        return NOT_THERE
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
