// What all Slow Protocols have in common (IEEE 802.3 Annex 57A).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/mac_address.hpp"

namespace lagoon::wire {

/// Slow_Protocols_Multicast address. Bridges do not forward it.
inline constexpr MacAddress kSlowProtocolsAddress{{0x01, 0x80, 0xc2, 0x00, 0x00, 0x02}};
inline constexpr std::uint16_t kSlowProtocolsEtherType = 0x8809;

enum class SlowSubtype : std::uint8_t { lacp = 1, marker = 2 };

/// Destination, source, EtherType.
inline constexpr std::size_t kEthernetHeaderSize = 14;
/// An LACPDU of version 1 and a Marker PDU are 110 octets behind the Ethernet header.
inline constexpr std::size_t kSlowFrameSize = kEthernetHeaderSize + 110;

}  // namespace lagoon::wire
