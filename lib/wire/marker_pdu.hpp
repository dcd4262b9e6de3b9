// MarkerPdu: the value of a Marker PDU (802.1AX-2014 6.5.3), and its octets behind the Ethernet header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "base/mac_address.hpp"
#include "wire/slow_frame_error.hpp"

namespace lagoon::wire {

enum class MarkerKind : std::uint8_t { information = 1, response = 2 };

struct MarkerPdu {
  std::uint8_t version = 1;
  MarkerKind kind = MarkerKind::information;
  std::uint16_t requester_port = 0;
  MacAddress requester_system{};
  std::uint32_t transaction = 0;
  friend constexpr bool operator==(const MarkerPdu&, const MarkerPdu&) noexcept = default;
};

/// Reads what stands behind the EtherType, from the subtype on.
[[nodiscard]] std::expected<MarkerPdu, SlowFrameError> parse_marker_pdu(
    std::span<const std::byte> payload) noexcept;

/// Writes 110 octets from the subtype on. Precondition: payload.size() == 110.
void emit_marker_pdu(const MarkerPdu& pdu, std::span<std::byte> payload) noexcept;

}  // namespace lagoon::wire
