// Flows: rte_flow rules that the program gave the port: each stands on every member. Kept, so that members
// that come later, and all of them after a stop, get them too.
//
// Thread: one at a time.
#pragma once

#include <rte_flow.h>

#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "sdk.hpp"

/// What the program has as a handle: a rule of the LAG's port.
struct rte_flow {
  struct OnMember {
    std::uint16_t port;
    rte_flow* rule;
  };
  std::vector<std::byte> text{};  // the rule's copy: an rte_flow_conv_rule and what it points to
  std::vector<OnMember> members{};
};

namespace lagoon::pmd {

class Flows {
 public:
  /// On every member, or on none. Gives null and `error` where a member refuses.
  rte_flow* create(std::span<const std::uint16_t> members, const rte_flow_conv_rule& rule,
                   rte_flow_error* error);
  int destroy(rte_flow* flow, rte_flow_error* error);
  int flush(rte_flow_error* error);
  /// Of the first member that has it.
  int query(rte_flow* flow, const rte_flow_action* action, void* data, rte_flow_error* error);
  /// All rules to a member that is new.
  void give(std::uint16_t member);
  /// A member is leaving or stopping: its rules are taken away, ours stay.
  void take_back(std::uint16_t member);

 private:
  std::list<rte_flow> flows_;
};

[[nodiscard]] const rte_flow_ops& flow_operations() noexcept;

}  // namespace lagoon::pmd
