#include "dpdk/base/capabilities.hpp"

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

}  // namespace lagoon::dpdk
