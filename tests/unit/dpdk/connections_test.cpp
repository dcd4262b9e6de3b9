#include "dpdk/engine/connections.hpp"

#include "support/catch.hpp"

namespace connections_test {

using namespace lagoon;
using namespace lagoon::dpdk;

namespace {

config::Config config_with(std::vector<std::string> ports, std::vector<std::string> lags,
                           std::vector<config::Forward> forward) {
  config::Config c;
  for (auto& name : ports) c.ports.push_back({.name = name, .source = config::WirePort{name}});
  for (auto& name : lags) {
    config::Lag lag;
    lag.name = name;
    c.lags.push_back(lag);
  }
  c.forward = std::move(forward);
  return c;
}

using Workers = std::vector<std::size_t>;

}  // namespace

TEST_CASE("A forward becomes a connection, and what is in none stands alone", "[dpdk][connections]") {
  const auto made = connections_of(config_with({"lan0"}, {"lag0", "lag1"}, {{"lan0", "lag1"}}));
  REQUIRE(made.has_value());
  REQUIRE(made->size() == 2);
  CHECK((*made)[0].a == Endpoint{.is_lag = false, .index = 0});
  CHECK((*made)[0].b == Endpoint{.is_lag = true, .index = 1});
  CHECK((*made)[1].a == Endpoint{.is_lag = true, .index = 0});
  CHECK_FALSE((*made)[1].b.has_value());
}

TEST_CASE("Each connection has a worker, also when there are more connections than workers",
          "[dpdk][connections]") {
  std::vector<Connection> connections(5);
  const std::vector<std::size_t> queues(5, 1);
  assign_workers(connections, queues, 2);
  const std::vector<Workers> expected{{0}, {1}, {0}, {1}, {0}};
  for (std::size_t i = 0; i < 5; ++i) CHECK(connections[i].workers == expected[i]);
}

TEST_CASE("Workers to spare help where the ports have queues for them", "[dpdk][connections]") {
  std::vector<Connection> connections(2);
  const std::vector<std::size_t> queues{1, 4};
  assign_workers(connections, queues, 6);
  CHECK(connections[0].workers == Workers{0});
  CHECK(connections[1].workers == Workers{1, 3, 5});
}

}  // namespace connections_test
