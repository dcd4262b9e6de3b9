#include "dpdk/port/stack_guard.hpp"

#include <array>
#include <fstream>
#include <string_view>

#include "dpdk/base/log.hpp"

namespace lagoon::dpdk {

namespace {

struct Setting {
  std::string_view protocol;
  std::string_view name;
  std::string_view value;
};

constexpr std::array<Setting, 3> kSettings{{
    {"ipv6", "disable_ipv6", "1"},
    {"ipv4", "arp_ignore", "1"},
    {"ipv4", "rp_filter", "1"},
}};

bool write(const std::string& path, std::string_view value) {
  std::ofstream file{path};
  file << value;
  file.flush();
  return file.good();
}

}  // namespace

StackGuard::StackGuard(const std::string& interface) {
  for (const Setting& s : kSettings) {
    std::string path = "/proc/sys/net/";
    path.append(s.protocol).append("/conf/").append(interface).append("/").append(s.name);
    std::string value;
    if (!(std::ifstream{path} >> value)) continue;  // (a kernel without IPv6 has nothing to switch off)
    if (value == s.value) continue;
    if (write(path, s.value))
      before_.emplace_back(std::move(path), std::move(value));
    else
      log_line(LogLevel::warning, path + " can't be set to " + std::string{s.value} +
                                      "; the kernel may answer on " + interface + " itself");
  }
}

StackGuard::~StackGuard() {
  for (const auto& [path, value] : before_) write(path, value);
}

}  // namespace lagoon::dpdk
