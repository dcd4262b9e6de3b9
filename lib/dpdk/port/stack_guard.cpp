#include "dpdk/port/stack_guard.hpp"

#include <net/if.h>

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

std::string path_of(const Setting& setting, const std::string& interface) {
  std::string path = "/proc/sys/net/";
  return path.append(setting.protocol).append("/conf/").append(interface).append("/").append(setting.name);
}

bool write(const std::string& path, std::string_view value) {
  std::ofstream file{path};
  file << value;
  file.flush();
  return file.good();
}

}  // namespace

StackGuard::StackGuard(const std::string& interface)
    : interface_{interface}, index_{if_nametoindex(interface.c_str())} {
  for (const Setting& s : kSettings) {
    std::string path = path_of(s, interface);
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

std::vector<state::Setting> StackGuard::settings_of(const std::string& interface) {
  std::vector<state::Setting> settings;
  for (const Setting& s : kSettings) {
    state::Setting setting{.path = path_of(s, interface), .value = {}};
    if (std::ifstream{setting.path} >> setting.value) settings.push_back(std::move(setting));
  }
  return settings;
}

StackGuard::~StackGuard() {
  if (if_nametoindex(interface_.c_str()) != index_) return;
  for (const auto& [path, value] : before_) write(path, value);
}

}  // namespace lagoon::dpdk
