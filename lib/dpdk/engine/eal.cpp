#include "dpdk/engine/eal.hpp"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_pdump.h>

#include <cerrno>
#include <cstring>

#include "dpdk/base/log.hpp"

namespace lagoon::dpdk {

namespace {

// Enough for the mbufs of a dozen ports; without hugepages memory is taken at once, so not more.
constexpr std::uint32_t kDefaultMemoryMb = 256;

// dpdk-dumpcap and dpdk-pdump attach as secondary processes, which share our memory: never without hugepages.
// Where the arguments forbid that as well (--in-memory, --no-shconf), all but capturing works.
void offer_capture() {
  if (rte_pdump_init() != 0)
    log_line(LogLevel::notice, std::string{"dpdk-dumpcap can't capture from this process: rte_pdump_init: "} +
                                   rte_strerror(rte_errno));
}

// (what a process could see before is said by lagoond, before EAL is)
std::string what_to_do(const config::Eal& eal, int error) {
  if (error == ENOMEM && eal.memory_mb != 0)
    return "; 'memory:' in 'eal:' is " + std::to_string(eal.memory_mb) +
           " MB, which this machine does not give; 'auto' takes what the configuration needs";
  if (eal.huge)
    return "; may this process use the hugepages? 'huge: false' in 'eal:' does without them, and root may";
  return "; does another program use the same 'prefix:'? Do the arguments in 'args:' fit?";
}

}  // namespace

std::vector<std::string> eal_arguments(const config::Eal& eal, const std::vector<std::string>& pci) {
  std::vector<std::string> args{"lagoon"};
  std::string lcores;
  for (const std::uint32_t lcore : eal.lcores) lcores += (lcores.empty() ? "" : ",") + std::to_string(lcore);
  args.insert(args.end(), {"-l", lcores, "--main-lcore", std::to_string(eal.lcores.front())});
  args.insert(args.end(), {"--file-prefix", eal.prefix});
  if (pci.empty()) args.emplace_back("--no-pci");
  for (const std::string& address : pci) args.insert(args.end(), {"-a", address});
  if (!eal.huge) args.emplace_back("--no-huge");
  if (!eal.huge || eal.memory_mb != 0)
    args.insert(args.end(), {"-m", std::to_string(eal.memory_mb != 0 ? eal.memory_mb : kDefaultMemoryMb)});
  args.insert(args.end(), eal.extra.begin(), eal.extra.end());
  return args;
}

Eal::~Eal() {
  if (!started_) return;
  rte_pdump_uninit();
  rte_eal_cleanup();
}

Result<void> Eal::start(const config::Eal& eal, const std::vector<std::string>& pci) {
  std::vector<std::string> args = eal_arguments(eal, pci);
  // EAL permutes the array and keeps pointers into it, so both live as long as the process.
  static std::vector<std::string> kept;
  static std::vector<char*> argv;
  kept = std::move(args);
  argv.clear();
  for (std::string& arg : kept) argv.push_back(arg.data());
  argv.push_back(nullptr);
  if (rte_eal_init(static_cast<int>(kept.size()), argv.data()) < 0) {
    return fail(Errc::system,
                std::string{"rte_eal_init: "} + rte_strerror(rte_errno) + what_to_do(eal, rte_errno));
  }
  started_ = true;
  if (eal.huge) offer_capture();
  return {};
}

}  // namespace lagoon::dpdk
