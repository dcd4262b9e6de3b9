#!/bin/bash
# The one entry point: builds, tests, demonstrates and installs Lagoon on Debian 12 or 13.
# Needs bash and apt; the packages a verb is missing it installs itself when it is root, and names otherwise.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
# Debian's own tools come first: the packages below are installed for them (a private python3 has no scapy).
export PATH="/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}" LC_ALL=C.UTF-8
export HOME="${HOME:-/tmp}"

packages_build=(g++ meson ninja-build pkgconf libdpdk-dev libbsd-dev libcap-ng-dev libsystemd-dev libyaml-cpp-dev prometheus-cpp-dev
  libcurl4-openssl-dev libssl-dev nlohmann-json3-dev catch2 python3 xz-utils)
# shellcheck disable=SC2034 # (tests/support/*.sh)
packages_test=(tshark prometheus mandoc dpdk dpdk-dev python3-scapy clang-19 libclang-rt-19-dev binutils iproute2
  munin-plugins-core openvswitch-switch-dpdk)
packages_bench=(libbenchmark-dev)
packages_plots=(python3-matplotlib)
packages_deb=(dpkg-dev debhelper lintian)
packages_check=(clang-format-19 shellcheck mandoc)
# What the partners of the demo and of the smoke tests need stands beside their scripts.
mapfile -t packages_stage < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' app/demo/stage/packages.txt 2>/dev/null)

usage() {
  cat <<'TXT'
usage: ./lagoon.sh VERB

  demo [OPTION...]   bond links to a real partner, show traffic, failures and a summary
                     (--help lists the options; without root: two LAGs in one process; --cluster: one LAG
                     of two boxes, which etcd and power losses befall)
  view NAME [VIEW]   show a LAG of a lagoond that runs: table, linux, lagg, cisco, json
  explain NAME FLOW  say which way a conversation takes, like explain lag0 udp 10.0.0.1:1000 10.0.0.2:2000
  test               build, then every test: unit, sim, golden, tidy, smoke, conformance, sanitizers, fuzz
  fuzz [--minutes N] every fuzzer in turn, N minutes in all (8); what is found is kept in build-fuzz/found/
  chaos [--seeds N]  whole LAGs in virtual time under faults, stalls, restarts and hostile LACPDUs (1000 seeds)
  soak [--minutes N] two lagoonds under random commands and faults with traffic, N minutes (5); takes root
  trixie             build, install and test on Debian 13, in a chroot that it makes in build-trixie/; takes root
  build              build into build/
  install PREFIX     PREFIX/bin/lagoond and lagoon-console, liblagoon.so, include/lagoon/, lagoon.pc
  deb                Debian packages, into build-deb/
  bench [OPTION..]   price of a packet, beside net_bonding and bare ports; --quick, --only NAMES, --report FILE (JSON)
  plots              run the simulator's scenarios and draw docs/plots/*.svg (equal runs give equal files)
  check              formatting, tidy tests, shellcheck
  clean              remove what the above built

Debian packages that are missing are installed (as root) or named (otherwise).
TXT
}

say() { printf 'lagoon: %s\n' "$*"; }
die() {
  printf 'lagoon: %s\n' "$*" >&2
  exit 1
}
is_root() { [ "$(id -u)" -eq 0 ]; }
seconds_since() { echo "$(($(date +%s) - $1))"; }

# --- packages ---

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

need_packages() { # NAME...
  local missing=() name
  for name in "$@"; do
    [[ " ${missing[*]} " == *" $name "* ]] || is_installed "$name" || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if ! is_root; then
    say "these Debian packages are missing; install them, then try again:" >&2
    die "    sudo apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  install_packages "${missing[@]}"
}

# Services that a package brings (Open vSwitch) are not started: the stage starts its own, in a namespace.
forbid_services() {
  [ -e /usr/sbin/policy-rc.d ] && return
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
}

allow_services() {
  [ "$(trap -p EXIT)" = "" ] && return
  rm -f /usr/sbin/policy-rc.d
  trap - EXIT
}

install_packages() { # NAME...
  local log
  log=$(mktemp)
  forbid_services
  if ! compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null; then
    say "apt-get update (there are no package lists yet)"
    apt-get -q update >"$log" 2>&1 || apt_failed "$log"
  fi
  if ! apt_install "$@" >"$log" 2>&1; then
    say "apt-get update (the package lists may be old)"
    apt-get -q update >"$log" 2>&1 || apt_failed "$log"
    apt_install "$@" >"$log" 2>&1 || apt_failed "$log"
  fi
  allow_services
  rm -f "$log"
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Options::=--force-confold \
    install --no-install-recommends "$@" </dev/null
}

apt_failed() { # LOG
  tail -n 20 "$1" >&2
  rm -f "$1"
  die "apt-get failed, see above"
}

# --- build ---

configure() { # DIR MESON-OPTION...
  local dir=$1
  shift
  [ ! -f "$dir/build.ninja" ] || return 0
  say "configuring $dir/"
  # (a directory that a failed setup has left is set up again; LAGOON_DPDK_SDK: where drivers/net/lagoon/fetch_sdk.sh can't get
  # the headers for drivers, a folder that has them)
  meson setup "$dir" ${LAGOON_DPDK_SDK:+"-Ddpdk_sdk=$LAGOON_DPDK_SDK"} "$@" >"$dir.log" 2>&1 || {
    tail -n 20 "$dir.log" >&2
    rm -f "$dir.log"
    return 1
  }
  sed -n 's/.*WARNING: PMD/lagoon: PMD/p' "$dir.log"
  rm -f "$dir.log"
}

compile() { # DIR TARGET...
  local started quiet=()
  started=$(date +%s)
  [ -t 1 ] || quiet=(--quiet)
  ninja "${quiet[@]}" -C "$@" || return 1
  say "built $1/ in $(seconds_since "$started") s"
}

# What the tests of a suite run, so that only that is compiled.
targets_of_suite() { # DIR SUITE
  meson introspect --tests "$1" | /usr/bin/python3 -c '
import json, os, sys
build, suite = sys.argv[1:]
for test in json.load(sys.stdin):
    if any(name.split(":")[-1] == suite for name in test["suite"]):
        print(os.path.relpath(test["cmd"][0], os.path.abspath(build)))' "$@"
}

# --- verbs ---

verb_build() {
  need_packages "${packages_build[@]}"
  configure build -Dpch=true
  compile build
}

verb_demo() {
  local rootless=()
  if is_root; then
    need_packages "${packages_build[@]}" "${packages_stage[@]}"
  else
    need_packages "${packages_build[@]}"
    rootless=(--rootless)
    say "not root: two LAGs back to back in one process, no kernel links"
  fi
  build_optimized
  exec /usr/bin/python3 app/demo/demo.py --build "$optimized" "${rootless[@]}" "$@"
}

# The one optimized build of those who try it: demo, install, bench and plots use it, so each file is compiled once.
# (Another --prefix changes no file that is compiled.)
optimized=build-release
configure_optimized() { # MESON-OPTION...
  if [ -f "$optimized/build.ninja" ]; then
    [ $# -eq 0 ] || said=$(meson configure "$optimized" "$@" && ninja -C "$optimized" build.ninja 2>&1) || die "$said"
  else
    configure "$optimized" --libdir "lib/$(g++ -print-multiarch)" -Dbuildtype=release -Dtests=false -Dwerror=false \
      -Dpch=true -Dbatches=true "$@"
  fi
}

build_optimized() { # MESON-OPTION...
  configure_optimized "$@"
  compile "$optimized"
}

verb_install() { # PREFIX
  [ $# -eq 1 ] || die "usage: ./lagoon.sh install PREFIX"
  local prefix
  prefix=$(realpath -m -- "$1")
  need_packages "${packages_build[@]}"
  mkdir -p "$prefix" || die "cannot make $prefix"
  [ -w "$prefix" ] || die "cannot write to $prefix"
  build_optimized --prefix "$prefix"
  meson install -C "$optimized" --no-rebuild --quiet
  say "installed to $prefix:"
  (cd "$prefix" && find . \( -path './bin/lagoon*' -o -name 'lib*lagoon.so*' -o -name lagoon.pc -o -path './include/lagoon' \) \
    | sort | sed 's/^\./    /')
}

# dpkg wants debian/ at the top of a tree of its own.
verb_deb() {
  need_packages "${packages_build[@]}" "${packages_deb[@]}"
  local version tree profiles=()
  version=$(sed -n "s/^ *version: '\([^']*\)'.*/\1/p" meson.build | head -n 1)
  tree=build-deb/lagoon-$version
  rm -rf build-deb
  mkdir -p "$tree"
  tar --exclude=./.git --exclude='./build*' -c . | tar -x -C "$tree"
  cp -r config/debian "$tree/debian"
  sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$(date -R)/" config/debian/changelog.in >"$tree/debian/changelog"
  # The licence as the format has it: indented, and no line is empty.
  { cat config/debian/copyright.in; sed -e '1,2d' -e 's/^$/./' -e 's/^/ /' LICENSE; } >"$tree/debian/copyright"
  rm "$tree"/debian/*.in
  if drivers/net/lagoon/fetch_sdk.sh build-deb/dpdk-sdk >build-deb/log 2>&1; then
    profiles=(--build-profiles=pkg.lagoon.pmd)
  else
    say "librte-net-lagoon (the PMD) is left out: DPDK's headers for drivers could not be fetched"
  fi
  say "building the packages (build-deb/log)"
  (cd "$tree" && DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=$(nproc)" dpkg-buildpackage -b -us -uc "${profiles[@]}") \
    >build-deb/log 2>&1 || {
    tail -n 20 build-deb/log >&2
    die "dpkg-buildpackage failed, see above"
  }
  # (what is built from a tree has nobody's address)
  lintian --allow-root --fail-on error --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog \
    build-deb/*.changes || die "lintian found errors, see above"
  say "made:"
  (cd build-deb && du -h -- *.deb | sed 's/^/    /')
}

verb_bench() {
  local plots=()
  [[ " $* " != *" --docs "* ]] || plots=("${packages_plots[@]}")
  need_packages "${packages_build[@]}" "${packages_bench[@]}" "${plots[@]}"
  build_optimized -Dbench=true
  /usr/bin/python3 -B bench/bench.py --build "$optimized" "$@"
}

verb_plots() {
  local simulator=app/simulate/lagoon-simulate
  need_packages "${packages_build[@]}" "${packages_plots[@]}"
  configure_optimized
  compile "$optimized" "$simulator"
  /usr/bin/python3 -B app/simulate/plots.py "$optimized/$simulator" docs/plots
}

verb_check() {
  local bad=0
  need_packages "${packages_build[@]}" "${packages_check[@]}"
  say "clang-format"
  find lib app drivers tests bench -name '*.[ch]' -o -name '*.[ch]pp' | sort \
    | xargs -r clang-format-19 --dry-run -Werror || bad=1
  say "shellcheck"
  find lagoon.sh .ci/run app tests \( -name '*.sh' -o -path .ci/run \) | sort | xargs -r shellcheck || bad=1
  configure build -Dpch=true
  compile build
  meson test -C build --no-rebuild --print-errorlogs --suite tidy --suite headers || bad=1
  [ "$bad" -eq 0 ] || die "check: there is something to mend, see above"
  say "check: all is well"
}

verb_view() { # NAME [VIEW]
  exec /usr/bin/python3 -B app/view.py "$@"
}

verb_explain() { # NAME FLOW...
  exec /usr/bin/python3 -B app/explain.py "$@"
}

verb_clean() {
  rm -rf --one-file-system build build-tsan build-fuzz build-release build-deb build-trixie
  say "removed build/ and build-*/"
}

verb=${1:-help}
[ $# -eq 0 ] || shift
case $verb in
  test | fuzz | chaos | soak | trixie | computing-lane)
    for file in tests/support/{test_run,long_runs,trixie}.sh; do
      # shellcheck source=/dev/null
      . "$file"
    done
    "verb_${verb//-/_}" "$@"
    ;;
  demo | build | view | explain | install | deb | bench | plots | check | clean) "verb_$verb" "$@" ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
