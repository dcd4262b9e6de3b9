// A process that was killed, and the next one that goes on from what it knew: the Partner must not notice.
// Against our own kind and against the habits of two others, at both rates.
#include <memory>
#include <string_view>

#include "simulator/network.hpp"
#include "support/catch.hpp"

namespace restart_test {

using namespace lagoon;
using namespace lagoon::sim;

namespace {

std::unique_ptr<Station> partner(std::string_view kind, lacp::Rate rate, Instant now) {
  if (kind == "lagoon")
    return std::make_unique<LagoonStation>(LagoonSettings{"B", {.system = kSystemB, .rate = rate}, ports(2)},
                                           now, false);
  return std::make_unique<ReferencePartner>(
      PartnerSettings{.name = "B",
                      .system = kSystemB,
                      .habits = kind == "linux" ? Habits::linux_bonding : Habits::open_vswitch,
                      .fast = rate == lacp::Rate::fast},
      now);
}

// Ours is station 0.
struct Scene {
  Simulator simulator{1};
  LagoonStation& ours;
  Station& theirs;

  Scene(std::string_view kind, lacp::Rate rate)
      : ours{simulator.add(std::make_unique<LagoonStation>(
            LagoonSettings{"A", {.system = kSystemA, .rate = rate}, ports(2)}, simulator.now()))},
        theirs{simulator.add(partner(kind, rate, simulator.now()))} {
    simulator.connect_all(0, 1, 2);
    simulator.set_all_carriers(true);
  }
  [[nodiscard]] bool all_carry() const {
    return ours.collecting() == 3 && ours.distributing() == 3 && theirs.collecting() == 3 &&
           theirs.distributing() == 3;
  }
  void stay_dead(Duration outage) {
    ours.crash();
    simulator.run_for(outage);
  }
};

constexpr std::string_view kPartners[] = {"lagoon", "linux", "ovs"};
constexpr lacp::Rate kRates[] = {lacp::Rate::fast, lacp::Rate::slow};

}  // namespace

TEST_CASE("A Partner does not notice a process that is killed and starts again within 1.4 s",
          "[sim][restart]") {
  for (const std::string_view kind : kPartners)
    for (const lacp::Rate rate : kRates)
      for (Duration phase{}; phase < 1s; phase += 130ms)
        for (const Duration outage : {10ms, 700ms, 1400ms}) {
          CAPTURE(kind, static_cast<int>(rate), to_ms(phase), to_ms(outage));
          Scene scene{kind, rate};
          REQUIRE(scene.simulator.run_until([&] { return scene.all_carry(); }, 65s));
          scene.simulator.run_for(3s + phase);
          scene.simulator.after_each_step([&] {
            if (scene.theirs.collecting() != 3 || scene.theirs.distributing() != 3)
              throw InvariantViolated{"the Partner noticed"};
          });
          scene.stay_dead(outage);
          REQUIRE(scene.ours.start_again(scene.simulator.now()));
          CHECK(scene.ours.distributing() == 3);  // with the first turn
          scene.simulator.settle();
          scene.simulator.run_for(200s);
          CHECK(scene.all_carry());
        }
}

TEST_CASE("After a longer absence, or a link that was lost meanwhile, LACP begins afresh and comes up",
          "[sim][restart]") {
  for (const std::string_view kind : kPartners)
    for (const bool cable : {false, true}) {
      CAPTURE(kind, cable);
      Scene scene{kind, lacp::Rate::fast};
      REQUIRE(scene.simulator.run_until([&] { return scene.all_carry(); }, 5s));
      scene.simulator.run_for(3s);
      if (cable) scene.simulator.schedule(500ms, [&] { scene.simulator.set_carrier(0, false); });
      scene.stay_dead(cable ? 1s : 3s);
      CHECK_FALSE(scene.ours.start_again(scene.simulator.now()));
      scene.simulator.settle();
      CHECK(scene.ours.distributing() == (cable ? 2U : 0U));
      scene.simulator.set_all_carriers(true);
      CHECK(scene.simulator.run_until([&] { return scene.all_carry(); }, 8s));
    }
}

}  // namespace restart_test
