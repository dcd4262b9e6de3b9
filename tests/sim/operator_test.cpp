// An operator who drains, disables and changes at random, under random faults: the outcome is that of a fresh
// start with what was set last.
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "simulator/fault_schedule.hpp"
#include "simulator/network.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace operator_test {

using namespace lagoon;
using namespace lagoon::sim;

namespace {

constexpr std::uint64_t kSeeds = 100;
constexpr std::size_t kOrders = 60;  // for each seed

// What the operator wants of one end.
struct Wish {
  lacp::AggregatorConfig lacp{};
  std::vector<lacp::PortConfig> ports;
  std::uint32_t drained = 0;
  std::uint32_t disabled = 0;
};

struct Carried {
  std::uint32_t collecting = 0;
  std::uint32_t distributing = 0;
};

MemberIndex at(std::size_t port) {
  return MemberIndex{static_cast<std::uint8_t>(port)};
}

void give_random_order(Wish& wish, lacp::Aggregator& aggregator, test::Prng& prng, Instant now) {
  const std::size_t port = prng.below(wish.ports.size());
  const std::uint32_t bit = std::uint32_t{1} << port;
  switch (prng.below(8)) {
    case 0:
    case 1:
      wish.drained = prng.chance(0.25) ? wish.drained | bit : wish.drained & ~bit;
      return aggregator.set_drained(at(port), contains(wish.drained, port), now);
    case 2:
    case 3:
      wish.disabled = prng.chance(0.25) ? wish.disabled | bit : wish.disabled & ~bit;
      return aggregator.set_enabled(at(port), !contains(wish.disabled, port), now);
    case 4:
      wish.ports[port].port_priority = static_cast<std::uint16_t>(prng.below(4));
      return aggregator.change_port(at(port), wish.ports[port], now);
    case 5:
      wish.lacp.mux = prng.chance(0.5) ? lacp::MuxControl::coupled : lacp::MuxControl::independent;
      wish.lacp.key = static_cast<std::uint16_t>(prng.between(1, 2));
      break;
    case 6:
      wish.lacp.min_links = static_cast<std::uint8_t>(prng.between(1, 2));
      wish.lacp.max_links = static_cast<std::uint8_t>(prng.between(1, 8));
      break;
    default:
      wish.lacp.rate = prng.chance(0.5) ? lacp::Rate::fast : lacp::Rate::slow;
      wish.lacp.aggregate_wait = prng.between(0, 2) * 1s;
      wish.lacp.system_priority = static_cast<std::uint16_t>(prng.between(1, 2));
      break;
  }
  aggregator.change(wish.lacp, now);
}

std::array<Carried, 2> outcome(Pair& pair) {
  return {{{pair.a.collecting(), pair.a.distributing()}, {pair.b.collecting(), pair.b.distributing()}}};
}

std::array<Carried, 2> fresh_start(std::uint64_t seed, const std::array<Wish, 2>& wishes) {
  Pair pair{seed, wishes[0].lacp, wishes[0].ports, wishes[1].lacp, wishes[1].ports};
  for (std::size_t end : {0U, 1U}) {
    lacp::Aggregator& aggregator = (end == 0 ? pair.a : pair.b).aggregator();
    for (std::size_t port = 0; port < wishes[end].ports.size(); ++port) {
      aggregator.set_drained(at(port), contains(wishes[end].drained, port), pair.simulator.now());
      aggregator.set_enabled(at(port), !contains(wishes[end].disabled, port), pair.simulator.now());
    }
  }
  pair.simulator.settle();
  pair.simulator.set_all_carriers(true);
  pair.simulator.run_for(150s);
  return outcome(pair);
}

}  // namespace

TEST_CASE("Whatever the operator did, the LAG is in the end as it would be after a fresh start",
          "[sim][operator]") {
  const auto replayed = test::seed_from_environment();
  std::size_t distribute = 0;
  for (std::uint64_t seed = replayed.value_or(1); seed <= replayed.value_or(kSeeds); ++seed) {
    CAPTURE(seed);
    test::Prng prng{seed};
    const std::size_t links = prng.between(1, 5);
    std::array<Wish, 2> wishes;
    for (Wish& wish : wishes) wish.ports = ports(links);
    wishes[0].lacp.system = kSystemA;
    wishes[1].lacp.system = kSystemB;
    Pair pair{seed, wishes[0].lacp, wishes[0].ports, wishes[1].lacp, wishes[1].ports, seed % 4 == 0};
    pair.simulator.set_all_carriers(true);
    if (seed % 2 == 0) schedule_faults(pair.simulator, {.duration = 60s, .faults = 2 * links});
    for (std::size_t i = 0; i < kOrders; ++i) {
      pair.simulator.run_for(prng.between(0, 2000) * 1ms);
      const std::size_t end = prng.below(2);
      give_random_order(wishes[end], (end == 0 ? pair.a : pair.b).aggregator(), prng, pair.simulator.now());
      pair.simulator.settle();
    }
    pair.simulator.run_for(60s);
    stop_faults(pair.simulator);
    pair.simulator.run_for(150s);
    const auto expected = fresh_start(seed, wishes);
    const auto carried = outcome(pair);
    distribute += carried[0].distributing != 0 ? 1 : 0;
    for (std::size_t end : {0U, 1U}) {
      CAPTURE(end, links, wishes[end].drained, wishes[end].disabled, int{wishes[end].lacp.max_links});
      CHECK(carried[end].collecting == expected[end].collecting);
      CHECK(carried[end].distributing == expected[end].distributing);
      CHECK((carried[end].distributing & (wishes[end].drained | wishes[end].disabled)) == 0);
    }
  }
  CHECK((replayed || distribute > kSeeds / 3));
}

}  // namespace operator_test
