#!/bin/bash
# A short run of a fuzzer: run_fuzzer.sh TARGET CORPUS
# libFuzzer ends with 77 when it has found something, which meson takes for "skipped": hence -error_exitcode.
# What it finds is kept in crash-* of the working folder (the build's); the corpus is only read.
set -euo pipefail
[ -n "$(ls -A "$2")" ] || { echo "$2: no seeds" >&2; exit 1; }
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
"$1" -runs=200000 -max_total_time=6 -max_len=1600 -timeout=5 -error_exitcode=1 -rss_limit_mb=1024 -print_final_stats=1 "$found" "$2"
