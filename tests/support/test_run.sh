# shellcheck shell=bash
# The verb test of lagoon.sh: the builds and lanes of a whole run. What it is made of serves the other verbs that test, too.
# Sourced by lagoon.sh, whose functions it uses.
# shellcheck disable=SC2154

# What the lanes of a test run tell the summary: lines of a file each, since a lane is a process.
run_notes=${run_notes:-}

phase() { # STARTED WORDS: what a part of the run took
  echo "$(seconds_since "$1") $2" >>"$run_notes/phases"
}

# (-O1 compiles in two thirds of the time, and the tests are short; who wants a debugger has `build`)
test_options=(-Dpch=true -Dbatches=true -Doptimization=1 -Ddebug=false)

build_tests() { configure build "${test_options[@]}" && compile build; }

# The pure layers with libFuzzer's counters, AddressSanitizer and UBSan; lines are all that reports want of -g. (They are a
# sixth of the compiler's time; CI's reports name functions alone, and who runs the test again has the lines.)
build_sanitized() {
  local lines=(-Dcpp_args=-g1)
  [ "${CI:-}" != true ] || lines=()
  CC=clang-19 CXX=clang++-19 configure build-fuzz "${test_options[@]}" -Ddpdk=disabled -Dfuzz=true "${lines[@]}" \
    && compile build-fuzz
}

# What threads share. (DPDK's rings as C11 atomics, or ThreadSanitizer would not understand them.)
build_threads() {
  local targets=()
  configure build-tsan "${test_options[@]}" -Ddpdk_sdk=off -Db_sanitize=thread -Db_lundef=false \
    "-Dcpp_args=['-g1', '-DRTE_USE_C11_MEM_MODEL', '-DRTE_FORCE_INTRINSICS']" || return 1
  # (a tree of an older checkout does not know the suite's new tests before)
  ninja --quiet -C build-tsan build.ninja >/dev/null || return 1
  mapfile -t targets < <(targets_of_suite build-tsan threads)
  compile build-tsan "${targets[@]}"
}

run_suites() { # DIR LOGNAME PROCESSES TIMEOUT-FACTOR SUITE...
  local dir=$1 log=$2 processes=$3 factor=$4 suite suites=() started written
  shift 4
  for suite in "$@"; do suites+=(--suite "$suite"); done
  started=$(date +%s)
  say "testing in $dir/: $*"
  # (meson puts the name of a wrapper behind the name of the log)
  written=$dir/meson-logs/$log${wrapper[1]:+-$(basename "${wrapper[1]}")}.json
  rm -f "$written"
  meson test -C "$dir" --no-rebuild --print-errorlogs --logbase "$log" --num-processes "$processes" \
    -t "$factor" "${wrapper[@]}" "${suites[@]}" </dev/null || true
  phase "$started" "tests in $dir/: $*"
  echo "$written:$(IFS=, && echo "$*")" >>"$run_notes/logs"
}

build_or_fail() { # BUILD-FUNCTION
  local started
  started=$(date +%s)
  if "$1"; then
    phase "$started" "${1/_/ing }"
    return 0
  fi
  echo "${1/_/ing }" >>"$run_notes/failed-builds"
  say "${1/_/ing } failed"
  return 1
}

# What computes: it takes what the other lane leaves of the machine (tests/support/yield.sh). That may be little for
# minutes, so its timeouts are long.
verb_computing_lane() { # BUILT: yes, no; `test` calls it
  local wrapper=(--wrapper "$PWD/tests/support/yield.sh") cores
  cores=$(nproc)
  tests/support/yield.sh --process "$BASHPID"
  [ "$1" = no ] || run_suites build pure "$cores" 20 unit sim golden tidy
  if build_or_fail build_sanitized; then
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ASAN_OPTIONS=detect_stack_use_after_return=1 \
      run_suites build-fuzz sanitized "$cores" 20 unit sim golden
    run_suites build-fuzz fuzz "$cores" 10 fuzz
  fi
  build_or_fail build_threads || return 0
  TSAN_OPTIONS=exitcode=66 run_suites build-tsan threads "$cores" 20 threads
}

# What waits for partners and for time: most of the minutes, little of the work.
waiting_lane() {
  local wrapper=()
  [ "$1" = yes ] || return 0
  run_suites build waiting 3 2 waiting
  # Two at a time: what these measure of real partners is seconds.
  run_suites build partners 2 1 partners
  # One at a time: these measure milliseconds.
  run_suites build smoke 1 1 smoke
}

# Linux 6.18 let single tasks have a processor for seconds, while the kernel's own threads (RCU's among them) and all others were
# ready to run on it: each of its scheduler's dumps had the time of a session's group gone back (sched_autogroup). Until the run
# ends it shares between tasks, and what computes has a niceness.
share_between_tasks() {
  local file=/proc/sys/kernel/sched_autogroup_enabled
  [ -w "$file" ] && [ "$(<"$file")" = 1 ] || return 0
  echo 0 >"$file"
  at_end="echo 1 >$file; $at_end"
}

verb_test() {
  local started began computing built=no status=0 wrapper=() at_end=
  began=$(date +%s)
  run_notes=$(mktemp -d)
  touch "$run_notes"/{phases,logs,failed-builds}
  need_packages "${packages_build[@]}" "${packages_test[@]}" "${packages_stage[@]}"
  at_end="rm -rf '$run_notes'"
  share_between_tasks
  # shellcheck disable=SC2064
  trap "$at_end" EXIT
  phase "$began" "packages"
  is_root || say "not root: tests that need network namespaces are skipped (with CI=true that is a failure)"
  build_or_fail build_tests && built=yes
  # (each has a network namespace of its own; ten at a time want the whole machine)
  [ "$built" = no ] || run_suites build conformance 10 1 conformance silence
  export run_notes
  setsid ./lagoon.sh computing-lane "$built" >"$run_notes/computing" 2>&1 &
  computing=$!
  at_end="kill -- -$computing 2>/dev/null || :; $at_end"
  # shellcheck disable=SC2064
  trap "$at_end" EXIT
  waiting_lane "$built"
  started=$(date +%s)
  wait "$computing" || echo "the lane that computes" >>"$run_notes/failed-builds"
  phase "$started" "then, waiting for what computes"
  cat "$run_notes/computing"
  mapfile -t logs <"$run_notes/logs"
  /usr/bin/python3 tests/support/summary.py --build-failures "$(wc -l <"$run_notes/failed-builds")" \
    --phases "$run_notes/phases" --seconds "$(seconds_since "$began")" "${logs[@]}" || status=$?
  return "$status"
}
