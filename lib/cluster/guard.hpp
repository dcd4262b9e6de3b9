// The guard: how much earlier than promised one's own claim ends, for clocks that run at other rates and for
// what stands between a compare and the burst behind it (docs/cluster.md, the rule, 4).
#pragma once

#include "base/time.hpp"

namespace lagoon::cluster {

[[nodiscard]] constexpr Duration guard_of(Duration period) noexcept {
  return period / 10 + 50ms;
}
/// For how long a claim of `period` holds, counted from when it was asked for.
[[nodiscard]] constexpr Duration usable(Duration period) noexcept {
  return period - guard_of(period);
}

}  // namespace lagoon::cluster
