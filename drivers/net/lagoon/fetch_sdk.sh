#!/bin/sh
# fetch_sdk.sh FOLDER: puts the four headers that a driver needs and Debian's libdpdk-dev leaves out into FOLDER.
# They come from Debian's own source package of the libdpdk-dev that is installed, by the apt sources that this
# machine has, in a private apt configuration: nothing of the system changes. Nothing is done where they are there.
# (The file that says which they are is not called "version": in a folder of headers that is the standard library's.)
set -eu
folder=${1:?usage: fetch_sdk.sh FOLDER}
headers='lib/eal/include/dev_driver.h lib/ethdev/ethdev_driver.h lib/ethdev/ethdev_vdev.h drivers/bus/vdev/bus_vdev_driver.h'
version=$(dpkg-query -W -f '${source:Version}' libdpdk-dev)
[ ! -f "$folder/version" ] || mv "$folder/version" "$folder/debian-version" # (as it was called)
[ "$(cat "$folder/debian-version" 2>/dev/null)" != "$version" ] || exit 0

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$folder" "$scratch/sources" "$scratch/etc/apt.conf.d" "$scratch/etc/preferences.d" "$scratch/state/lists/partial" "$scratch/cache/archives/partial"

# What this machine takes binary packages from, asked for sources.
for file in /etc/apt/sources.list.d/*.sources; do
  [ -f "$file" ] || continue
  ! grep -qi debian "$file" || sed 's/^Types:.*/Types: deb-src/' "$file" >"$scratch/sources/$(basename "$file")"
done
cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null \
  | sed -n '/debian/s/^deb /deb-src /p' >"$scratch/sources/lines.list"

cat >"$scratch/apt.conf" <<X
Dir::Etc "$scratch/etc";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$scratch/sources";
Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";
Dir::State "$scratch/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$scratch/cache";
APT::Sandbox::User "";
Acquire::Retries "0";
Acquire::http::Timeout "10";
Acquire::https::Timeout "10";
X
export APT_CONFIG="$scratch/apt.conf"
apt-get -qq update
(cd "$scratch" && apt-get -qq source --download-only --only-source "dpdk=$version")
archive=$(find "$scratch" -maxdepth 1 -name 'dpdk_*.orig.tar.*' ! -name '*.asc')
# (the name of the folder in the archive is the release's)
for header in $headers; do
  tar xf "$archive" -C "$folder" --strip-components="$(echo "$header" | tr -cd / | wc -c | awk '{ print $1 + 1 }')" \
    --wildcards "*/$header"
done
echo "$version" >"$folder/debian-version"
