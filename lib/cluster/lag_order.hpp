// LagOrder: what a box is to do with one LAG.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

/// Why a LAG is what it is at this box.
enum class Why : std::uint8_t {
  starting,       // nothing is known yet
  lease,          // holds the key
  promise,        // the peer stands by
  other_carries,  // the other box does
  nobody,         // nobody does, and we may not, or cannot
  unfit,          // no member, or no uplink
  wanted,         // an operator wants the other to carry
  preferred,      // the other is preferred, and fit again
  not_taken,      // the Partner has taken the other box
  unused,         // a claim that cannot be used while a promise stands
  leaving,        // this box leaves
  over,           // the lease is over, and others are heard
  alone,          // neither etcd nor the peer is heard
  identity,       // what etcd says of the LAG differs
  name,           // another box has our name
  independent,
};
[[nodiscard]] std::string_view name_of(Role role) noexcept;
[[nodiscard]] std::string_view name_of(Why why) noexcept;

struct LagOrder {
  Role role = Role::standby;
  Why why = Why::starting;
  SystemId id{};
  bool sync = false;      // SYNC in LACPDUs
  bool forwards = false;  // whether there is a table to forward by
  /// Of that table: nothing is forwarded from then on, by the box's own monotonic clock. Nothing: no end.
  std::optional<Instant> valid_until{};
  Revision epoch{};  // of the claim; 0: by none
  /// Counts changes of id, sync, forwards, and of whether there is an end; from 1 on.
  std::uint64_t generation = 0;
};

}  // namespace lagoon::cluster
