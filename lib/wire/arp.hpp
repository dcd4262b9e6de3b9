// ARP for IPv4 over Ethernet (RFC 826), untagged or behind one 802.1Q tag.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::wire {

inline constexpr std::uint16_t kArpEtherType = 0x0806;

enum class ArpOperation : std::uint16_t { request = 1, reply = 2 };

struct ArpFrame {
  MacAddress destination{};  // of the Ethernet header
  MacAddress source{};
  std::optional<std::uint16_t> vlan_tci{};  // priority and VID, as they stand in the tag
  ArpOperation operation = ArpOperation::request;
  MacAddress sender_mac{};
  Ipv4Address sender_ip{};
  MacAddress target_mac{};
  Ipv4Address target_ip{};

  /// Sender and target are one (RFC 5227 3: an announcement).
  [[nodiscard]] bool is_gratuitous() const noexcept { return sender_ip == target_ip; }
  friend constexpr bool operator==(const ArpFrame&, const ArpFrame&) noexcept = default;
};

/// Nothing where it is not such a frame, whatever it holds. Reads only inside `frame`.
[[nodiscard]] std::optional<ArpFrame> parse_arp(std::span<const std::byte> frame) noexcept;
/// Padded to 60 octets.
[[nodiscard]] ControlFrame emit_arp(const ArpFrame& arp) noexcept;

/// RFC 5227 2.1: asks who has `target` and says no address of its own, so no cache learns from it.
[[nodiscard]] ArpFrame arp_probe(const MacAddress& from, Ipv4Address target,
                                 std::optional<std::uint16_t> vlan) noexcept;
/// RFC 5227 3: a gratuitous request to all, as Linux announces an address.
[[nodiscard]] ArpFrame arp_announcement(const MacAddress& from, Ipv4Address address,
                                        std::optional<std::uint16_t> vlan) noexcept;

}  // namespace lagoon::wire
