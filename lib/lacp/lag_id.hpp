// LAG ID (6.3.6): which links may be one LAG, and whose port numbers decide among them.
#pragma once

#include <compare>
#include <cstdint>

#include "lacp/port_view.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::lacp {

/// System ID: the lower one is the Master.
struct SystemId {
  std::uint16_t priority = 0;
  MacAddress mac{};
  friend constexpr auto operator<=>(const SystemId&, const SystemId&) noexcept = default;
};

/// Port ID: the lower one is the better port.
struct PortId {
  std::uint16_t priority = 0;
  std::uint16_t number = 0;
  friend constexpr auto operator<=>(const PortId&, const PortId&) noexcept = default;
};

[[nodiscard]] constexpr SystemId system_id(const wire::LacpInfo& info) noexcept {
  return {.priority = info.system_priority, .mac = info.system};
}
[[nodiscard]] constexpr PortId port_id(const wire::LacpInfo& info) noexcept {
  return {.priority = info.port_priority, .number = info.port_number};
}

/// A link is Individual when either end does not aggregate (6.3.6.2): its LAG ID then has the Port IDs in it.
[[nodiscard]] constexpr bool is_individual(const wire::LacpInfo& actor,
                                           const wire::LacpInfo& partner) noexcept {
  return !PortState{actor.state}.has(StateBit::aggregation) ||
         !PortState{partner.state}.has(StateBit::aggregation);
}

[[nodiscard]] constexpr LagIdEnd lag_id_end(const wire::LacpInfo& info, bool individual) noexcept {
  return {.system_priority = info.system_priority,
          .system = info.system,
          .key = info.key,
          .port_priority = individual ? info.port_priority : std::uint16_t{0},
          .port_number = individual ? info.port_number : std::uint16_t{0}};
}

[[nodiscard]] constexpr LagId make_lag_id(const wire::LacpInfo& actor,
                                          const wire::LacpInfo& partner) noexcept {
  const bool individual = is_individual(actor, partner);
  const LagIdEnd ours = lag_id_end(actor, individual);
  const LagIdEnd theirs = lag_id_end(partner, individual);
  return system_id(partner) < system_id(actor) ? LagId{.first = theirs, .second = ours}
                                               : LagId{.first = ours, .second = theirs};
}

[[nodiscard]] constexpr bool in_sync(const wire::LacpInfo& end) noexcept {
  return PortState{end.state}.has(StateBit::synchronization);
}

}  // namespace lagoon::lacp
