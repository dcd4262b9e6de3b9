// Stations behind a LAG of two boxes: who was heard on it. The box that carries tells the other one, which
// announces them to the LAN when it takes over, so that a switch there knows the new way at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/mac_address.hpp"

namespace lagoon::cluster {

/// Remembered of a LAG.
inline constexpr std::size_t kStationsMax = 4096;
/// In one message: a datagram that no network fragments.
inline constexpr std::size_t kStationsInMessage = 128;

struct Station {
  MacAddress mac{};
  std::uint16_t vlan = 0;  // VLAN ID, 1 .. 4094; 0: untagged, or with a priority alone
  friend constexpr auto operator<=>(const Station&, const Station&) noexcept = default;
};

/// Some that were heard in the last second or so. A message that is lost is made up for by the next one.
struct StationMessage {
  std::string domain{};
  std::string node{};  // that carries the LAG
  std::string lag{};
  std::vector<Station> stations{};  // at most kStationsInMessage
  friend bool operator==(const StationMessage&, const StationMessage&) = default;
};

}  // namespace lagoon::cluster
