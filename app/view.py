"""Prints a view of a LAG of a lagoond that runs: view.py NAME [VIEW]. What it shows: docs/views.md."""

import sys

from instances import NOT_THERE, USAGE, answered, telemetry

VIEWS = ("table", "linux", "lagg", "cisco", "json")


def main(argv):
    if not 1 <= len(argv) <= 2 or (len(argv) == 2 and argv[1] not in VIEWS):
        print(f"usage: view NAME [{'|'.join(VIEWS)}]", file=sys.stderr)
        return USAGE
    name, view = argv[0], (argv[1:] or VIEWS)[0]
    text = answered(lambda prefix: telemetry.whole_text(prefix, f"/lagoon/view,{name},{view}"), name)
    if text is None:
        return NOT_THERE
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
