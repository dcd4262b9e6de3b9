// One link goes silent, or loses its carrier, beside one that does not: how soon nothing more is sent on it,
// and how soon and how cleanly it comes back. Against our own kind and against the habits of two others.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/network.hpp"
#include "support/catch.hpp"

namespace silence_test {

using namespace lagoon;
using namespace lagoon::sim;

namespace {

enum class Silence : std::uint8_t { towards_us, towards_partner, both_ways, carrier };

struct Case {
  std::string_view partner;
  Silence silence;
  Duration phase;  // of the silence against the periodic LACPDUs
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const std::string_view partner : {"lagoon", "linux", "ovs"})
    for (const Silence silence :
         {Silence::towards_us, Silence::towards_partner, Silence::both_ways, Silence::carrier})
      for (Duration phase{}; phase < 1s; phase += 90ms) all.push_back({partner, silence, phase});
  return all;
}

std::unique_ptr<Station> partner(std::string_view kind, Instant now) {
  if (kind == "lagoon")
    return std::make_unique<LagoonStation>(LagoonSettings{"B", {.system = kSystemB}, ports(2)}, now, false);
  return std::make_unique<ReferencePartner>(
      PartnerSettings{.name = "B",
                      .system = kSystemB,
                      .habits = kind == "linux" ? Habits::linux_bonding : Habits::open_vswitch},
      now);
}

// Ours is station 0, link 0 is the one that suffers.
struct Scene {
  Simulator simulator{1};
  LagoonStation& ours;
  Station& theirs;

  explicit Scene(std::string_view kind)
      : ours{simulator.add(std::make_unique<LagoonStation>(
            LagoonSettings{"A", {.system = kSystemA}, ports(2)}, simulator.now()))},
        theirs{simulator.add(partner(kind, simulator.now()))} {
    simulator.connect_all(0, 1, 2);
    simulator.set_all_carriers(true);
  }
  [[nodiscard]] bool all_carry() const {
    return ours.collecting() == 3 && ours.distributing() == 3 && theirs.collecting() == 3 &&
           theirs.distributing() == 3;
  }
  void silence(Silence kind, bool on) {
    switch (kind) {
      case Silence::towards_us:
        return simulator.blackhole_towards(0, 0, on);
      case Silence::towards_partner:
        return simulator.blackhole_towards(0, 1, on);
      case Silence::both_ways:
        return simulator.blackhole(0, on);
      case Silence::carrier:
        return simulator.set_carrier(0, !on);
    }
  }
};

Duration bound(Silence kind) {
  switch (kind) {
    case Silence::towards_us:
    case Silence::both_ways:
      return 3001ms;  // Short_Timeout_Time
    case Silence::towards_partner:
      return 3200ms;  // the same at the far end, a tick, and the way back
    case Silence::carrier:
      return 0ms;
  }
  return {};
}

}  // namespace

TEST_CASE("A silent link is left in time, and no other; healed, it carries within 5 s and without loss",
          "[sim][silence]") {
  for (const Case& c : cases()) {
    CAPTURE(c.partner, static_cast<int>(c.silence), to_ms(c.phase));
    Scene scene{c.partner};
    Simulator& simulator = scene.simulator;
    REQUIRE(simulator.run_until([&] { return scene.all_carry(); }, 5s));
    simulator.run_for(3s + c.phase);
    simulator.after_each_step([&] {
      if (!contains(scene.ours.distributing(), 1)) throw InvariantViolated{"the other link suffers, too"};
    });
    scene.silence(c.silence, true);
    REQUIRE(simulator.run_until([&] { return !contains(scene.ours.distributing(), 0); }, bound(c.silence)));

    simulator.run_for(
        12s);  // the partner has given up, and speaks once in 30 s if it is one of the two others
    REQUIRE_FALSE(contains(scene.ours.distributing(), 0));
    scene.silence(c.silence, false);
    simulator.after_each_step([&] {
      if ((scene.ours.distributing() & ~scene.theirs.collecting()) != 0)
        throw InvariantViolated{"we send where the partner does not collect"};
    });
    REQUIRE(simulator.run_until([&] { return scene.all_carry(); }, 5s));
    simulator.run_for(60s);
    REQUIRE(scene.all_carry());
  }
}

TEST_CASE("At the slow rate a silent link is left after 90 s", "[sim][silence]") {
  Pair pair{1, {.rate = lacp::Rate::slow}, {.rate = lacp::Rate::slow}, 2};
  pair.simulator.set_all_carriers(true);
  REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(3); }, 5s));
  pair.simulator.blackhole(0, true);
  pair.simulator.run_for(57s);
  CHECK(pair.both_carry(3));
  CHECK(pair.simulator.run_until([&] { return pair.both_carry(2); }, 34s));
}

// 1. Two ends lose each other on a link that is half dead, and one end restarts its machines.
// 2. The other still says Collecting, in answer to what we were before.
// 3. Who believes that sends into the dark, for as long as the answer takes.
TEST_CASE("Collecting that was said to our former self is not believed", "[sim][silence]") {
  Pair pair{1, {}, {}, 2};
  pair.simulator.set_all_carriers(true);
  REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(3); }, 5s));
  pair.simulator.run_for(2s);
  for (const std::size_t side : {0UZ, 1UZ}) pair.simulator.link(0).towards(side).delay = 400ms;
  pair.simulator.set_carrier(0, false);
  pair.simulator.after_each_step([&] {
    if ((pair.a.distributing() & ~pair.b.collecting()) != 0 ||
        (pair.b.distributing() & ~pair.a.collecting()) != 0)
      throw InvariantViolated{"one end distributes where the other does not collect"};
  });
  pair.simulator.run_for(100ms);
  pair.simulator.set_carrier(0, true);
  REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(3); }, 8s));
}

}  // namespace silence_test
