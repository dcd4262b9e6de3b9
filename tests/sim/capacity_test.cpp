// More links than are wanted, and fewer than are needed; and the end of a System.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "simulator/network.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace capacity_test {

using namespace lagoon;
using namespace lagoon::sim;

namespace {

std::vector<lacp::PortConfig> with_random_priorities(test::Prng& prng, std::size_t count) {
  std::vector<lacp::PortConfig> all = ports(count);
  for (lacp::PortConfig& port : all) port.port_priority = static_cast<std::uint16_t>(prng.below(5));
  return all;
}

// The members with the best Port IDs.
std::uint32_t best(const std::vector<lacp::PortConfig>& with, std::size_t count) {
  std::vector<std::size_t> order(with.size());
  std::iota(order.begin(), order.end(), 0UZ);
  std::ranges::sort(order, {},
                    [&](std::size_t i) { return std::pair{with[i].port_priority, with[i].port_number}; });
  std::uint32_t set = 0;
  for (std::size_t i = 0; i < count; ++i) set |= std::uint32_t{1} << order[i];
  return set;
}

}  // namespace

TEST_CASE("Both ends agree on the ports that the Master prefers", "[sim][capacity]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    test::Prng prng{seed};
    const std::size_t links = prng.between(2, 8);
    const std::size_t wanted = prng.between(1, links);
    const std::vector<lacp::PortConfig> a_ports = with_random_priorities(prng, links);
    const std::vector<lacp::PortConfig> b_ports = with_random_priorities(prng, links);
    const bool a_is_master = prng.chance(0.5);
    // Both ends have the limit, or one of them.
    const auto limit = [&](std::uint64_t who) {
      return static_cast<std::uint8_t>(who == 0 ? links : wanted);
    };
    const std::uint64_t limited = prng.between(1, 3);
    const lacp::AggregatorConfig a{.system_priority = static_cast<std::uint16_t>(a_is_master ? 1 : 2),
                                   .system = kSystemA,
                                   .max_links = limit(limited & 1)};
    const lacp::AggregatorConfig b{.system_priority = static_cast<std::uint16_t>(a_is_master ? 2 : 1),
                                   .system = kSystemB,
                                   .max_links = limit(limited & 2)};
    Pair pair{seed, a, a_ports, b, b_ports, false};
    const std::uint32_t expected = best(a_is_master ? a_ports : b_ports, wanted);
    CAPTURE(seed, links, wanted, a_is_master, limited, expected);
    // The links come up one after the other, in any order.
    for (std::size_t i = 0; i < links; ++i)
      pair.simulator.schedule(Duration{static_cast<std::int64_t>(prng.below(3'000'000'000))},
                              [&pair, i] { pair.simulator.set_carrier(i, true); });
    pair.simulator.run_for(3s);
    const bool agreed = pair.simulator.run_until([&] { return pair.both_carry(expected); }, 6s);
    CAPTURE(pair.a.distributing(), pair.b.distributing());
    REQUIRE(agreed);
    pair.simulator.run_for(20s);
    REQUIRE(pair.both_carry(expected));
  }
}

TEST_CASE("A STANDBY link takes over at once when a better one is lost, and steps back for it",
          "[sim][capacity]") {
  Pair pair{1, {.max_links = 2}, {.max_links = 2}, 3};
  pair.simulator.set_all_carriers(true);
  REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(0b011); }, 4s));
  CHECK(pair.a.port(2).selected == lacp::Selected::standby);
  CHECK(pair.a.port(2).mux == lacp::MuxState::waiting);
  pair.simulator.run_for(10s);
  // It waited already: no Aggregate_Wait_Time, only the words to be exchanged, and the Partner's to come
  // true.
  const Duration takeover = pair.a.aggregator().config().partner_settle + 10ms;
  pair.simulator.set_carrier(0, false);
  REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(0b110); }, takeover));
  pair.simulator.run_for(10s);

  bool interrupted = false;
  pair.simulator.after_each_step(
      [&] { interrupted |= pair.a.distributing() == 0 || pair.b.distributing() == 0; });
  pair.simulator.set_carrier(0, true);
  REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(0b011); }, 4s));
  CHECK_FALSE(interrupted);
}

TEST_CASE("Below min-links the LAG goes down, and comes up again at the second threshold",
          "[sim][capacity]") {
  Pair pair{1, {.min_links = 2, .min_links_up = 3}, {}, 4};
  const auto after = [&](std::size_t link, bool up) {
    pair.simulator.set_carrier(link, up);
    pair.simulator.run_for(5s);
    return pair.a.distributing();
  };
  CHECK(after(0, true) == 0);
  CHECK(after(1, true) == 0);
  CHECK(after(2, true) == 0b0111);
  CHECK(after(3, true) == 0b1111);
  CHECK(after(3, false) == 0b0111);
  CHECK(after(2, false) == 0b0011);
  CHECK(after(1, false) == 0);
  CHECK(pair.a.collecting() == 0b0001);
  CHECK(after(1, true) == 0);
  CHECK(pair.a.collecting() == 0b0011);
  CHECK(after(2, true) == 0b0111);
}

TEST_CASE("A System that shuts down tells its Partner, who leaves without waiting for a timeout",
          "[sim][shutdown]") {
  for (const lacp::Rate rate : {lacp::Rate::fast, lacp::Rate::slow}) {
    Pair pair{1, {.rate = rate}, {.rate = rate}, 4};
    pair.simulator.set_all_carriers(true);
    REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(0xf); }, 4s));
    pair.simulator.run_for(10s);
    pair.a.aggregator().shut_down(pair.simulator.now());
    pair.simulator.settle();
    CHECK(pair.a.aggregator().told());
    CHECK(pair.a.distributing() == 0);
    CHECK(pair.simulator.run_until([&] { return pair.b.distributing() == 0 && pair.b.collecting() == 0; },
                                   1ms));
    const std::uint64_t sent = pair.simulator.frames_sent(0);
    pair.simulator.run_for(100s);
    CHECK(pair.simulator.frames_sent(0) == sent);
  }
}

TEST_CASE("The last word of a System that shuts down waits for the limit of three in a second",
          "[sim][shutdown]") {
  Pair pair{1, {}, {}, 2};
  pair.simulator.set_all_carriers(true);
  REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(3); }, 4s));
  pair.a.aggregator().shut_down(pair.simulator.now());
  pair.simulator.settle();
  CHECK(pair.simulator.run_until([&] { return pair.a.aggregator().told(); }, 1100ms));
  CHECK(pair.simulator.run_until([&] { return pair.b.collecting() == 0; }, 1ms));
}

}  // namespace capacity_test
