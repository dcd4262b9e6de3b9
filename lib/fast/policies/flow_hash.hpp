// A conversation stays on the member of its bucket, and its frames stay in order. A LAG with one distributing
// member is not hashed at all.
#pragma once

#include <cstddef>
#include <span>

#include "fast/burst_hash.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/distributor_state.hpp"
#include "fast/scatter.hpp"
#include "fast/send.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

struct FlowHash {
  template <Packet P, MemberTx<P> Tx>
  [[nodiscard]] static std::size_t distribute(const table::PortTable& table, std::span<P*> burst, Tx& tx,
                                              DistributorState&, LagCounters& counters) noexcept {
    if (const auto only = detail::only_member(table))
      return detail::send_counted<P>(*only, burst, tx, counters);
    BurstFolds folds;
    fold_burst<P>(table.hash, burst, folds);
    Scattered<P> scattered;
    scatter<P>(table, burst, folds, scattered);
    return detail::send_scattered<P>(table.distributing, burst, scattered, tx, counters, [](std::size_t) {});
  }
};

}  // namespace lagoon::fast
