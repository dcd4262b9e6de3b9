#!/bin/sh
# Runs a command, or sets a process, so that it takes a small share of the processor where others want it:
#   yield.sh COMMAND...        yield.sh --process PID
# (`test` has the scheduler share between tasks meanwhile, not between sessions, or niceness would count within a session alone.)
pid=$$
[ "$1" != --process ] || pid=$2
renice -n 19 -p "$pid" >/dev/null 2>&1
[ "$1" = --process ] || exec "$@"
