// Planned changes under max-links: another port distributes before the old one ceases to.
#include <bit>

#include "rig.hpp"
#include "support/catch.hpp"

namespace swap_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

void keep_alive(Rig& rig, Duration by) {
  for (Duration gone{}; gone < by; gone += 500ms) {
    for (const auto& [port, peer] : rig.peer) rig.hear(port);
    rig.advance(500ms);
  }
}

// `ports` links of which `most` are used; conversations move off a port only when the test says so.
Rig limited(unsigned ports, std::uint8_t most, std::function<void(AggregatorConfig&)> edit = {}) {
  Rig rig{config_of([&](auto& c) {
            c.max_links = most;
            if (edit) edit(c);
          }),
          ports};
  for (unsigned port = 0; port < ports; ++port) rig.link(port);
  for (unsigned port = 0; port < ports; ++port) rig.hear(port, kHello);
  rig.advance(2s);
  for (unsigned port = 0; port < ports; ++port) rig.hear(port, port < most ? kInSync : kHello);
  for (unsigned port = 0; port < most; ++port) rig.hear(port, kCarrying);
  keep_alive(rig, 2s);  // (three LACPDUs in a second may be sent)
  rig.moves_at_once = false;
  rig.events.clear();
  return rig;
}

void all_moved(Rig& rig) {
  rig.lag.moved_off(rig.lag.moving_off(), rig.now);
  rig.drain();
  keep_alive(rig, 1500ms);
}

std::vector<Cause> swap_causes(const Rig& rig) {
  std::vector<Cause> all;
  for (const Event& event : rig.events)
    if (event.kind == EventKind::swap) all.push_back(event.cause);
  return all;
}

using Causes = std::vector<Cause>;

}  // namespace

TEST_CASE("A port that is disabled goes when another one distributes and its conversations have moved",
          "[lacp][aggregator][swap]") {
  for (const MuxControl control : {MuxControl::independent, MuxControl::coupled}) {
    Rig rig = limited(3, 2, [&](auto& c) { c.mux = control; });
    REQUIRE(rig.lag.distributing() == 0b011);
    rig.lag.set_enabled(Rig::at(0), false, rig.now);
    rig.drain();
    CHECK(rig.lag.distributing() == 0b011);
    CHECK(rig.view(0).swap == Swap::carries);
    CHECK(rig.view(0).enabled);
    CHECK(rig.view(2).mux == MuxState::attached);
    CHECK_FALSE(rig.lag.has_left(Rig::at(0)));
    keep_alive(rig, 1s);
    rig.hear(2, kInSync);
    CHECK(rig.lag.distributing() == 0b011);
    rig.hear(2, kCarrying);
    CHECK(rig.lag.distributing() == 0b110);
    CHECK(rig.view(0).swap == Swap::moves);
    CHECK(rig.lag.collecting() == 0b111);
    CHECK(says(rig.peer[0].heard, synchronization));
    CHECK(says(rig.peer[0].heard, collecting));
    CHECK_FALSE(says(rig.peer[0].heard, distributing));
    CHECK(rig.lag.moving_off() == 0b001);
    keep_alive(rig, 1s);
    CHECK(rig.lag.collecting() == 0b111);
    all_moved(rig);
    CHECK(rig.lag.has_left(Rig::at(0)));
    CHECK_FALSE(says(rig.peer[0].heard, synchronization));
    CHECK(rig.view(0).receive == ReceiveState::lacp_disabled);
    CHECK(rig.view(0).swap == Swap::none);
    CHECK(rig.lag.distributing() == 0b110);
    CHECK(swap_causes(rig) == Causes{Cause::disabled, Cause::replaced});
  }
}

TEST_CASE("A port that is replaced stays in sync until the Partner distributes on the newcomer",
          "[lacp][aggregator][swap]") {
  Rig rig = limited(3, 2);
  rig.lag.leave(Rig::at(0), rig.now);
  rig.drain();
  rig.hear(2, bits({activity, timeout, aggregation, synchronization, collecting}));
  CHECK(rig.lag.distributing() == 0b110);
  all_moved(rig);
  CHECK(rig.lag.collecting() == 0b111);
  rig.hear(2, kCarrying);
  CHECK_FALSE(rig.view(0).enabled);
  // Within its patience: a Partner may have drained it.
  Rig other = limited(3, 2);
  other.lag.leave(Rig::at(0), other.now);
  other.drain();
  other.hear(2, bits({activity, timeout, aggregation, synchronization, collecting}));
  all_moved(other);
  keep_alive(other, 3s);
  CHECK(other.view(0).enabled);
  keep_alive(other, 500ms);
  CHECK_FALSE(other.view(0).enabled);
}

TEST_CASE("A drained port keeps its place and lends it to another one", "[lacp][aggregator][swap][drain]") {
  Rig rig = limited(3, 2);
  rig.lag.set_drained(Rig::at(1), true, rig.now);
  rig.drain();
  CHECK(rig.lag.distributing() == 0b011);
  rig.hear(2, kCarrying);
  CHECK(rig.lag.distributing() == 0b101);
  CHECK(rig.lag.moving_off() == 0);
  CHECK(rig.lag.collecting() == 0b111);
  CHECK(rig.view(1).swap == Swap::none);
  CHECK(rig.view(1).drained);
  CHECK(swap_causes(rig) == Causes{Cause::drained, Cause::replaced});
  // It is back in the call, and the other one is one too many.
  rig.lag.set_drained(Rig::at(1), false, rig.now);
  CHECK(rig.lag.distributing() == 0b011);
  CHECK(rig.view(2).swap == Swap::moves);
  all_moved(rig);
  CHECK(rig.view(2).selected == Selected::standby);
  CHECK(rig.view(2).reason == UnselectedReason::above_max_links);
  CHECK(rig.lag.collecting() == 0b011);
}

TEST_CASE("A better port that is back takes the place when it distributes", "[lacp][aggregator][swap]") {
  Rig rig = limited(3, 2);
  rig.link(0, kDown);  // (a failure: at once)
  CHECK(rig.lag.distributing() == 0b010);
  CHECK(rig.view(2).mux == MuxState::attached);
  rig.hear(2, kCarrying);
  CHECK(rig.lag.distributing() == 0b110);
  rig.events.clear();
  rig.link(0);
  rig.hear(0, kHello);
  keep_alive(rig, 2500ms);
  CHECK(rig.view(0).mux == MuxState::attached);
  CHECK(rig.view(2).swap == Swap::carries);
  CHECK(rig.lag.distributing() == 0b110);
  rig.hear(0, kCarrying);
  CHECK(rig.lag.distributing() == 0b011);
  all_moved(rig);
  CHECK(rig.view(2).selected == Selected::standby);
  CHECK(swap_causes(rig) == Causes{Cause::selection, Cause::replaced});
}

TEST_CASE("A port in use that is given another Port ID is replaced before it leaves for it",
          "[lacp][aggregator][swap][change]") {
  Rig rig = limited(3, 2);
  rig.lag.change_port(Rig::at(0), {.port_number = 1}, rig.now);  // (as it is)
  CHECK(rig.view(0).swap == Swap::none);
  rig.lag.change_port(Rig::at(0), {.port_number = 1, .port_priority = 40000}, rig.now);
  rig.drain();
  CHECK(rig.lag.distributing() == 0b011);
  CHECK(rig.view(0).actor.port_priority == 32768);
  rig.hear(2, kCarrying);
  CHECK(rig.lag.distributing() == 0b110);
  all_moved(rig);
  CHECK(rig.view(0).actor.port_priority == 40000);
  CHECK(rig.peer[0].heard.port_priority == 40000);
  CHECK(rig.lag.distributing() == 0b110);
  keep_alive(rig, 3s);
  CHECK(rig.view(0).selected == Selected::standby);
  CHECK(rig.lag.distributing() == 0b110);
  CHECK(swap_causes(rig) == Causes{Cause::own_values, Cause::replaced});
}

TEST_CASE("A newcomer that the Partner refuses is waited for no longer than swap-patience",
          "[lacp][aggregator][swap]") {
  Rig rig = limited(3, 2, [](auto& c) { c.swap_patience = 3s; });
  rig.lag.leave(Rig::at(0), rig.now);
  const Instant begun = rig.now;
  rig.drain();
  keep_alive(rig, 2500ms);
  CHECK(rig.lag.distributing() == 0b011);
  rig.advance(begun + 3s - 1ns - rig.now);
  CHECK(rig.lag.distributing() == 0b011);
  CHECK(rig.lag.deadline() == begun + 3s);
  rig.advance(1ns);
  CHECK(rig.lag.distributing() == 0b010);
  CHECK(rig.view(0).swap == Swap::moves);
  all_moved(rig);
  CHECK(rig.lag.has_left(Rig::at(0)));
  CHECK(swap_causes(rig) == Causes{Cause::disabled, Cause::swap_patience});
  // It was SELECTED so long ago that nobody waits for it again.
  rig.lag.set_drained(Rig::at(1), true, rig.now);
  CHECK(rig.lag.distributing() == 0);
}

TEST_CASE("With no patience nobody is waited for, and conversations move all the same",
          "[lacp][aggregator][swap]") {
  Rig rig = limited(3, 2, [](auto& c) { c.swap_patience = 0s; });
  rig.lag.leave(Rig::at(0), rig.now);
  CHECK(rig.lag.distributing() == 0b010);
  CHECK(rig.lag.collecting() == 0b011);
  CHECK(rig.view(2).mux == MuxState::attached);
  all_moved(rig);
  CHECK(rig.lag.collecting() == 0b010);
  CHECK(rig.lag.has_left(Rig::at(0)));
}

TEST_CASE("Conversations that never move off a port keep it for ten seconds", "[lacp][aggregator][swap]") {
  Rig rig = limited(3, 2);
  rig.lag.leave(Rig::at(0), rig.now);
  rig.drain();
  rig.hear(2, kCarrying);
  keep_alive(rig, 9500ms);
  CHECK(rig.lag.moving_off() == 0b001);
  keep_alive(rig, 500ms);
  CHECK(rig.lag.moving_off() == 0);
  CHECK(rig.lag.has_left(Rig::at(0)));
}

TEST_CASE("A newcomer that fails is followed by the next, or by nobody", "[lacp][aggregator][swap]") {
  Rig rig = limited(4, 2);
  rig.lag.leave(Rig::at(0), rig.now);
  rig.drain();
  rig.link(2, kDown);
  CHECK(rig.view(3).mux == MuxState::attached);
  CHECK(rig.lag.distributing() == 0b0011);
  rig.link(3, kDown);
  CHECK(rig.lag.distributing() == 0b0010);
  CHECK(rig.view(0).swap == Swap::moves);
  all_moved(rig);
  CHECK(rig.lag.has_left(Rig::at(0)));
}

TEST_CASE("What fails is out at once, also in the middle of a swap", "[lacp][aggregator][swap]") {
  for (const bool moves : {false, true}) {
    Rig rig = limited(3, 2);
    rig.lag.leave(Rig::at(0), rig.now);
    rig.drain();
    if (moves) rig.hear(2, kCarrying);
    rig.link(0, kDown);
    CHECK(rig.view(0).swap == Swap::none);
    CHECK((rig.lag.collecting() & 0b001) == 0);
    CHECK_FALSE(rig.view(0).enabled);
    rig.hear(2, kCarrying);
    CHECK(rig.lag.distributing() == 0b110);
  }
  Rig rig = limited(3, 2);
  rig.lag.leave(Rig::at(0), rig.now);
  rig.hear(0, kHello);  // the Partner is not in sync any more
  CHECK(rig.lag.distributing() == 0b010);
  CHECK(rig.view(0).swap == Swap::none);
  CHECK_FALSE(rig.view(0).enabled);
}

TEST_CASE("A command that is taken back leaves all as it was", "[lacp][aggregator][swap]") {
  Rig rig = limited(3, 2);
  rig.lag.set_enabled(Rig::at(0), false, rig.now);
  rig.lag.set_enabled(Rig::at(0), true, rig.now);
  CHECK(rig.lag.distributing() == 0b011);
  CHECK(rig.view(0).swap == Swap::none);
  CHECK(rig.view(2).selected == Selected::standby);
  keep_alive(rig, 2s);
  // When the other one distributes already.
  rig.lag.set_enabled(Rig::at(0), false, rig.now);
  rig.drain();
  rig.hear(2, kCarrying);
  REQUIRE(rig.lag.distributing() == 0b110);
  rig.lag.set_enabled(Rig::at(0), true, rig.now);
  CHECK(rig.lag.distributing() == 0b011);
  CHECK(rig.view(2).swap == Swap::moves);
  all_moved(rig);
  CHECK(rig.view(2).selected == Selected::standby);
}

TEST_CASE("Of several planned changes each old port waits for one newcomer", "[lacp][aggregator][swap]") {
  Rig rig = limited(4, 2);
  rig.lag.leave(Rig::at(0), rig.now);
  rig.lag.set_drained(Rig::at(1), true, rig.now);
  rig.drain();
  CHECK(rig.lag.distributing() == 0b0011);
  rig.hear(2, kCarrying);
  CHECK(std::popcount(rig.lag.distributing()) == 2);
  rig.hear(3, kCarrying);
  CHECK(rig.lag.distributing() == 0b1100);
  all_moved(rig);
  CHECK(rig.lag.has_left(Rig::at(0)));
  CHECK(rig.lag.collecting() == 0b1110);
}

TEST_CASE("max-links may change in the middle of a swap", "[lacp][aggregator][swap][change]") {
  Rig rig = limited(4, 2);
  const auto set_max = [&rig](std::uint8_t most) {
    AggregatorConfig config = rig.lag.config();
    config.max_links = most;
    rig.lag.change(config, rig.now);
    rig.drain();
  };
  rig.lag.leave(Rig::at(0), rig.now);
  rig.drain();
  set_max(3);
  CHECK(rig.lag.distributing() == 0b0011);
  rig.hear(2, kCarrying);
  CHECK(rig.lag.distributing() == 0b0111);
  rig.hear(3, kCarrying);
  CHECK(rig.lag.distributing() == 0b1110);
  set_max(1);
  CHECK(rig.lag.distributing() == 0b0010);
  CHECK(rig.lag.moving_off() == 0b1101);
  all_moved(rig);
  CHECK(rig.lag.collecting() == 0b0010);
  CHECK(rig.lag.has_left(Rig::at(0)));
}

TEST_CASE("A newcomer whose frames do not arrive is none that distributes", "[lacp][aggregator][swap]") {
  Rig rig = limited(3, 2);
  rig.lag.set_works(0b011, rig.now);
  rig.lag.leave(Rig::at(0), rig.now);
  rig.drain();
  rig.hear(2, kCarrying);
  CHECK(rig.lag.distributing() == 0b111);  // (who carries frames leaves it out)
  CHECK(rig.view(0).swap == Swap::carries);
  rig.lag.set_works(0b111, rig.now);
  CHECK(rig.lag.distributing() == 0b110);
  // And one whose frames do not arrive is no reason to wait.
  Rig other = limited(3, 2);
  other.lag.set_works(0b110, other.now);
  other.lag.leave(Rig::at(0), other.now);
  CHECK_FALSE(other.view(0).enabled);
}

TEST_CASE("Where nobody stands by a port leaves at once", "[lacp][aggregator][swap]") {
  Rig rig = limited(2, 2);
  rig.lag.leave(Rig::at(0), rig.now);
  CHECK_FALSE(rig.view(0).enabled);
  CHECK(rig.lag.distributing() == 0b10);
  CHECK(swap_causes(rig).empty());
}

TEST_CASE("A System that shuts down waits for nobody", "[lacp][aggregator][swap]") {
  Rig rig = limited(3, 2);
  rig.lag.leave(Rig::at(0), rig.now);
  rig.drain();
  rig.hear(2, kCarrying);
  rig.lag.shut_down(rig.now);
  rig.advance(2s);
  CHECK(rig.lag.told());
  CHECK(rig.lag.moving_off() == 0);
}

}  // namespace swap_test
