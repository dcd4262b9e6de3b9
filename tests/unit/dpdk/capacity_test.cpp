#include "dpdk/engine/capacity.hpp"

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
