// lagoon-bench: what a packet costs in Lagoon, in DPDK's net_bonding and over bare ports, in one process.
// lagoon-bench [--quick] [Google Benchmark's own options]
#include <benchmark/benchmark.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cases.hpp"
#include "race.hpp"
#include "ratio_table.hpp"
#include "rig.hpp"

namespace lagoon::bench {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

// The last CPU that this process may use: the first ones serve interrupts.
int measuring_cpu() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
  int last = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) last = cpu;
  return last;
}

bool start_eal() {
  std::vector<std::string> words{"lagoon-bench",
                                 "--lcores=0@" + std::to_string(measuring_cpu()),
                                 "--no-huge",
                                 "-m",
                                 "128",
                                 "--no-pci",
                                 "--no-telemetry",
                                 "--file-prefix=lagoon-bench-" + std::to_string(getpid()),
                                 "--log-level=error"};
  auto argv = pointers(words);
  if (rte_eal_init(static_cast<int>(words.size()), argv.data()) >= 0) return true;
  std::fprintf(stderr, "lagoon-bench: EAL does not start: %s\n", rte_strerror(rte_errno));
  return false;
}

// The races print themselves.
class Quiet : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

void register_group(const std::string& name, Group& group) {
  for (Race& race : group.races)
    benchmark::RegisterBenchmark((name + "/" + race.title()).c_str(),
                                 [&race](benchmark::State& state) { race.run(state); });
}

}  // namespace
}  // namespace lagoon::bench

int main(int argc, char** argv) {
  using namespace lagoon::bench;
  std::vector<std::string> words{argv[0], "--benchmark_enable_random_interleaving=true"};
  bool quick = false;
  for (int i = 1; i < argc; ++i) quick = quick || std::string_view{argv[i]} == "--quick";
  words.emplace_back(quick ? "--benchmark_repetitions=15" : "--benchmark_repetitions=50");
  words.emplace_back(quick ? "--benchmark_min_time=0.02" : "--benchmark_min_time=0.1");
  for (int i = 1; i < argc; ++i)
    if (std::string_view{argv[i]} != "--quick") words.emplace_back(argv[i]);
  auto arguments = pointers(words);
  int count = static_cast<int>(words.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data()) || !start_eal()) return 1;

  Rig rig;
  Race hashes = hash_race();
  Group distribute = distribute_races(rig);
  Group collect = collect_races(rig);
  Group forward = forward_races(rig);
  benchmark::RegisterBenchmark("hash", [&hashes](benchmark::State& state) { hashes.run(state); });
  register_group("distribute", distribute);
  register_group("collect", collect);
  register_group("forward", forward);
  Quiet quiet;
  benchmark::RunSpecifiedBenchmarks(&quiet);
  std::printf("CPU time for one packet as ratios; below 1 Lagoon is cheaper\n");
  print_hashes(hashes);
  print_group(distribute, {"lagoon", "lagoon-embedded", "lagoon-counting", "lagoon-weighted"});
  print_group(collect, {"lagoon", "lagoon-embedded", "lagoon-classified"});
  print_group(forward, {"lagoon", "lagoon-embedded"});
  std::fflush(stdout);
  // rte_eal_cleanup() faults while bonds are up, and their alarms run until the end: leave without unwinding.
  std::error_code ignored;
  std::filesystem::remove_all(rte_eal_get_runtime_dir(), ignored);
  std::_Exit(0);
}
