// MetricsEndpoint: answers Prometheus over HTTP with what the Engine says at that moment. Nothing is kept,
// and nothing is asked between scrapes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "config/model.hpp"
#include "dpdk/engine/engine.hpp"
#include "lagoond/metrics/families.hpp"

namespace prometheus {
class Exposer;
}

namespace lagoon::lagoond {

class MetricsEndpoint {
 public:
  /// Listens, in threads of its own that inherit the caller's CPUs and blocked signals. Errors: system (the
  /// address is taken, or not of this machine).
  [[nodiscard]] static Result<std::unique_ptr<MetricsEndpoint>> listen(const config::ListenAddress& address);
  /// Waits for a scrape that is under way, at most some two seconds.
  ~MetricsEndpoint();
  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

  /// From now on /metrics answers. `engine` outlives this object.
  void serve(dpdk::Engine& engine, std::function<std::optional<JournalCounts>()> journal);

 private:
  class Source;
  explicit MetricsEndpoint(std::unique_ptr<prometheus::Exposer> exposer);
  std::shared_ptr<Source> source_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace lagoon::lagoond
