#!/bin/bash
# Installs into a folder of its own, compiles consumer.cpp with nothing but `pkg-config lagoon`, and runs it:
# installed_test.sh BUILD CONSUMER VERSION COMPILER...
set -euo pipefail

build=$1 consumer=$2 version=$3
shift 3
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

meson install -C "$build" --no-rebuild --quiet --destdir "$root"
pc=$(find "$root" -name lagoon.pc)
[ -n "$pc" ] || { echo "no lagoon.pc was installed"; exit 1; }
prefix=$(sed -n 's/^prefix=//p' "$pc")
library=$(dirname "$(find "$root" -name liblagoon.so)")
export PKG_CONFIG_PATH=${pc%/*}
words() { pkg-config --define-variable=prefix="$root$prefix" "$@" lagoon; }

[ "$(pkg-config --modversion lagoon)" = "$version" ] || { echo "lagoon.pc has another version"; exit 1; }
# shellcheck disable=SC2046  # words they are
"$@" -std=c++23 -Wall -Wextra -Wpedantic -Werror "$consumer" -o "$root/consumer" $(words --cflags --libs)
said=$(LD_LIBRARY_PATH=$library "$root/consumer")
[ "$said" = "$version up" ] || { echo "the program said: $said"; exit 1; }
echo "installed, compiled and run: $said"
