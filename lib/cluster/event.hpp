// Event: what an operator is to read of the domain.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace lagoon::cluster {

enum class EventKind : std::uint8_t {
  role,               // of a LAG at this box
  coordination_lost,  // etcd does not answer
  coordination_back,
  denied,  // etcd does not let us in
  peer_lost,
  peer_back,
  name_taken,      // another box has our name
  peer_ambiguous,  // two boxes have the peer's name, or it has restarted
  peer_foreign,    // who sends from the peer's address says another name or domain
  identity_differs,
  miswired,      // the boxes' members lead to two Partners
  back_in_time,  // etcd shows an older state than it did
};
[[nodiscard]] std::string_view name_of(EventKind kind) noexcept;

struct Event {
  Instant at{};
  EventKind kind{};
  std::string lag{};       // empty: the box's
  std::string sentence{};  // who carries and why; what is wrong and what to do
};

}  // namespace lagoon::cluster
