// The checker is checked: each invariant is violated on purpose, and found.
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "simulator/invariants.hpp"
#include "simulator/network.hpp"
#include "support/catch.hpp"

namespace checker_test {

using namespace lagoon;
using namespace lagoon::sim;
using lacp::PortState;
using lacp::StateBit;

namespace {

constexpr Instant kNow = instant_from_ns(5'000'000'000);

void set(std::uint8_t& state, StateBit bit, bool value) {
  state = PortState{state}.with(bit, value).octet();
}

PortObservation carrying_port() {
  constexpr std::uint8_t in_sync_and_carrying = 0x3d;
  PortObservation port;
  port.view.link = {.up = true, .speed = mbps(10'000)};
  port.view.selected = lacp::Selected::selected;
  port.view.mux = lacp::MuxState::distributing;
  port.view.actor.state = in_sync_and_carrying;
  port.view.partner.state = in_sync_and_carrying;
  port.far_station = 1;
  return port;
}

// Three ports: two carry, one is detached. All invariants hold.
struct Sound {
  table::PortTable table{.generation = 1, .collecting = 3, .distributing = 3};
  Observation seen{.ports = {carrying_port(), carrying_port(), {}},
                   .collecting = 3,
                   .distributing = 3,
                   .up = true,
                   .deadline = kNow + 1ms,
                   .table = &table};
  Sound() {
    for (std::size_t i = 0; i < table.bucket.size(); ++i) table.bucket[i] = i % 2;
  }
};

struct Row {
  std::string_view sentence;
  std::function<void(Sound&)> spoil;
};

}  // namespace

TEST_CASE("A sound station violates nothing", "[sim][checker]") {
  Sound sound;
  CHECK(violations(sound.seen, kNow).empty());
}

TEST_CASE("The checker finds each violation", "[sim][checker]") {
  const std::vector<Row> rows{
      {"port 0: Distributing without Collecting",
       [](Sound& s) { set(s.seen.ports[0].view.actor.state, StateBit::collecting, false); }},
      {"port 1: Collecting without Synchronization",
       [](Sound& s) { set(s.seen.ports[1].view.actor.state, StateBit::synchronization, false); }},
      {"port 2: in collecting(), but says it is not", [](Sound& s) { s.seen.collecting = 7; }},
      {"port 2: in distributing(), but says it is not", [](Sound& s) { s.seen.distributing = 7; }},
      {"port 0: collects on a link that is down", [](Sound& s) { s.seen.ports[0].view.link.up = false; }},
      {"port 0: distributes on a link that is down", [](Sound& s) { s.seen.ports[0].view.link.up = false; }},
      {"port 1: distributes, but is not SELECTED",
       [](Sound& s) { s.seen.ports[1].view.selected = lacp::Selected::standby; }},
      {"port 1: distributes, but is drained", [](Sound& s) { s.seen.ports[1].view.drained = true; }},
      {"port 0: collects, but is disabled", [](Sound& s) { s.seen.ports[0].view.enabled = false; }},
      {"port 1: distributes to a Partner that is not in sync",
       [](Sound& s) { set(s.seen.ports[1].view.partner.state, StateBit::synchronization, false); }},
      {"port 1: distributes to a Partner that does not collect",
       [](Sound& s) { set(s.seen.ports[1].view.partner.state, StateBit::collecting, false); }},
      {"port 1: shares the Aggregator with a port of another LAG ID",
       [](Sound& s) { s.seen.ports[1].view.lag_id.second.key = 7; }},
      {"port 1: shares the Aggregator with a port to another station",
       [](Sound& s) { s.seen.ports[1].far_station = 2; }},
      {"the table collects from other members", [](Sound& s) { s.table.collecting = 1; }},
      {"the table distributes to other members", [](Sound& s) { s.table.distributing = 7; }},
      {"the table names a member that does not distribute", [](Sound& s) { s.table.bucket[4095] = 2; }},
      {"distributing() is no subset of collecting()", [](Sound& s) { s.seen.collecting = 1; }},
      {"collecting() names no port", [](Sound& s) { s.seen.collecting = 11; }},
      {"the LAG is up without distributing, or the reverse", [](Sound& s) { s.seen.up = false; }},
      {"fewer than min-links ports distribute", [](Sound& s) { s.seen.config.min_links = 3; }},
      {"more than max-links ports are SELECTED", [](Sound& s) { s.seen.config.max_links = 1; }},
      {"the deadline is not in the future", [](Sound& s) { s.seen.deadline = kNow; }}};
  for (const Row& row : rows) {
    Sound spoilt;
    row.spoil(spoilt);
    CAPTURE(row.sentence);
    CHECK(std::ranges::count(violations(spoilt.seen, kNow), row.sentence) == 1);
  }
}

TEST_CASE("Coupled control may distribute before the Partner says that it collects", "[sim][checker]") {
  Sound sound;
  sound.seen.config.mux = lacp::MuxControl::coupled;
  set(sound.seen.ports[1].view.partner.state, StateBit::collecting, false);
  CHECK(violations(sound.seen, kNow).empty());
}

TEST_CASE("The fourth LACPDU in a second is found, wherever the second begins", "[sim][checker]") {
  TransmitWindow window;
  CHECK(window.sent(kNow));
  CHECK(window.sent(kNow + 900ms));
  CHECK(window.sent(kNow + 900ms));
  CHECK(window.sent(kNow + 1s));
  CHECK_FALSE(window.sent(kNow + 1899ms));
}

namespace {

// Says that it distributes on a link that is down.
class Liar : public LagoonStation {
 public:
  using LagoonStation::LagoonStation;
  [[nodiscard]] std::optional<Observation> observe() override {
    std::optional<Observation> seen = LagoonStation::observe();
    seen->distributing = 1;
    return seen;
  }
};

}  // namespace

TEST_CASE("A violation ends the simulation at the step where it happens, with the seed", "[sim][checker]") {
  Simulator simulator{4711};
  lacp::AggregatorConfig config{.system = kSystemA};
  simulator.add(std::make_unique<Liar>(LagoonSettings{"liar", config, ports(1)}, simulator.now()));
  simulator.connect({0, MemberIndex{0}}, {0, MemberIndex{0}});
  CHECK_THROWS_WITH(simulator.set_carrier(0, true),
                    lagoon::test::ContainsSubstring("LAGOON_SEED=4711, at 1000000 us, station liar"));
}

TEST_CASE("Stations that never come to rest are found", "[sim][checker]") {
  class Restless : public ReferencePartner {
   public:
    using ReferencePartner::ReferencePartner;
    void expire(Instant now) override { last_ = now; }
    [[nodiscard]] std::optional<Instant> deadline() const override { return last_ + 1us; }

   private:
    Instant last_ = instant_from_ns(1'000'000'000);
  };
  Simulator simulator{1};
  simulator.add(
      std::make_unique<Restless>(PartnerSettings{.name = "restless", .system = kSystemB}, simulator.now()));
  CHECK_THROWS_AS(simulator.run_for(2s), InvariantViolated);
}

}  // namespace checker_test
