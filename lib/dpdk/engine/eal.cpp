#include "dpdk/engine/eal.hpp"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_pdump.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
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

constexpr int kTelemetrySuffixes = 16;

// The process that listens there; 0: none.
pid_t listener_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return 0;
  path.copy(address.sun_path, path.size());
  const int asks = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  ucred credentials{};
  socklen_t size = sizeof credentials;
  const bool known = asks >= 0 &&
                     connect(asks, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                     getsockopt(asks, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0;
  if (asks >= 0) close(asks);
  return known ? credentials.pid : 0;
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

// (--no-huge is not taken with --in-memory, which is the same with hugepages)
void share_prefix(config::Eal& eal) {
  const std::string arg = eal.huge ? "--in-memory" : "--no-shconf";
  if (std::ranges::find(eal.extra, arg) == eal.extra.end()) eal.extra.push_back(arg);
}

Eal::~Eal() {
  if (!started_) return;
  if (!telemetry_.empty()) unlink(telemetry_.c_str());
  rte_pdump_uninit();
  rte_eal_cleanup();
}

void Eal::take_place() {
  const std::string usual = std::string{rte_eal_get_runtime_dir()} + "/dpdk_telemetry.v2";
  // (where the path is in use EAL takes the next of these that is not)
  for (int suffix = 1; suffix <= kTelemetrySuffixes; ++suffix) {
    const std::string ours = usual + ":" + std::to_string(suffix);
    if (listener_at(ours) != getpid()) continue;
    if (rename(ours.c_str(), usual.c_str()) == 0) telemetry_ = usual;
    return;
  }
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
