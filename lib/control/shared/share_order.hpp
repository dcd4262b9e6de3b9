// What a LAG that two boxes share is told, and what it tells (docs/cluster.md). Values between the LAG and
// whoever decides which box carries: lib/cluster, by dpdk/multichassis.
#pragma once

#include <cstdint>

#include "base/mac_address.hpp"
#include "table/validity.hpp"

namespace lagoon::control {

/// What the LAG is to be at this box.
struct ShareOrder {
  std::uint64_t generation = 0;       // counts orders
  std::uint16_t system_priority = 0;  // the System that the Partner is to see
  MacAddress system{};
  bool sync = false;                          // whether LACP may be in sync
  bool forwards = false;                      // whether there is a table to forward by
  const table::Validity* validity = nullptr;  // of that table; nothing: it has no end
  std::uint32_t authority = 0;                // counts times that it may forward anew
  friend bool operator==(const ShareOrder&, const ShareOrder&) = default;
};

/// What the LAG is worth at this box.
struct ShareFitness {
  std::uint8_t members_ready = 0;     // links that are up and whose Partner is heard
  std::uint8_t members_carrying = 0;  // that distribute, under the System in use
  bool uplinks = true;                // one is up at least, or none is asked for
  std::uint16_t partner_priority = 0;
  std::uint16_t partner_key = 0;
  MacAddress partner{};  // all zero: nobody is heard
  friend bool operator==(const ShareFitness&, const ShareFitness&) = default;
};

}  // namespace lagoon::control
