// Devargs: what stands after the device's name in --vdev 'net_lagoon0,mode=4,member=net_ring0,...': all that
// net_bonding takes, and our own keys; docs/pmd.md has the table. Reads text and, for conf=, a file; sees no
// DPDK, so whether a member exists is not known here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/command/command.hpp"
#include "config/model.hpp"

namespace lagoon::pmd {

struct Devargs {
  /// Its name is the device's. Of each member, the source is a DevicePort with what was said: a name, a PCI
  /// address, a port id, or (from a file) devargs to probe.
  config::Lag lag{};
  /// As primary= has it: a member in one of the spellings above; its address is the LAG's. Empty: the first.
  std::string primary{};
  /// Where the device's memory is to be; nothing: anywhere.
  std::optional<int> socket{};
  /// Where the program's control socket is to be; empty: the usual place. Nothing: this LAG asks for none.
  std::optional<std::string> control_socket{};
};

/// As options_in() gives it: no option of the LAG.
inline constexpr std::string_view kControlSocket = "control-socket";

/// Keys may stand in any order; what is said beside conf= goes before what the file says. Errors:
/// invalid_argument and no_such_thing, naming the argument and what would be right.
[[nodiscard]] Result<Devargs> parse_devargs(std::string_view device, std::string_view text);

/// Of KEY=VALUE and so on: each with its key as a file has it. Errors: invalid_argument.
[[nodiscard]] Result<std::vector<config::SetOption>> options_in(std::string_view text);

/// Whether two spellings (names, PCI addresses) mean one device.
[[nodiscard]] bool same_device(std::string_view a, std::string_view b);

}  // namespace lagoon::pmd
