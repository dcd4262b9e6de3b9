#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace lagoon::lldp {

/// Of one port. The names and the defaults are 802.1AB-2016's, clause 9: msgTxInterval, msgTxHold.
struct Options {
  bool transmit = true;
  bool receive = true;
  Duration interval = 30s;  // 5 s to 3600 s
  std::uint16_t hold = 4;   // 1 to 100: a neighbour keeps what it has heard for so many intervals
  friend constexpr bool operator==(const Options&, const Options&) noexcept = default;
};

/// Who is to be at the other end of a port's cable; empty: anybody.
struct ExpectedNeighbor {
  std::string system{};  // its name, or its Chassis ID
  std::string port{};    // its Port ID, or its description
  friend bool operator==(const ExpectedNeighbor&, const ExpectedNeighbor&) = default;
};

/// txTTL, as it stands in the frame.
[[nodiscard]] constexpr std::uint16_t ttl_of(const Options& options) noexcept {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(options.interval).count() * options.hold + 1;
  return static_cast<std::uint16_t>(seconds < 65'535 ? seconds : 65'535);
}

}  // namespace lagoon::lldp
