#!/bin/bash
# Looks into compiled code for what its source may hide: symbols.sh pure|fast FILE...
# pure: archives of the pure layers call no DPDK, no clock, no thread and no socket.
# fast: an object that instantiates the fast path calls, besides, no heap, no lock and throws nothing.
set -euo pipefail

kind=${1:?usage: symbols.sh pure|fast FILE...}
shift

banned='rte_.*|clock_.*|time|gettimeofday|nanosleep|usleep|sleep|pthread_.*|sched_.*|timer_.*|socket|send.*|recv.*|poll|ioctl'
banned+='|_ZNSt6thread.*|_ZNSt5mutex.*|_ZNSt6chrono.*3nowEv'
if [ "$kind" = fast ]; then
  banned+='|malloc|calloc|realloc|free|_Zn[wa].*|_Zd[la].*|__cxa_.*|_ZSt[0-9]*__throw_.*|_Unwind_.*|.*printf.*'
fi

status=0
for file in "$@"; do
  [ -s "$file" ] || { echo "symbols: no $file"; exit 1; }
  found=$(nm -u "$file" | awk '$1 ~ /^[UwvV]$/ { print $2 }' | sort -u | grep -Ex "$banned" || true)
  if [ -n "$found" ]; then
    status=1
    echo "$file calls what a $kind layer must not:"
    c++filt <<<"$found" | sed 's/^/    /'
  fi
done
echo "symbols: $# files of kind $kind looked into"
exit $status
