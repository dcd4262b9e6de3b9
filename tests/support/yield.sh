#!/bin/sh
# Runs a command, or sets a process, so that it takes the processor only where nobody else wants it:
#   yield.sh COMMAND...        yield.sh --process PID
# A session is what the scheduler shares between (sched_autogroup), so a session's own niceness is set as well.
# Where a kernel has none of this, the command runs all the same.
pid=$$
[ "$1" != --process ] || pid=$2
(echo 19 >"/proc/$pid/autogroup") 2>/dev/null
renice -n 19 -p "$pid" >/dev/null 2>&1
chrt --idle --pid 0 "$pid" >/dev/null 2>&1
[ "$1" = --process ] || exec "$@"
