# shellcheck shell=bash
# The verb trixie of lagoon.sh: Debian 13 in a chroot, where what is committed is built, installed and tested with its DPDK.
# Sourced by lagoon.sh, whose functions it uses; inside the chroot it is called once more, as `trixie --inside`.
# shellcheck disable=SC2154,SC2034

trixie=build-trixie

verb_trixie() { # [--inside]
  case ${1:-} in
    --inside) trixie_inside ;;
    '') trixie_outside ;;
    *) die "not understood: $1 (trixie has no options)" ;;
  esac
}

# The chroot stays for the next time; `clean` removes it. What is mounted goes with the process that mounted it.
trixie_outside() {
  local root=$PWD/$trixie/root sdk=
  is_root || die "trixie takes root: it makes a chroot"
  need_packages debootstrap git
  git rev-parse --verify -q HEAD >/dev/null || die "trixie tests what is committed: this is no git repository"
  git diff --quiet HEAD || say "what is not committed is not tested"
  if [ ! -e "$root/made" ]; then
    say "making $trixie/root with debootstrap ($trixie/debootstrap.log)"
    rm -rf --one-file-system "$root"
    mkdir -p "$root"
    debootstrap --variant=minbase trixie "$root" >"$trixie/debootstrap.log" 2>&1 || {
      tail -n 5 "$trixie/debootstrap.log" >&2
      die "debootstrap could not make Debian 13 here, see above"
    }
    touch "$root/made"
  fi
  # (the build folders of the last time stay; a file that is as it was keeps its time)
  mkdir -p "$root/lagoon" "$root/lagoon.new"
  git archive HEAD | tar -x -C "$root/lagoon.new"
  need_packages rsync
  rsync -rlpc --delete --exclude='/build*/' "$root/lagoon.new/" "$root/lagoon/"
  rm -rf "$root/lagoon.new"
  if [ -n "${LAGOON_DPDK_SDK:-}" ]; then
    rm -rf "$root/sdk"
    cp -r "$LAGOON_DPDK_SDK" "$root/sdk" && sdk=/sdk
  fi
  # shellcheck disable=SC2016
  unshare --mount --propagation private bash -euc '
    mount --bind "$1" "$1" # (a root that is no mount point has no namespaces of its own below it)
    for folder in proc sys dev; do mount --rbind "/$folder" "$1/$folder"; done
    mount -t tmpfs none "$1/run"
    cp -L /etc/resolv.conf "$1/etc/" 2>/dev/null || :
    exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM="${TERM:-dumb}" \
      ${http_proxy:+http_proxy="$http_proxy"} ${2:+LAGOON_DPDK_SDK="$2"} CI=true \
      /lagoon/lagoon.sh trixie --inside' trixie "$root" "$sdk"
}

# What the tests here need of packages_test: the sanitized builds, Prometheus and Open vSwitch are for `test`.
packages_trixie=(tshark mandoc dpdk dpdk-dev python3-scapy binutils iproute2 iputils-ping util-linux
  munin-plugins-core)
pmd_tests=('PMD in testpmd' 'PMD and LACP' "PMD under net_bonding's API" "PMD under DPDK's own tests")

trixie_inside() {
  local began status=0 wrapper=() results=()
  began=$(date +%s)
  run_notes=$(mktemp -d)
  touch "$run_notes"/{phases,logs}
  grep -q '^VERSION_CODENAME=trixie$' /etc/os-release || die "this is not Debian 13"
  need_packages "${packages_build[@]}" "${packages_trixie[@]}"
  phase "$began" packages
  say "Debian $(cat /etc/debian_version), DPDK $(pkg-config --modversion libdpdk)"
  trixie_step build build_tests
  trixie_step install verb_install "$PWD/build-prefix"
  trixie_step PMD test -e "build/drivers/net/lagoon/librte_net_lagoon.so"
  trixie_step "bond API" test -e build/drivers/net/lagoon/librte_net_lagoon_bondapi.so
  run_suites build pure "$(nproc)" 4 unit golden
  trixie_named pmd "${pmd_tests[@]}"
  trixie_step "demo, two lagoonds" /usr/bin/python3 app/demo/demo.py --build "$optimized" --partner lagoon
  mapfile -t logs <"$run_notes/logs"
  say "Debian 13:" && printf '    %s\n' "${results[@]}"
  /usr/bin/python3 tests/support/summary.py --build-failures "$status" --phases "$run_notes/phases" \
    --seconds "$(seconds_since "$began")" "${logs[@]}" || status=1
  rm -rf "$run_notes"
  return "$((status > 0))"
}

# Of the function that it is called from: `results` has what came of each step, `status` how many failed.
trixie_step() { # WORDS COMMAND...
  local words=$1 started
  shift
  started=$(date +%s)
  if ("$@"); then
    results+=("$words: ok")
  else
    results+=("$words: FAILED")
    status=$((status + 1))
  fi
  phase "$started" "$words"
}

# Tests by name; each reads as its own suite where the summary adds them up.
trixie_named() { # LOGNAME TEST...
  local log=$1 started
  shift
  started=$(date +%s)
  rm -f "build/meson-logs/$log.json"
  meson test -C build --no-rebuild --print-errorlogs --logbase "$log" --num-processes 2 "$@" </dev/null || true
  phase "$started" "PMD: $# tests"
  echo "build/meson-logs/$log.json:waiting" >>"$run_notes/logs"
}
