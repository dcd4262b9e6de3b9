#!/bin/bash
# Installs into a folder of its own, compiles consumer.cpp with nothing but `pkg-config lagoon`, and runs it; and
# compiles a C program with `pkg-config lagoon libdpdk`: installed_test.sh BUILD CONSUMER PROGRAM VERSION COMPILER...
set -euo pipefail

build=$1 consumer=$2 program=$3 version=$4
shift 4
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

meson install -C "$build" --no-rebuild --quiet --destdir "$root"
pc=$(find "$root" -name lagoon.pc)
[ -n "$pc" ] || { echo "no lagoon.pc was installed"; exit 1; }
# (it was made for another root)
sed -i "s|^prefix=|prefix=$root|" "$pc"
library=$(dirname "$(find "$root" -name liblagoon.so)")
export PKG_CONFIG_PATH=${pc%/*}

[ "$(pkg-config --modversion lagoon)" = "$version" ] || { echo "lagoon.pc has another version"; exit 1; }
# shellcheck disable=SC2046  # words they are
"$@" -std=c++23 -Wall -Wextra -Wpedantic -Werror "$consumer" -o "$root/consumer" $(pkg-config --cflags --libs lagoon)
said=$(LD_LIBRARY_PATH=$library "$root/consumer")
[ "$said" = "$version up" ] || { echo "the program said: $said"; exit 1; }
# shellcheck disable=SC2046
cc -std=c11 -Wall -Wextra -Wpedantic -Werror "$program" -o "$root/program" $(pkg-config --cflags --libs lagoon libdpdk)
echo "installed, compiled and run: $said"
