// What the parts of the bond API share: from a port id to the LagPort.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>

#include "../lag_port.hpp"
#include "interface.hpp"

namespace lagoon::pmd::bond {

/// Null: no port of ours, or in a secondary process.
[[nodiscard]] LagPort* find_lag(std::uint16_t port);
/// An option as a configuration file has it, kept if the mode has no use for it. 0, or a negative errno.
[[nodiscard]] int set(LagPort& lag, std::string_view key, std::string_view value);

template <typename Function>
int with(std::uint16_t port, Function function) {
  LagPort* const lag = find_lag(port);
  return lag == nullptr ? -ENODEV : function(*lag);
}

}  // namespace lagoon::pmd::bond
