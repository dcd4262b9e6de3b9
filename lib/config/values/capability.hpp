// Capability: those of Linux's (capabilities(7)) that a configuration may name.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lagoon::config {

enum class Capability : std::uint8_t {  // Linux's numbers
  chown = 0,
  dac_override = 1,
  net_admin = 12,
  net_raw = 13,
  ipc_lock = 14,
  sys_rawio = 17,
  sys_admin = 21,
  sys_nice = 23,
  perfmon = 38,
  bpf = 39
};

inline constexpr std::array<std::pair<std::string_view, Capability>, 10> kCapabilities{
    {{"net_admin", Capability::net_admin},
     {"net_raw", Capability::net_raw},
     {"ipc_lock", Capability::ipc_lock},
     {"sys_admin", Capability::sys_admin},
     {"sys_rawio", Capability::sys_rawio},
     {"sys_nice", Capability::sys_nice},
     {"bpf", Capability::bpf},
     {"perfmon", Capability::perfmon},
     {"chown", Capability::chown},
     {"dac_override", Capability::dac_override}}};

/// "net_admin".
[[nodiscard]] constexpr std::string_view name_of(Capability capability) noexcept {
  for (const auto& [name, value] : kCapabilities)
    if (value == capability) return name;
  return {};
}

/// "net_admin, net_raw"; "none".
[[nodiscard]] std::string in_words(const std::vector<Capability>& capabilities);

}  // namespace lagoon::config
