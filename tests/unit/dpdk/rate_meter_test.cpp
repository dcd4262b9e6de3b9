// rte_meter behind RateMeter, held to the numbers that the reference meter is held to, and to long-term
// rates.
#include "dpdk/snapshot/rate_meter.hpp"

#include <rte_eal.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/meter_cases.hpp"
#include "support/prng.hpp"
#include "support/reference_meter.hpp"

namespace rate_meter_test {

using namespace lagoon;

namespace {

void start_eal() {
  static const bool started = [] {
    static std::array<std::string, 10> args{"test", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",
                                            "-m",   "16",        "-l",          "0",        "--log-level=4"};
    static std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    return rte_eal_init(static_cast<int>(argv.size()), argv.data()) >= 0;
  }();
  REQUIRE(started);
}

qos::TrafficPolicy policy_with(const qos::RateLimit& limit) {
  auto policy = qos::TrafficPolicy::from({.classes = {{.name = "free"}, {.name = "limited", .rate = limit}}});
  REQUIRE(policy.has_value());
  return *std::move(policy);
}

TEST_CASE("rte_meter colours as RFC 2697 and RFC 2698 say", "[meter]") {
  start_eal();
  for (const test::MeterCase& one : test::meter_cases()) {
    const qos::TrafficPolicy policy = policy_with(one.limit);
    const Instant start = instant_from_ns(123'456);
    auto meter = dpdk::RateMeter::from(policy, start);
    REQUIRE(meter.has_value());
    for (std::size_t i = 0; i < one.steps.size(); ++i) {
      CAPTURE(one.name, i);
      CHECK(meter->colour(1, one.steps[i].octets, start + one.steps[i].at) == one.steps[i].colour);
    }
  }
}

TEST_CASE("At three times its rate a class keeps its rate, for days as well as for a second", "[meter]") {
  start_eal();
  const std::uint64_t megabits = GENERATE(1U, 100U, 10'000U);
  const bool two_rates = GENERATE(false, true);
  const Duration step = GENERATE(10us, 1s);
  CAPTURE(megabits, two_rates, step.count());
  qos::RateLimit limit{.cir = mbps(megabits)};
  const double octets_per_step = static_cast<double>(megabits) / 8000 * static_cast<double>(step.count());
  limit.cbs = 20'000 + static_cast<std::uint64_t>(octets_per_step);
  if (two_rates) limit.pir = mbps(2 * megabits);
  if (two_rates) limit.pbs = 2 * limit.cbs;
  const qos::TrafficPolicy policy = policy_with(limit);
  const Instant start = instant_from_ns(5);
  auto meter = dpdk::RateMeter::from(policy, start);
  REQUIRE(meter.has_value());
  const auto frame = static_cast<std::uint32_t>(std::max(1500.0, octets_per_step / 50));
  std::array<double, qos::kColours> octets{};
  double debt = 0;
  constexpr int kSteps = 200'000;  // 2 s, or more than two days
  for (int i = 1; i <= kSteps; ++i)
    for (debt += 3 * octets_per_step; debt >= frame; debt -= frame)
      octets[static_cast<std::size_t>(meter->colour(1, frame, start + i * step))] += frame;
  const double expected = octets_per_step * kSteps + static_cast<double>(limit.cbs);
  CHECK(std::abs(octets[0] / expected - 1) < 0.01);  // rte_meter rounds a period to whole cycles
  if (two_rates) CHECK(std::abs(octets[1] / expected - 1) < 0.03);
  if (!two_rates) CHECK(octets[1] == 0);
}

}  // namespace

}  // namespace rate_meter_test
