#include "dpdk/engine/connections.hpp"

#include <algorithm>
#include <utility>

#include "config/plan/plan.hpp"

namespace lagoon::dpdk {

namespace {

std::optional<Endpoint> find(const config::Config& config, const std::string& name) {
  for (std::size_t i = 0; i < config.ports.size(); ++i)
    if (config.ports[i].name == name) return Endpoint{.is_lag = false, .index = i};
  for (std::size_t i = 0; i < config.lags.size(); ++i)
    if (config.lags[i].name == name) return Endpoint{.is_lag = true, .index = i};
  return std::nullopt;
}

}  // namespace

Result<std::vector<Connection>> connections_of(const config::Config& config) {
  std::vector<Connection> all;
  for (const config::Component& component : config::components_of(config)) {
    Connection connection;
    for (std::size_t i = 0; i < component.endpoints.size(); ++i) {
      const auto end = find(config, component.endpoints[i]);
      if (!end) return fail(Errc::no_such_thing, "no port or LAG '" + component.endpoints[i] + "'");
      if (i == 0)
        connection.a = *end;
      else
        connection.b = *end;
    }
    all.push_back(std::move(connection));
  }
  return all;
}

void assign_workers(std::span<Connection> connections, std::span<const std::size_t> queues,
                    std::size_t workers) {
  for (std::size_t w = 0; w < std::max(workers, connections.size()); ++w) {
    const std::size_t c = w % connections.size();
    if (connections[c].workers.empty() || connections[c].workers.size() < queues[c])
      connections[c].workers.push_back(w % workers);
  }
}

}  // namespace lagoon::dpdk
