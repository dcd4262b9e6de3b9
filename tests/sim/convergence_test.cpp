// Two Systems, perfect links: how soon all of them carry.
#include <cstddef>

#include "simulator/network.hpp"
#include "support/catch.hpp"

namespace convergence_test {

using namespace lagoon;
using namespace lagoon::sim;
using lacp::Activity;
using lacp::MuxControl;
using lacp::Rate;

namespace {

// Aggregate_Wait_Time, and at worst one second in which the limit of three LACPDUs holds back what must be
// said.
constexpr Duration kBound = 3100ms;

struct Combination {
  Activity activity;
  Rate rate;
  MuxControl mux;
};

std::vector<Combination> combinations() {
  std::vector<Combination> all;
  for (const Activity activity : {Activity::active, Activity::passive})
    for (const Rate rate : {Rate::fast, Rate::slow})
      for (const MuxControl mux : {MuxControl::independent, MuxControl::coupled})
        all.push_back({activity, rate, mux});
  return all;
}

lacp::AggregatorConfig config(const Combination& c) {
  return {.activity = c.activity, .rate = c.rate, .mux = c.mux};
}

std::string text(const Combination& c) {
  return std::string{c.activity == Activity::active ? "active" : "passive"} +
         (c.rate == Rate::fast ? " fast" : " slow") +
         (c.mux == MuxControl::coupled ? " coupled" : " independent");
}

// With independent control at both ends nothing is ever sent to an end that does not take it.
void require_no_loss_at_bring_up(const Pair& pair) {
  if ((pair.a.distributing() & ~pair.b.collecting()) != 0 ||
      (pair.b.distributing() & ~pair.a.collecting()) != 0)
    throw InvariantViolated{"one end distributes where the other does not collect"};
}

}  // namespace

TEST_CASE("Two Systems converge within 3.1 s on 1 to 8 links, whatever their settings", "[sim]") {
  Duration slowest{};
  for (const Combination& a : combinations()) {
    for (const Combination& b : combinations()) {
      if (a.activity == Activity::passive && b.activity == Activity::passive) continue;
      for (std::size_t links = 1; links <= 8; ++links) {
        CAPTURE(text(a), text(b), links);
        Pair pair{links, config(a), config(b), links, links == 4};
        if (a.mux == MuxControl::independent && b.mux == MuxControl::independent)
          pair.simulator.after_each_step([&] { require_no_loss_at_bring_up(pair); });
        pair.simulator.set_all_carriers(true);
        const Instant start = pair.simulator.now();
        const bool converged =
            pair.simulator.run_until([&] { return pair.both_carry(first_members(links)); }, kBound);
        slowest = std::max(slowest, pair.simulator.now() - start);
        REQUIRE(converged);
        pair.simulator.run_for(35s);  // beyond a slow period
        REQUIRE(pair.both_carry(first_members(links)));
      }
    }
  }
  UNSCOPED_INFO("slowest: " << to_ms(slowest) << " ms");
  CHECK(slowest < kBound);
}

TEST_CASE("What has converged stays so, at any mix of rates", "[sim]") {
  for (const Rate a : {Rate::fast, Rate::slow}) {
    for (const Rate b : {Rate::fast, Rate::slow}) {
      Pair pair{1, {.rate = a}, {.rate = b}, 3};
      pair.simulator.set_all_carriers(true);
      REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(7); }, kBound));
      pair.simulator.after_each_step([&] {
        if (!pair.both_carry(7)) throw InvariantViolated{"a link was left for no reason"};
      });
      pair.simulator.run_for(1000s);
    }
  }
}

TEST_CASE("Two passive Systems never say a word", "[sim]") {
  const lacp::AggregatorConfig passive{.activity = Activity::passive};
  Pair pair{1, passive, passive, 3};
  pair.simulator.set_all_carriers(true);
  pair.simulator.run_for(300s);
  CHECK(pair.simulator.frames_sent(0) == 0);
  CHECK(pair.simulator.frames_sent(1) == 0);
  CHECK(pair.both_carry(0));
}

TEST_CASE("Both ends write the same LAG ID", "[sim]") {
  Pair pair{1, {}, {}, 4};
  pair.simulator.set_all_carriers(true);
  REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(0xf); }, kBound));
  CHECK(pair.a.aggregator().lag_id() == pair.b.aggregator().lag_id());
  CHECK(pair.a.aggregator().lag_id().first.system == kSystemA);
}

}  // namespace convergence_test
