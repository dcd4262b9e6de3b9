// Multicast group membership: what IGMP (v1, v2, v3) and MLD (v1, v2) reports say, and reports to send again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/fixed_vector.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::wire {

struct GroupReport {
  IpAddress group{};
  bool leaves = false;  // a leave, done, or "to include nothing" record
  friend constexpr bool operator==(const GroupReport&, const GroupReport&) noexcept = default;
};

/// What one report frame holds.
struct MembershipReport {
  MacAddress source{};
  IpAddress sender{};
  std::optional<std::uint16_t> vlan_tci{};
  FixedVector<GroupReport, 64> groups{};  // of a report with more, the first ones
};

/// Nothing where the frame is not an intact report, leave or done. Reads only inside `frame`.
[[nodiscard]] std::optional<MembershipReport> parse_membership(std::span<const std::byte> frame) noexcept;
/// A report that makes queriers and snooping switches send the group to where it comes from: IGMPv2 (with the
/// Router Alert option, to the group) or MLDv1 (with the hop-by-hop Router Alert).
[[nodiscard]] ControlFrame emit_membership(const MacAddress& source, const IpAddress& sender,
                                           const IpAddress& group,
                                           std::optional<std::uint16_t> vlan_tci) noexcept;

}  // namespace lagoon::wire
