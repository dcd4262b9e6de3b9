// A StationMessage as octets, and back. It begins as a PeerMessage does (cluster/peer_codec.hpp): magic,
// version, bits, length; and all that no Lagoon says is refused.
//
//   0  "LGPS"   4  version 1   5  0   6  length, 2 octets   8  number of stations
//   9  domain, node, LAG: an octet of length and the name each; then of each station: address, VLAN ID
//
// Thread: any.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "cluster/peer_codec.hpp"
#include "cluster/stations/station.hpp"

namespace lagoon::cluster {

inline constexpr std::size_t kStationMessageMax = 9 + 3 * (1 + kNameMax) + kStationsInMessage * 8;

/// Preconditions: at most kStationsInMessage; names of 1 .. kNameMax visible octets; VLAN IDs up to 4094.
[[nodiscard]] std::vector<std::byte> encode(const StationMessage& message);
/// As peer_message_size().
[[nodiscard]] std::optional<std::size_t> station_message_size(std::span<const std::byte> octets) noexcept;
/// Takes any octets.
[[nodiscard]] std::optional<StationMessage> decode_station_message(std::span<const std::byte> octets);

}  // namespace lagoon::cluster
