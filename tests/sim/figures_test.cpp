// The two examples of selection, figures 5 and 6: ports P1 to P3 of the Master have key 401; at the Slave P1
// and P3 have key 12945 and P2 has key 401, so P2's LAG ID is another. Both ends are real.
#include <memory>

#include "simulator/network.hpp"
#include "support/catch.hpp"

namespace figures_test {

using namespace lagoon;
using namespace lagoon::sim;
using lacp::UnselectedReason;

namespace {

constexpr std::size_t kP1 = 0;
constexpr std::size_t kP2 = 1;
constexpr std::size_t kP3 = 2;

constexpr std::uint32_t set_of(std::initializer_list<std::size_t> members) {
  std::uint32_t set = 0;
  for (const std::size_t member : members) set |= std::uint32_t{1} << member;
  return set;
}

// The Slave is one System with two Aggregators, so two stations of one System ID.
struct Figure {
  Simulator simulator{1};
  LagoonStation& master;
  LagoonStation& slave10;  // P1 and P3
  LagoonStation& slave5;   // P2

  explicit Figure(lacp::SelectPolicy select, std::uint16_t p2_priority)
      : master{add("Master", {.system_priority = 0x7fff, .system = kSystemA, .key = 401, .select = select},
                   master_ports(p2_priority))},
        slave10{
            add("Slave/10", {.system = kSystemB, .key = 12945}, {{.port_number = 1}, {.port_number = 3}})},
        slave5{add("Slave/5", {.system = kSystemB, .key = 401}, {{.port_number = 2}})} {
    simulator.connect({0, MemberIndex{kP1}}, {1, MemberIndex{0}});
    simulator.connect({0, MemberIndex{kP2}}, {2, MemberIndex{0}});
    simulator.connect({0, MemberIndex{kP3}}, {1, MemberIndex{1}});
    simulator.set_all_carriers(true);
  }
  [[nodiscard]] bool carries(std::uint32_t at_master, std::uint32_t at_slave10,
                             std::uint32_t at_slave5) const {
    return master.distributing() == at_master && slave10.distributing() == at_slave10 &&
           slave5.distributing() == at_slave5 && master.collecting() == at_master &&
           slave10.collecting() == at_slave10 && slave5.collecting() == at_slave5;
  }
  [[nodiscard]] bool as_in_figure_5() const { return carries(set_of({kP1, kP3}), 3, 0); }
  [[nodiscard]] bool as_in_figure_6() const { return carries(set_of({kP2}), 0, 1); }

 private:
  static std::vector<lacp::PortConfig> master_ports(std::uint16_t p2_priority) {
    std::vector<lacp::PortConfig> all = ports(3);
    all[kP2].port_priority = p2_priority;
    return all;
  }
  LagoonStation& add(const char* name, const lacp::AggregatorConfig& config,
                     std::vector<lacp::PortConfig> with) {
    return simulator.add(
        std::make_unique<LagoonStation>(LagoonSettings{name, config, std::move(with)}, simulator.now()));
  }
};

}  // namespace

TEST_CASE("Figure 5: P1 and P3 aggregate, P2 with another LAG ID stays UNSELECTED, at both ends",
          "[sim][figures]") {
  for (const lacp::SelectPolicy select : {lacp::SelectPolicy::stable, lacp::SelectPolicy::port_priority}) {
    Figure figure{select, 32768};
    REQUIRE(figure.simulator.run_until([&] { return figure.as_in_figure_5(); }, 4s));
    figure.simulator.run_for(100s);
    REQUIRE(figure.as_in_figure_5());
    CHECK(figure.master.port(kP2).selected == lacp::Selected::unselected);
    CHECK(figure.master.port(kP2).reason == UnselectedReason::other_lag_id);
    CHECK(figure.master.port(kP1).lag_id == figure.master.port(kP3).lag_id);
    CHECK(figure.master.port(kP1).lag_id.first.key == 401);
    CHECK(figure.master.port(kP1).lag_id.second.key == 12945);
    CHECK(figure.master.port(kP2).lag_id.second.key == 401);
    CHECK(figure.slave10.aggregator().lag_id() == figure.master.aggregator().lag_id());
  }
}

TEST_CASE("Figure 6: P2 with priority 0 gets the Aggregator, P1 and P3 are UNSELECTED, at both ends",
          "[sim][figures]") {
  for (const lacp::SelectPolicy select : {lacp::SelectPolicy::stable, lacp::SelectPolicy::port_priority}) {
    Figure figure{select, 0};
    REQUIRE(figure.simulator.run_until([&] { return figure.as_in_figure_6(); }, 4s));
    figure.simulator.run_for(100s);
    REQUIRE(figure.as_in_figure_6());
    CHECK(figure.master.port(kP1).reason == UnselectedReason::other_lag_id);
    CHECK(figure.master.port(kP3).reason == UnselectedReason::other_lag_id);
    CHECK(figure.slave5.aggregator().lag_id() == figure.master.aggregator().lag_id());
  }
}

TEST_CASE("From figure 5 to figure 6 and back, by P2's priority", "[sim][figures]") {
  Figure figure{lacp::SelectPolicy::port_priority, 32768};
  REQUIRE(figure.simulator.run_until([&] { return figure.as_in_figure_5(); }, 4s));
  const auto set_priority = [&](std::uint16_t priority) {
    figure.master.aggregator().remove_port(MemberIndex{kP2}, figure.simulator.now());
    figure.simulator.settle();
    figure.simulator.run_for(1s);  // to the limit of LACPDUs it is a new port
    const Instant now = figure.simulator.now();
    figure.master.aggregator().add_port(MemberIndex{kP2}, {.port_number = 2, .port_priority = priority}, now);
    figure.master.aggregator().link_changed(MemberIndex{kP2}, {.up = true, .speed = mbps(10'000)}, now);
    figure.simulator.settle();
  };
  set_priority(0);
  REQUIRE(figure.simulator.run_until([&] { return figure.as_in_figure_6(); }, 6s));
  set_priority(32768);
  CHECK(figure.simulator.run_until([&] { return figure.as_in_figure_5(); }, 6s));
}

}  // namespace figures_test
