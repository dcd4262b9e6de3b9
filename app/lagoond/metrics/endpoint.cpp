#include "lagoond/metrics/endpoint.hpp"

#include <prometheus/text_serializer.h>

#include <chrono>
#include <utility>

#include "base/version.hpp"
#include "lagoond/output/output.hpp"

namespace lagoon::lagoond {

namespace {

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::listen(const config::ListenAddress& address) {
  auto server = HttpServer::listen(address);
  if (!server) return std::unexpected{std::move(server).error()};
  return std::unique_ptr<MetricsEndpoint>{new MetricsEndpoint{*std::move(server)}};
}

Result<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::inherit(console::Descriptor listener) {
  auto server = HttpServer::serve_on(listener.release());
  if (!server) return std::unexpected{std::move(server).error()};
  return std::unique_ptr<MetricsEndpoint>{new MetricsEndpoint{*std::move(server)}};
}

void MetricsEndpoint::serve(dpdk::Engine& engine, std::function<std::optional<JournalCounts>()> journal,
                            std::function<std::optional<ClusterStatus>()> cluster) {
  server_->serve("/metrics", [this, &engine, journal = std::move(journal), cluster = std::move(cluster)] {
    Snapshot snapshot{.journal = journal(),
                      .cluster = cluster(),
                      .version = kVersion,
                      .taken_s = unix_time(),
                      .lost_output_lines = Output::lost_lines(),
                      .closed_connections = server_->closed_early()};
    auto lags = engine.status_of_all();
    auto ports = lags ? engine.access_ports() : Result<std::vector<dpdk::PortStatus>>{};
    snapshot.health = engine.health(lags);
    if (snapshot.cluster) add_health(snapshot.health, *snapshot.cluster);
    if (lags && ports) {
      snapshot.answered = true;
      snapshot.lags = *std::move(lags);
      snapshot.ports = *std::move(ports);
      snapshot.mempools = dpdk::mempools();
    }
    return prometheus::TextSerializer{}.Serialize(families_of(snapshot));
  });
}

}  // namespace lagoon::lagoond
