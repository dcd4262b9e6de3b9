// Which frames a worker hands to the control lcore (punts): slow frames, which are those that the two ends of
// a link say to each other. They are of
// - the slow protocols: EtherType 0x8809, never tagged (IEEE 802.3 Annex 57A), whatever their destination
//   address and length;
// - LLDP, to the nearest bridge: EtherType 0x88CC and 01-80-C2-00-00-0E (IEEE 802.1AB-2016 7.1). LLDP to
//   other addresses is data: it is for bridges farther away.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fast/concepts.hpp"
#include "wire/lldp/lldp.hpp"
#include "wire/octets.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::fast {

namespace detail {
inline constexpr std::size_t kEtherTypeAt = 12;
inline constexpr auto kSlowOnTheWire = std::byteswap(wire::kSlowProtocolsEtherType);
inline constexpr auto kLldpOnTheWire = std::byteswap(wire::kLldpEtherType);
// The last four octets of the address, from the third on.
inline constexpr std::size_t kGroupAt = 2;
inline constexpr std::uint32_t kNearestBridgeOnTheWire = 0x0e0000c2;
static_assert(std::endian::native == std::endian::little);
}  // namespace detail

[[nodiscard]] inline bool is_slow_protocol(std::span<const std::byte> frame) noexcept {
  return frame.size() >= wire::kEthernetHeaderSize &&
         wire::raw<std::uint16_t>(frame, detail::kEtherTypeAt) == detail::kSlowOnTheWire;
}

[[nodiscard]] inline bool is_lldp(std::span<const std::byte> frame) noexcept {
  return frame.size() >= wire::kEthernetHeaderSize &&
         wire::raw<std::uint16_t>(frame, detail::kEtherTypeAt) == detail::kLldpOnTheWire &&
         wire::raw<std::uint32_t>(frame, detail::kGroupAt) == detail::kNearestBridgeOnTheWire;
}

// Without a branch: it is asked of every frame of which nothing is known.
[[nodiscard]] inline bool is_slow(std::span<const std::byte> frame) noexcept {
  if (frame.size() < wire::kEthernetHeaderSize) return false;
  const auto type = wire::raw<std::uint16_t>(frame, detail::kEtherTypeAt);
  const auto group = wire::raw<std::uint32_t>(frame, detail::kGroupAt);
  return (unsigned{type == detail::kSlowOnTheWire} |
          (unsigned{type == detail::kLldpOnTheWire} & unsigned{group == detail::kNearestBridgeOnTheWire})) !=
         0;
}

template <Packet P>
[[nodiscard]] inline bool is_punted(const P& packet) noexcept {
  return !PacketTraits<P>::is_ip(packet) && is_slow(PacketTraits<P>::headers(packet));
}

}  // namespace lagoon::fast
