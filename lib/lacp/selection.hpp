// Selection Logic (6.4.14) as a pure function over all ports of one Aggregator: which group of ports with
// one LAG ID gets it, and which ports of that group carry the traffic.
//
// Both ends of a LAG order ports by the Master's Port IDs, so that they come to the same choice.
#pragma once

#include <array>
#include <optional>

#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "lacp/config.hpp"
#include "lacp/port_view.hpp"
#include "lacp/unselected_reason.hpp"
#include "wire/lacpdu.hpp"

namespace lagoon::lacp {

/// What the Selection Logic sees of one port.
struct SelectionPort {
  LinkState link{};
  bool has_partner = false;  // CURRENT, or EXPIRED with the Partner still recorded
  bool looped = false;
  UnselectedReason left_out = UnselectedReason::none;  // held_out, unserved, candidate
  bool named = false;                                  // the Partner takes this port for its Partner
  bool proven = false;   // and has, without a change of its identity, for Aggregate_Wait_Time
  bool settled = false;  // CURRENT and done waiting: could carry traffic at once
  bool returns = false;  // CURRENT and WAITING, with the Partner that it collected from last
  bool drained = false;
  bool distributes = false;  // and its frames arrive, as far as anybody knows
  // Of planned changes (swap.hpp).
  bool leaves = false;     // the operator takes it out, or gives it another Port ID
  bool carries = false;    // it distributes, or did until its conversations began to move off it
  bool awaited = false;    // it may be expected to distribute before long
  bool patient = false;    // it may go on for another one that is awaited
  bool moved = false;      // its conversations have moved off it
  bool pending = false;    // a LACPDU has to wait
  bool told = true;        // the Partner has had time to hear that it distributes
  Swap swap = Swap::none;  // as it is
  wire::LacpInfo actor{};
  wire::LacpInfo partner{};
};

using SelectionPorts = std::array<std::optional<SelectionPort>, kMembersMax>;

struct PortSelection {
  Selected selected = Selected::unselected;
  UnselectedReason reason = UnselectedReason::none;
  bool rests = false;  // SELECTED, but is not to distribute: drained, or its conversations move off it
  Swap swap = Swap::none;
  friend constexpr bool operator==(const PortSelection&, const PortSelection&) noexcept = default;
};

struct Selection {
  std::array<PortSelection, kMembersMax> ports{};
  std::optional<LagId> lag_id{};  // of the group that got the Aggregator
};

/// `rules.max_links`: 0 counts as 1. A port that leaves, or has no place any more, and carries goes when
/// those that are to distribute in its place do; a drained one that has a place rests then. `in_use`: the
/// group of which a port has attached to the Aggregator already, if there is one. SelectPolicy::stable stays
/// with it; the other policies weigh against it proven ports alone, so that nobody takes the LAG down who
/// does not even hear us.
[[nodiscard]] Selection select(const SelectionPorts& ports, const AggregatorConfig& rules,
                               const std::optional<LagId>& in_use) noexcept;

}  // namespace lagoon::lacp
