# shellcheck shell=bash
# The verbs of lagoon.sh that run as long as is asked: fuzz, chaos, soak. Each ends with a line that has the seed and the verdict.
# Sourced by lagoon.sh, whose functions it uses.
# shellcheck disable=SC2154

# The value of the one option NAME that a verb has, a whole number from 1 on.
number_of_option() { # NAME DEFAULT [WORD...]
  local name=$1 value=$2
  shift 2
  while [ $# -gt 0 ]; do
    case $1 in
      "$name") value=${2:-} && shift ;;
      "$name"=*) value=${1#*=} ;;
      *) die "not understood: $1 (there is $name N)" ;;
    esac
    shift
  done
  [[ $value =~ ^[1-9][0-9]{0,8}$ ]] || die "$name wants a number from 1 on"
  echo "$value"
}

# A corpus of its own grows below build-fuzz/grown, so that the next run goes on from there.
verb_fuzz() {
  local minutes targets=() target name seconds seed status=0 executions=0 log
  minutes=$(number_of_option --minutes 8 "$@")
  need_packages "${packages_build[@]}" "${packages_test[@]}"
  CC=clang-19 CXX=clang++-19 configure build-fuzz "${test_options[@]}" -Ddpdk=disabled -Dfuzz=true -Dcpp_args=-g1
  mapfile -t targets < <(cd tests/fuzz && printf '%s\n' *_fuzz.cpp | sed 's/\.cpp$//')
  compile build-fuzz "${targets[@]/#/tests/fuzz/}"
  seconds=$((minutes * 60 / ${#targets[@]}))
  seed=${LAGOON_SEED:-$(date +%s)}
  mkdir -p build-fuzz/found
  for target in "${targets[@]}"; do
    name=${target%_fuzz}
    log=build-fuzz/found/$name.log
    mkdir -p "build-fuzz/grown/$name"
    if "build-fuzz/tests/fuzz/$target" -max_total_time="$seconds" -seed="$seed" -max_len=4096 -timeout=10 \
      -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="build-fuzz/found/$name-" -error_exitcode=1 \
      "build-fuzz/grown/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
      say "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions, nothing found"
      executions=$((executions + $(sed -n 's/^stat::number_of_executed_units: *//p' "$log")))
    else
      status=1
      say "$name: FOUND something, see $log and build-fuzz/found/$name-*"
    fi
  done
  say "fuzz: $executions executions of ${#targets[@]} targets, seed $seed: $([ "$status" -eq 0 ] && echo passed || echo FAILED)"
  return "$status"
}

verb_chaos() {
  local seeds first status=0
  seeds=$(number_of_option --seeds 1000 "$@")
  need_packages "${packages_build[@]}"
  configure build "${test_options[@]}"
  compile build tests/sim/chaos_sim
  first=${LAGOON_FIRST_SEED:-$(date +%s)}
  LAGOON_SEEDS=$seeds LAGOON_FIRST_SEED=$first build/tests/sim/chaos_sim || status=$?
  say "chaos: $seeds seeds from $first on: $([ "$status" -eq 0 ] && echo passed || echo "FAILED; LAGOON_SEED=n of the line above replays it")"
  return "$status"
}

verb_soak() {
  local minutes seed status=0
  minutes=$(number_of_option --minutes 5 "$@")
  is_root || die "soak takes root: links are made in network namespaces"
  need_packages "${packages_build[@]}" "${packages_test[@]}"
  build_tests
  seed=${LAGOON_SEED:-$(date +%s)}
  LAGOON_SEED=$seed PYTHONPATH=tests /usr/bin/python3 -B tests/smoke/soak_test.py build $((minutes * 60)) || status=$?
  say "soak: $minutes minutes, seed $seed: $([ "$status" -eq 0 ] && echo passed || echo FAILED)"
  return "$status"
}
