#include "dpdk/base/capabilities.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>

namespace lagoon::dpdk {

std::uint64_t effective_capabilities(pid_t process) {
  constexpr std::string_view kKey = "CapEff:";
  std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(kKey)) return std::strtoull(line.c_str() + kKey.size(), nullptr, 16);
  return 0;
}

namespace {

// Gives whether the thread's effective set was changed.
bool set_net_admin(bool on) noexcept {
  __user_cap_header_struct head{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (syscall(SYS_capget, &head, sets.data()) != 0) return false;
  constexpr std::uint32_t kBit = 1U << CAP_NET_ADMIN;
  if (((sets[0].effective & kBit) != 0) == on) return false;
  sets[0].effective ^= kBit;
  return syscall(SYS_capset, &head, sets.data()) == 0;
}

}  // namespace

WithoutNetAdmin::WithoutNetAdmin() noexcept : taken_{set_net_admin(false)} {}

WithoutNetAdmin::~WithoutNetAdmin() {
  if (taken_) set_net_admin(true);
}

}  // namespace lagoon::dpdk
