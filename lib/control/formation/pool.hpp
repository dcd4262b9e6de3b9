// What is known of LAGs that find their members by themselves, and of the ports among which they do: what the
// FormationKeeper decides by. Views of Lags: good until their next input.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/mac_address.hpp"
#include "lldp/neighbor_table.hpp"
#include "options/formation_options.hpp"

namespace lagoon::control {

/// The Partner's part of a LAG ID (802.1AX-2014 6.3.6): ports that have it alike may aggregate.
struct PartnerId {
  std::uint16_t priority = 0;
  MacAddress system{};
  std::uint16_t key = 0;
  friend constexpr auto operator<=>(const PartnerId&, const PartnerId&) noexcept = default;
};

/// A port of an automatic LAG: a member, or a candidate, on which LACP runs and which carries nothing.
struct PoolPort {
  std::string_view name{};
  std::size_t lag = 0;  // that has it open
  MemberIndex member{};
  bool candidate = false;
  std::optional<PartnerId> joined{};  // a member: with whom it was taken
  bool withdrawn = false;             // by the operator, or LACP holds it out
  LinkState link{};
  bool looped = false;                 // our own LACPDUs come back
  std::optional<PartnerId> partner{};  // LACP hears it now
  bool aggregates = false;             // and it may aggregate
  std::span<const lldp::Neighbor> neighbors{};
};

struct PoolLag {
  std::string_view name{};
  MacAddress system{};  // ours
  bool automatic = false;
  FormationOptions options{};
  bool unequal_speed = false;
  std::span<const std::string> from{};  // names of ports that it may have
  std::optional<PartnerId> partner{};   // of a LAG whose members are listed: who is there
};

}  // namespace lagoon::control
