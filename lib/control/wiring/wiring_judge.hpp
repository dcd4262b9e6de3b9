// judge_wiring(): what is wrong with cables, from what both protocols say of the other ends: LLDP has the
// names, LACP the Systems and the keys. Neither alone is enough. A System on two chassis is the other end's
// MC-LAG; a switch that tells a chassis for each port (Open vSwitch) is one System.
//
// A pure function of all LAGs of a process, since a cable that is wrong in one LAG may belong to another.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "control/wiring/wiring_fault.hpp"
#include "lldp/neighbor_table.hpp"
#include "lldp/options.hpp"

namespace lagoon::control {

struct LacpPartner {
  MacAddress system{};
  std::uint16_t key = 0;
};

/// What is known of the other end of a member's cable.
struct FarEnd {
  MemberIndex member{};
  std::string_view name{};  // the member's
  bool up = false;          // there is a link
  bool in_use = false;      // the LAG sends on it
  std::span<const lldp::Neighbor> neighbors{};
  std::optional<LacpPartner> partner{};  // LACP hears it now
  Instant silent_since{};                // without a partner: when the link came up, or it was heard last
  const lldp::ExpectedNeighbor* expected = nullptr;
};

struct LagWiring {
  std::string_view lag{};
  MacAddress system{};  // our own Chassis ID
  bool lacp = false;
  bool one_system =
      true;  // its members are to lead to one System (all modes but those with an active member)
  std::vector<FarEnd> ends{};
};

using Miswirings = std::vector<Miswiring>;

/// LACP speaks after so long, if it does at all: two fast starts of LLDP.
inline constexpr Duration kLacpPatience = 8s;
/// LLDP does: two intervals.
inline constexpr Duration kLldpPatience = 65s;

/// For each LAG what is wrong, in the order of its members.
[[nodiscard]] std::vector<Miswirings> judge_wiring(std::span<const LagWiring> lags, Instant now);

}  // namespace lagoon::control
