// Connections: which worker serves which cross-connect, by which queues. A pure function; no DPDK in it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/model.hpp"

namespace lagoon::dpdk {

/// A port or a LAG, by position in the configuration.
struct Endpoint {
  bool is_lag = false;
  std::size_t index = 0;
  friend constexpr bool operator==(const Endpoint&, const Endpoint&) noexcept = default;
};

/// A config::Component by position. A LAG that nothing is joined with stands alone: its LACP goes on.
struct Connection {
  Endpoint a;
  std::optional<Endpoint> b{};
  std::vector<std::size_t> workers{};  // the i-th of them uses queue i of every port
};

/// Errors: no_such_thing; a Config that was validated gives none.
[[nodiscard]] Result<std::vector<Connection>> connections_of(const config::Config& config);

/// Deals out workers: every connection has at least one; where there are more workers than connections, those
/// get several whose ports have the queues (queues[i]: how many workers connection i can take).
void assign_workers(std::span<Connection> connections, std::span<const std::size_t> queues,
                    std::size_t workers);

}  // namespace lagoon::dpdk
