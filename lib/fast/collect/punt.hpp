// Which frames a worker hands to the control lcore (punts): the slow protocols, which are EtherType 0x8809
// and never tagged (IEEE 802.3 Annex 57A), whatever their destination address and length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fast/concepts.hpp"
#include "wire/octets.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::fast {

[[nodiscard]] inline bool is_slow_protocol(std::span<const std::byte> frame) noexcept {
  constexpr std::size_t kEtherTypeAt = 12;
  constexpr auto kOnTheWire =
      static_cast<std::uint16_t>(wire::kSlowProtocolsEtherType << 8 | wire::kSlowProtocolsEtherType >> 8);
  return frame.size() >= wire::kEthernetHeaderSize &&
         wire::raw<std::uint16_t>(frame, kEtherTypeAt) == kOnTheWire;
}

template <Packet P>
[[nodiscard]] inline bool is_punted(const P& packet) noexcept {
  return !PacketTraits<P>::is_ip(packet) && is_slow_protocol(PacketTraits<P>::headers(packet));
}

}  // namespace lagoon::fast
