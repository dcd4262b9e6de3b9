#include "dpdk/engine/capacity.hpp"

#include <rte_config.h>

#include "support/catch.hpp"

namespace lagoon::dpdk::capacity_test {
namespace {

config::Config with(std::size_t members, std::size_t lags = 1, std::size_t workers = 1) {
  config::Config config;
  config.eal.lcores.resize(1 + workers);
  for (std::size_t i = 0; i < lags; ++i) config.lags.emplace_back();
  for (std::size_t i = 0; i < members; ++i)
    config.lags[i % lags].members.push_back(
        {.name = "m" + std::to_string(i), .source = config::DevicePort{"net_null" + std::to_string(i)}});
  return config;
}

TEST_CASE("More ports than DPDK was built for are told of with both numbers", "[dpdk][capacity]") {
  CHECK(check_port_count(with(RTE_MAX_ETHPORTS)).has_value());
  config::Config config = with(RTE_MAX_ETHPORTS);
  config.ports.push_back({.name = "p", .source = config::TapPort{"t"}});
  const auto done = check_port_count(config);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == Errc::no_resources);
  CHECK(done.error().detail == "there are " + std::to_string(RTE_MAX_ETHPORTS + 1) +
                                   " ports and members; this DPDK was built for at most " +
                                   std::to_string(RTE_MAX_ETHPORTS) + " (RTE_MAX_ETHPORTS)");
}

TEST_CASE("Memory follows ports, LAGs and workers, and is never less than 256 MB", "[dpdk][capacity]") {
  CHECK(memory_needed_mb(with(2)) == 256);
  const std::uint32_t many = memory_needed_mb(with(32));
  // (32 ports, 4 that may come, and what waits for one LAG and worker: 4096 mbufs each, of a page of 4 kB)
  CHECK(many > 37 * 16);
  CHECK(many < 37 * 16 + 150);
  CHECK(memory_needed_mb(with(32, 4)) > many);
  CHECK(memory_needed_mb(with(32, 4, 3)) > memory_needed_mb(with(32, 4)));
}

}  // namespace
}  // namespace lagoon::dpdk::capacity_test
