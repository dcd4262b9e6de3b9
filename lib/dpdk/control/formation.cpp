#include "dpdk/control/formation.hpp"

#include <algorithm>

namespace lagoon::dpdk {

namespace {

// Between two looks. A member whose Partner changes does not wait for one.
constexpr Duration kFormationInterval = 50ms;

}  // namespace

void Formation::turn(std::span<const std::unique_ptr<LagRuntime>> lags, Instant now) {
  if (now < next_) return;
  next_ = now + kFormationInterval;
  const auto is_automatic = [](const auto& lag) { return lag->lag->options().automatic; };
  if (std::ranges::none_of(lags, is_automatic)) return;
  std::vector<control::PoolLag> pools;
  std::vector<control::PoolPort> ports;
  for (std::size_t i = 0; i < lags.size(); ++i) {
    pools.push_back(control::candidates_of(*lags[i]->lag, i, ports));
    pools.back().from = lags[i]->candidates;
  }
  const auto verdicts = keeper_.judge(pools, ports, now);
  for (std::size_t i = 0; i < ports.size(); ++i)
    control::formed(*lags[ports[i].lag]->lag, ports[i].member, verdicts[i], now);
  if (!keeper_.moves().empty()) wake_();
}

}  // namespace lagoon::dpdk
