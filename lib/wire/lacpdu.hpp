// Lacpdu: the value of a LACPDU (802.1AX-2014 6.4.2), and its octets behind the Ethernet header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "base/mac_address.hpp"
#include "wire/slow_frame_error.hpp"

namespace lagoon::wire {

/// What the Actor Information and the Partner Information TLV carry: a port as one end sees it.
struct LacpInfo {
  std::uint16_t system_priority = 0;
  MacAddress system{};
  std::uint16_t key = 0;
  std::uint16_t port_priority = 0;
  std::uint16_t port_number = 0;
  std::uint8_t state = 0;  // the bits are lacp::PortState
  friend constexpr bool operator==(const LacpInfo&, const LacpInfo&) noexcept = default;
};

/// The version octet of LACPDUs that carry SONiC's retry counts (docs/lacp.md). It is in no standard.
inline constexpr std::uint8_t kRetryCountVersion = 0xf1;

/// How many periods in which it is not heard an end wants the other to bear: the sender of itself, and what
/// it knows of who is sent to. Any octets.
struct RetryCounts {
  std::uint8_t actor = 3;
  std::uint8_t partner = 3;
  friend constexpr bool operator==(const RetryCounts&, const RetryCounts&) noexcept = default;
};

struct Lacpdu {
  std::uint8_t version = 1;
  LacpInfo actor{};
  LacpInfo partner{};
  std::uint16_t collector_max_delay = 0;  // tens of microseconds
  std::optional<RetryCounts> retry{};     // nothing, unless the version is kRetryCountVersion
  friend constexpr bool operator==(const Lacpdu&, const Lacpdu&) noexcept = default;
};

/// Reads what stands behind the EtherType, from the subtype on. As 802.1AX-2014 6.4.12 wants, neither the
/// version, nor TLV types, nor reserved octets are looked at; lengths are, since positions follow from them.
/// Of kRetryCountVersion the two TLVs of the retry counts are; without them it is taken as any version.
[[nodiscard]] std::expected<Lacpdu, SlowFrameError> parse_lacpdu(std::span<const std::byte> payload) noexcept;

/// Writes 110 octets from the subtype on. Precondition: payload.size() == 110.
void emit_lacpdu(const Lacpdu& pdu, std::span<std::byte> payload) noexcept;

}  // namespace lagoon::wire
