// Share: what a LAG knows of the other box that has it too, and of its uplinks. Thread: as the LAG.
#pragma once

#include <optional>
#include <string>

#include "control/shared/share_order.hpp"
#include "lacp/unselected_reason.hpp"

namespace lagoon::control {

struct Share {
  std::optional<ShareOrder> order{};  // nothing: the LAG is this box's alone
  bool uplinks_up = true;             // one is, or none is asked for

  /// Why no member is to be in sync. Whether uplinks are a reason where two boxes have the LAG is theirs to
  /// say.
  [[nodiscard]] lacp::UnselectedReason held_back() const noexcept {
    if (order) return order->sync ? lacp::UnselectedReason::none : lacp::UnselectedReason::stands_by;
    return uplinks_up ? lacp::UnselectedReason::none : lacp::UnselectedReason::no_uplink;
  }
  [[nodiscard]] bool forwards() const noexcept { return !order || order->forwards; }
};

}  // namespace lagoon::control
