// Neighbor Solicitation and Advertisement (RFC 4861 4.3 and 4.4), untagged or behind one 802.1Q tag.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::wire {

enum class NeighborKind : std::uint8_t { solicitation = 135, advertisement = 136 };

struct NeighborFrame {
  MacAddress destination{};  // of the Ethernet header
  MacAddress source{};
  std::optional<std::uint16_t> vlan_tci{};
  NeighborKind kind = NeighborKind::solicitation;
  Ipv6Address sender{};  // of the IPv6 header
  Ipv6Address receiver{};
  Ipv6Address target{};
  bool solicited = false;
  bool override_flag = false;
  std::optional<MacAddress> link_layer{};  // source (NS) or target (NA) link-layer address option
  friend constexpr bool operator==(const NeighborFrame&, const NeighborFrame&) noexcept = default;
};

/// Nothing where it is not such a frame or its checksum is wrong. Reads only inside `frame`.
[[nodiscard]] std::optional<NeighborFrame> parse_neighbor(std::span<const std::byte> frame) noexcept;
[[nodiscard]] ControlFrame emit_neighbor(const NeighborFrame& neighbor) noexcept;

/// Asks for `target` from the link-local address that belongs to `from`, at its solicited-node address.
[[nodiscard]] NeighborFrame neighbor_probe(const MacAddress& from, const Ipv6Address& target,
                                           std::optional<std::uint16_t> vlan) noexcept;
/// Unsolicited, to all nodes, with Override (RFC 4861 7.2.6): where `address` is now.
[[nodiscard]] NeighborFrame neighbor_announcement(const MacAddress& from, const Ipv6Address& address,
                                                  std::optional<std::uint16_t> vlan) noexcept;

}  // namespace lagoon::wire
