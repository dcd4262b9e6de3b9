// How an Engine is, in sentences: each part adds its own.
#include "dpdk/engine/engine.hpp"

namespace lagoon::dpdk {

control::Health Engine::health(const Result<std::vector<control::LagStatus>>& lags) const {
  control::Health health;
  if (lags)
    health.push_back({control::Severity::good, "control", "answers"});
  else
    health.push_back({control::Severity::failure, "control", lags.error().detail});
  if (lags)
    for (const control::LagStatus& lag : *lags) control::add_health(health, lag);
  return health;
}

}  // namespace lagoon::dpdk
