// lagoon-bench: one launch of the cases that a process can measure by itself: Lagoon, DPDK's net_bonding and
// bare ports in turn. Writes JSON: bench/bench.py launches it several times and puts the launches together.
// lagoon-bench [--quick] [--instructions] [--only REGEX] [--samples FILE] [Google Benchmark's own options]
#include <benchmark/benchmark.h>
#include <dlfcn.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_version.h>
#include <sched.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cases/cases.hpp"
#include "measure/gate.hpp"
#include "rig/rig.hpp"

namespace lagoon::bench {
namespace {

struct Options {
  bool quick = false;
  bool instructions = false;
  std::string samples{};
  std::string only{};
  std::vector<std::string> benchmark{};
};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word{argv[i]};
    if (word == "--quick")
      options.quick = true;
    else if (word == "--instructions")
      options.instructions = true;
    else if (word == "--samples" && i + 1 < argc)
      options.samples = argv[++i];
    else if (word == "--only" && i + 1 < argc)
      options.only = argv[++i];
    else
      options.benchmark.emplace_back(word);
  }
  return options;
}

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

// As programs over DPDK mostly run; bench.py sees to it that there are some, where it may.
bool has_huge_pages() {
  constexpr int kWanted = 300;  // of 2 MB
  int there = 0;
  std::ifstream{"/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"} >> there;
  return there >= kWanted;
}

// (a driver registers itself as it is loaded)
void load_pmd() {
#ifdef LAGOON_PMD_LIBRARY
  if (dlopen(LAGOON_PMD_LIBRARY, RTLD_NOW) == nullptr) std::fprintf(stderr, "lagoon-bench: %s\n", dlerror());
#endif
}

bool start_eal() {
  std::vector<std::string> words{"lagoon-bench",
                                 "--lcores=0@" + std::to_string(measuring_cpu()),
                                 has_huge_pages() ? "--in-memory" : "--no-huge",
                                 "-m",
                                 "512",
                                 "--no-pci",
                                 "--no-telemetry",
                                 "--file-prefix=lagoon-bench-" + std::to_string(getpid()),
                                 "--log-level=error",
                                 "--log-level=*bond*:critical"};
  load_pmd();
  auto argv = pointers(words);
  if (rte_eal_init(static_cast<int>(words.size()), argv.data()) >= 0) return true;
  std::fprintf(stderr, "lagoon-bench: EAL does not start: %s\n", rte_strerror(rte_errno));
  return false;
}

// bench.py prints.
class Quiet : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

nlohmann::json number(double value) {
  return std::isnan(value) ? nlohmann::json{} : nlohmann::json(value);
}

// (instructions are the same in each launch, and their counting takes long)
nlohmann::json said_of(const Case& one, bool instructions) {
  const Race& race = one.race;
  const auto count = [&](const char* of) {
    return instructions ? number(race.instructions_per_packet(of)) : nlohmann::json{};
  };
  return {{"name", one.name},
          {"peer_name", one.peer_name},
          {"ours", number(race.cycles_per_packet(kOurs))},
          {"peer", number(race.cycles_per_packet(kPeer))},
          {"floor", number(race.cycles_per_packet(kFloor))},
          {"instructions", count(kOurs)},
          {"peer_instructions", count(kPeer)},
          {"ratio", number(race.ratio(kOurs, kPeer))},
          {"rounds", race.rounds()},
          {"quiet", std::min(race.measured(kOurs), race.measured(kPeer))}};
}

void write(const Cases& cases, const Options& options) {
  nlohmann::json all{{"dpdk", rte_version()},
                     {"huge_pages", rte_eal_has_hugepages() != 0},
                     {"cases", nlohmann::json::array()}};
  for (const Case& one : cases)
    if (one.race.rounds() != 0) all["cases"].push_back(said_of(one, options.instructions));
  const std::string text = all.dump(1);
  if (options.samples.empty())
    std::cout << text << "\n" << std::flush;
  else
    std::ofstream{options.samples} << text << '\n';
}

Cases all_cases(Rig& rig) {
  Cases cases;
  add_sending(rig, cases);
  add_receiving(rig, cases);
  add_scale(rig, cases);
  add_conversation_table(cases);
  add_folds(cases);
  return cases;
}

}  // namespace
}  // namespace lagoon::bench

int main(int argc, char** argv) {
  using namespace lagoon::bench;
  Options options = options_of(argc, argv);
  std::vector<std::string> words{argv[0], "--benchmark_enable_random_interleaving=true"};
  words.insert(words.end(), options.benchmark.begin(), options.benchmark.end());
  auto arguments = pointers(words);
  int count = static_cast<int>(words.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data()) || !start_eal()) return 1;

  Rig rig;
  const Gate gate = Gate::calibrated();
  Cases cases = all_cases(rig);
  const std::regex wanted{options.only};
  for (Case& one : cases)
    if (std::regex_search(one.name, wanted))
      benchmark::RegisterBenchmark(one.name.c_str(),
                                   [&one, &gate](benchmark::State& state) { one.race.run(state, gate); })
          ->Iterations(50)
          ->Repetitions(options.quick ? 4 : 20);
  Quiet quiet;
  benchmark::RunSpecifiedBenchmarks(&quiet);
  write(cases, options);
  // rte_eal_cleanup() faults while bonds are up, and their alarms run until the end: leave without unwinding.
  std::error_code ignored;
  std::filesystem::remove_all(rte_eal_get_runtime_dir(), ignored);
  std::_Exit(0);
}
