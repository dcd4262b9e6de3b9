// MetricsEndpoint: answers Prometheus over HTTP with what the Engine says at that moment. Nothing is kept,
// and nothing is asked between scrapes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "config/model.hpp"
#include "console/socket/control_socket.hpp"
#include "dpdk/engine/engine.hpp"
#include "lagoond/metrics/families.hpp"
#include "lagoond/metrics/http_server.hpp"

namespace lagoon::lagoond {

class MetricsEndpoint {
 public:
  /// Listens, in a thread of its own that inherits the caller's CPUs and blocked signals. Errors: system (the
  /// address is taken, or not of this machine).
  [[nodiscard]] static Result<std::unique_ptr<MetricsEndpoint>> listen(const config::ListenAddress& address);
  /// The same on a socket that listens already, and was another process's.
  [[nodiscard]] static Result<std::unique_ptr<MetricsEndpoint>> inherit(console::Descriptor listener);
  /// Waits for a scrape that is under way, at most some two seconds.
  ~MetricsEndpoint() = default;
  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

  /// Its owner's.
  [[nodiscard]] int listener() const noexcept { return server_->listener(); }
  /// From now on /metrics answers. `engine` outlives this object.
  void serve(dpdk::Engine& engine, std::function<std::optional<JournalCounts>()> journal,
             std::function<std::optional<ClusterStatus>()> cluster);

 private:
  explicit MetricsEndpoint(std::unique_ptr<HttpServer> server) : server_{std::move(server)} {}
  std::unique_ptr<HttpServer> server_;
};

}  // namespace lagoon::lagoond
