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
inline constexpr std::size_t kSlowPayloadSize = 110;
inline constexpr std::size_t kSlowFrameSize = kEthernetHeaderSize + kSlowPayloadSize;
/// Without FCS, as all sizes here.
inline constexpr std::size_t kEthernetFrameMax = 1514;

/// The most that may stand behind the Ethernet header. 57A.2 recommends frames of at most 128 octets, which
/// version 1 needs less the FCS; a port that leaves the FCS in the frame is forgiven. Later versions have
/// more TLVs, and only the frame limits them.
[[nodiscard]] constexpr std::size_t slow_payload_max(std::uint8_t version) noexcept {
  return (version <= 1 ? 128 : kEthernetFrameMax) - kEthernetHeaderSize;
}

}  // namespace lagoon::wire
