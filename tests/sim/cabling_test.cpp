// Cables in other sockets than intended: two Partners, loops, moved ends, anything.
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "simulator/fault_schedule.hpp"
#include "simulator/network.hpp"
#include "support/catch.hpp"

namespace cabling_test {

using namespace lagoon;
using namespace lagoon::sim;
using lacp::SelectPolicy;
using lacp::UnselectedReason;

namespace {

Endpoint end(std::size_t station, std::size_t port) {
  return {station, MemberIndex{static_cast<std::uint8_t>(port)}};
}

// Ports 0 and 1 of A lead to B, ports 2 and 3 to C.
struct Split {
  Simulator simulator;
  LagoonStation& a;
  LagoonStation& b;
  LagoonStation& c;

  Split(std::uint64_t seed, lacp::AggregatorConfig config)
      : simulator{seed},
        a{add("A", config, kSystemA, 4)},
        b{add("B", {}, kSystemB, 2)},
        c{add("C", {}, kSystemC, 2)} {
    for (std::size_t i = 0; i < 2; ++i) {
      simulator.connect(end(0, i), end(1, i));
      simulator.connect(end(0, 2 + i), end(2, i));
    }
    simulator.set_all_carriers(true);
  }
  [[nodiscard]] bool only_b() const { return carries(3, 3, 0); }
  [[nodiscard]] bool only_c() const { return carries(0xc, 0, 3); }

 private:
  LagoonStation& add(const char* name, lacp::AggregatorConfig config, const MacAddress& system,
                     std::size_t count) {
    config.system = system;
    return simulator.add(std::make_unique<LagoonStation>(LagoonSettings{name, config, ports(count)},
                                                         simulator.now(), simulator.seed() == 1));
  }
  [[nodiscard]] bool carries(std::uint32_t at_a, std::uint32_t at_b, std::uint32_t at_c) const {
    return a.distributing() == at_a && b.distributing() == at_b && c.distributing() == at_c &&
           a.collecting() == at_a && b.collecting() == at_b && c.collecting() == at_c;
  }
};

}  // namespace

TEST_CASE("Of two Partners on one LAG one is taken, whole; the other takes over when it is gone",
          "[sim][cabling]") {
  Split split{1, {}};
  REQUIRE(split.simulator.run_until([&] { return split.only_b(); }, 4s));
  CHECK(split.a.port(2).reason == UnselectedReason::other_lag_id);
  CHECK(split.a.port(3).reason == UnselectedReason::other_lag_id);
  split.simulator.run_for(200s);
  CHECK(split.only_b());

  split.simulator.set_carrier(0, false);
  split.simulator.set_carrier(2, false);
  REQUIRE(split.simulator.run_until([&] { return split.only_c(); }, 4s));
  split.simulator.set_carrier(0, true);
  split.simulator.set_carrier(2, true);
  split.simulator.run_for(100s);
  CHECK(split.only_c());  // stable: what carries goes on
}

TEST_CASE("With port-priority the better Partner gets the LAG back", "[sim][cabling]") {
  Split split{1, {.select = SelectPolicy::port_priority}};
  REQUIRE(split.simulator.run_until([&] { return split.only_b(); }, 4s));
  split.simulator.set_carrier(0, false);
  split.simulator.set_carrier(2, false);
  REQUIRE(split.simulator.run_until([&] { return split.only_c(); }, 4s));
  split.simulator.set_carrier(0, true);
  split.simulator.set_carrier(2, true);
  CHECK(split.simulator.run_until([&] { return split.only_b(); }, 5s));
}

TEST_CASE("With count one link of the worse group lost is enough", "[sim][cabling]") {
  Split split{1, {.select = SelectPolicy::count}};
  REQUIRE(split.simulator.run_until([&] { return split.only_b(); }, 4s));
  split.simulator.set_carrier(0, false);
  CHECK(split.simulator.run_until([&] { return split.only_c(); }, 4s));
}

TEST_CASE("Two Partners never share the LAG, whatever happens to the links", "[sim][cabling][faults]") {
  for (const SelectPolicy policy :
       {SelectPolicy::stable, SelectPolicy::bandwidth, SelectPolicy::count, SelectPolicy::port_priority}) {
    for (std::uint64_t seed = 100; seed < 120; ++seed) {
      CAPTURE(seed, static_cast<int>(policy));
      Split split{seed, {.select = policy}};
      schedule_faults(split.simulator, {.duration = 30s, .faults = 16});
      split.simulator.run_for(30s);
      stop_faults(split.simulator);
      REQUIRE(split.simulator.run_until([&] { return split.only_b() || split.only_c(); }, 10s));
      split.simulator.run_for(10s);
      REQUIRE((split.only_b() || split.only_c()));
    }
  }
}

namespace {

// Four Systems of four ports, every socket cabled to some other by chance; loops among them.
Simulator& cable_at_random(Simulator& simulator, std::vector<LagoonStation*>& stations) {
  constexpr std::size_t kStations = 4;
  constexpr std::size_t kPorts = 4;
  std::vector<Endpoint> sockets;
  for (std::size_t s = 0; s < kStations; ++s) {
    MacAddress system = std::vector{kSystemA, kSystemB, kSystemC, MacAddress{{2, 0x55, 0xaa, 0, 0, 0x10}}}[s];
    stations.push_back(&simulator.add(std::make_unique<LagoonStation>(
        LagoonSettings{"S" + std::to_string(s), {.system = system}, ports(kPorts)}, simulator.now(), false)));
    for (std::size_t p = 0; p < kPorts; ++p) sockets.push_back(end(s, p));
  }
  for (std::size_t i = sockets.size() - 1; i > 0; --i)
    std::swap(sockets[i], sockets[simulator.prng().below(i + 1)]);
  for (std::size_t i = 0; i < sockets.size(); i += 2) simulator.connect(sockets[i], sockets[i + 1]);
  simulator.set_all_carriers(true);
  return simulator;
}

}  // namespace

TEST_CASE("However Systems are cabled, both ends of each link come to agree", "[sim][cabling][faults]") {
  for (std::uint64_t seed = 200; seed < 280; ++seed) {
    CAPTURE(seed);
    Simulator simulator{seed};
    std::vector<LagoonStation*> stations;
    cable_at_random(simulator, stations);
    const auto carries = [&](Endpoint e) {
      return contains(stations[e.station]->distributing(), e.port.value());
    };
    schedule_faults(simulator, {.duration = 20s, .faults = 20});
    simulator.run_for(20s);
    stop_faults(simulator);
    simulator.run_for(10s);
    for (std::size_t i = 0; i < simulator.link_count(); ++i) {
      const Endpoint a = simulator.link(i).end(0);
      const Endpoint b = simulator.link(i).end(1);
      CAPTURE(i, a.station, b.station);
      REQUIRE(carries(a) == carries(b));
      if (a.station == b.station) REQUIRE_FALSE(carries(a));
    }
  }
}

TEST_CASE("A port that hears itself carries nothing", "[sim][cabling]") {
  Simulator simulator{1};
  LagoonStation& a = simulator.add(
      std::make_unique<LagoonStation>(LagoonSettings{"A", {.system = kSystemA}, ports(3)}, simulator.now()));
  simulator.connect(end(0, 0), end(0, 0));
  simulator.connect(end(0, 1), end(0, 2));
  simulator.set_all_carriers(true);
  simulator.run_for(120s);
  CHECK(a.collecting() == 0);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(a.port(i).reason == UnselectedReason::looped);
    CHECK(a.port(i).counters.looped > 10);
  }
}

// Linux distributes for ever on a link that becomes a loop after it was up.
TEST_CASE("A link that becomes a loop is left with the first LACPDU that comes back", "[sim][cabling]") {
  Pair pair{1, {}, {}, 2};
  pair.simulator.set_all_carriers(true);
  REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(3); }, 4s));
  pair.simulator.plug(0, 1, end(0, 0));
  REQUIRE(pair.simulator.run_until([&] { return pair.a.distributing() == 2; }, 1001ms));
  CHECK(pair.a.collecting() == 2);
  CHECK(pair.a.port(0).reason == UnselectedReason::looped);
  pair.simulator.plug(0, 1, end(1, 0));
  CHECK(pair.simulator.run_until([&] { return pair.both_carry(3); }, 8s));
}

TEST_CASE("A link that is moved to another System behind our back is left with its first LACPDU",
          "[sim][cabling]") {
  Simulator simulator{1};
  LagoonStation& a = simulator.add(
      std::make_unique<LagoonStation>(LagoonSettings{"A", {.system = kSystemA}, ports(2)}, simulator.now()));
  LagoonStation& b = simulator.add(
      std::make_unique<LagoonStation>(LagoonSettings{"B", {.system = kSystemB}, ports(2)}, simulator.now()));
  simulator.add(
      std::make_unique<LagoonStation>(LagoonSettings{"C", {.system = kSystemC}, ports(1)}, simulator.now()));
  simulator.connect_all(0, 1, 2);
  const std::size_t spare = simulator.connect(end(2, 0), end(2, 0));
  simulator.set_all_carriers(true);
  REQUIRE(simulator.run_until([&] { return a.distributing() == 3 && b.distributing() == 3; }, 4s));
  simulator.plug(spare, 0, end(1, 0));
  simulator.plug(spare, 1, end(1, 0));
  simulator.plug(0, 1, end(2, 0));
  REQUIRE(simulator.run_until([&] { return a.distributing() == 2; }, 3001ms));
  simulator.run_for(20s);
  CHECK(a.distributing() == 2);
  CHECK(a.port(0).reason == UnselectedReason::other_lag_id);
  CHECK(a.port(0).partner.system == kSystemC);
}

}  // namespace cabling_test
