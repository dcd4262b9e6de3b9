// Lldpdu: what a frame of the Link Layer Discovery Protocol says (IEEE 802.1AB-2016 clause 8), and its octets
// behind the Ethernet header. What is not looked at is skipped, as 8.6 has it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/fixed_vector.hpp"
#include "wire/lldp/lldp.hpp"

namespace lagoon::wire {

/// 255 octets of information is what 8.5 allows each of these.
inline constexpr std::size_t kLldpValueMax = 255;
using LldpValue = FixedVector<std::byte, kLldpValueMax>;

/// A Chassis ID or a Port ID: what the octets mean depends on the subtype (Tables 8-2 and 8-3).
struct LldpId {
  std::uint8_t subtype = 0;
  LldpValue value{};
  friend bool operator==(const LldpId&, const LldpId&) noexcept = default;
};
inline constexpr std::uint8_t kChassisMacAddress = 4, kChassisNetworkAddress = 5;
inline constexpr std::uint8_t kPortMacAddress = 3, kPortNetworkAddress = 4, kPortInterfaceName = 5;

/// 8.5.8. Bits as in Table 8-4.
struct LldpCapabilities {
  std::uint16_t supported = 0;
  std::uint16_t enabled = 0;
  friend bool operator==(const LldpCapabilities&, const LldpCapabilities&) noexcept = default;
};
inline constexpr std::uint16_t kLldpBridge = 1U << 2, kLldpRouter = 1U << 4, kLldpStation = 1U << 7;

/// 8.5.9: the family as IANA numbers them (1: IPv4, 2: IPv6), and the address.
struct LldpManagementAddress {
  std::uint8_t family = 0;
  FixedVector<std::byte, 31> address{};
  std::uint32_t interface_number = 0;
  friend bool operator==(const LldpManagementAddress&, const LldpManagementAddress&) noexcept = default;
};

/// Of the Link Aggregation TLV: IEEE 802.1AX's (00-80-C2, subtype 7), and the same fields in
/// IEEE 802.3 (00-12-0F, subtype 3), which is what lldpd reads.
struct LldpAggregation {
  bool capable = false;
  bool aggregated = false;
  std::uint32_t port = 0;  // the aggregated port's number; 0: none
  friend bool operator==(const LldpAggregation&, const LldpAggregation&) noexcept = default;
};

/// A TLV of our own: who hears it is a Lagoon, too. Under an identifier that is locally administered, since
/// we have none of the IEEE's.
struct LldpLagoon {
  std::uint8_t version = 1;  // of this TLV
  bool bfd = false;          // micro-BFD is wanted on this link
  std::uint8_t node = 0;     // of a cluster; 0: none
  friend bool operator==(const LldpLagoon&, const LldpLagoon&) noexcept = default;
};
inline constexpr std::array<std::uint8_t, 3> kLagoonIdentifier{0x02, 0x4c, 0x47};

struct Lldpdu {
  LldpId chassis{};
  LldpId port{};
  std::uint16_t ttl_s = 0;  // 0: the sender goes
  std::optional<LldpValue> port_description{};
  std::optional<LldpValue> system_name{};
  std::optional<LldpValue> system_description{};
  std::optional<LldpCapabilities> capabilities{};
  std::optional<LldpManagementAddress> management{};  // the first that is told
  std::optional<LldpAggregation> aggregation{};       // 802.1AX's before 802.3's
  std::optional<std::uint16_t> frame_size{};          // the largest, octets (802.3)
  std::optional<std::uint16_t> vlan{};                // the port's (802.1Q); 0: it has none
  std::optional<LldpLagoon> lagoon{};
  friend bool operator==(const Lldpdu&, const Lldpdu&) noexcept = default;
};

/// Why a frame is discarded (clause 9, rxProcessFrame()): each is counted by its name.
enum class LldpError : std::uint8_t {
  too_short,          // the last TLV is not whole
  bad_order,          // Chassis ID, Port ID and TTL are not the first three, or come twice
  bad_length,         // a TLV of 8.5 is shorter or longer than it may be
  no_end_of_address,  // a management address that its TLV does not hold
};
[[nodiscard]] std::string_view name_of(LldpError error) noexcept;

/// Reads what stands behind the EtherType. Octets behind the End TLV, or behind the last whole one, are
/// padding.
[[nodiscard]] std::expected<Lldpdu, LldpError> parse_lldpdu(std::span<const std::byte> payload) noexcept;

/// Writes the LLDPDU from its first TLV on, with both aggregation TLVs where there is an aggregation, and
/// gives its size; 0: there is no room for it. 1500 octets are always enough.
[[nodiscard]] std::size_t emit_lldpdu(const Lldpdu& pdu, std::span<std::byte> payload) noexcept;

/// For people: a MAC address, an IP address, or text in which what can't be printed is '?'.
[[nodiscard]] std::string text_of_chassis(const LldpId& id);
[[nodiscard]] std::string text_of_port(const LldpId& id);
[[nodiscard]] std::string text_of(const LldpValue& value);
/// Empty: of a family that is not known here.
[[nodiscard]] std::string text_of_address(const LldpManagementAddress& address);
/// Cut to what a TLV takes.
[[nodiscard]] LldpValue lldp_value(std::string_view text) noexcept;

}  // namespace lagoon::wire
