// BfdPacket: what a BFD Control packet says (RFC 5880 4.1), and its octets behind the UDP header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

namespace lagoon::wire {

/// As they stand in the packet.
enum class BfdState : std::uint8_t { admin_down = 0, down = 1, init = 2, up = 3 };
[[nodiscard]] std::string_view name_of(BfdState state) noexcept;

/// Why the sender's session was last left: 4.1. What is reserved is kept as it came.
enum class BfdDiag : std::uint8_t {
  none = 0,
  detection_time_expired = 1,
  echo_failed = 2,
  neighbor_signaled_down = 3,
  forwarding_plane_reset = 4,
  path_down = 5,
  concatenated_path_down = 6,
  administratively_down = 7,
  reverse_concatenated_path_down = 8,
};
[[nodiscard]] std::string_view name_of(BfdDiag diag) noexcept;

inline constexpr std::size_t kBfdPacketSize = 24;

struct BfdPacket {
  BfdDiag diag = BfdDiag::none;
  BfdState state = BfdState::down;
  bool poll = false;
  bool final = false;
  bool control_plane_independent = false;
  bool demand = false;
  std::uint8_t multiplier = 0;  // Detect Mult
  std::uint32_t my_discriminator = 0;
  std::uint32_t your_discriminator = 0;
  std::uint32_t desired_tx_us = 0;  // Desired Min TX Interval, microseconds
  std::uint32_t required_rx_us = 0;
  std::uint32_t required_echo_rx_us = 0;
  friend constexpr bool operator==(const BfdPacket&, const BfdPacket&) noexcept = default;
};

/// Why a frame is discarded: each is counted by its name. The first is no fault: the frame is not for us.
enum class BfdError : std::uint8_t {
  not_bfd,        // another EtherType, protocol or port, or of a VLAN
  bad_ip_header,  // another version, or sizes that contradict each other
  cut,            // shorter than the IP header says
  ip_checksum,
  fragment,
  ttl,         // not 255: it may have come from afar (RFC 5881 5)
  udp_length,  // of the header; not what is there
  udp_checksum,
  too_short,  // less than 24 octets behind the UDP header
  bad_version,
  bad_length,  // below 24 (26 with authentication), or more than there is
  no_multiplier,
  multipoint,
  no_my_discriminator,
  no_your_discriminator,  // while the sender is neither Down nor AdminDown
  authenticated,          // no authentication is in use
};
inline constexpr std::size_t kBfdErrors = 16;
[[nodiscard]] std::string_view name_of(BfdError error) noexcept;

/// Reads what stands behind the UDP header, in the order of 6.8.6.
[[nodiscard]] std::expected<BfdPacket, BfdError> parse_bfd_packet(
    std::span<const std::byte> payload) noexcept;
/// Precondition: there is room for kBfdPacketSize octets.
void emit_bfd_packet(const BfdPacket& packet, std::span<std::byte> payload) noexcept;

}  // namespace lagoon::wire
