// LAGs that two boxes have, and LAGs with uplinks.
#include "control/lag/lag.hpp"
#include "pair.hpp"
#include "support/catch.hpp"

namespace control_shared_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

const MacAddress kShared{{2, 0x4c, 0, 0, 0, 1}};

ShareOrder standby(std::uint64_t generation) {
  return {.generation = generation, .system_priority = 100, .system = kShared};
}

Pair carrying(std::size_t members) {
  Pair pair{members};
  pair.all_links(true);
  pair.advance(5s);
  REQUIRE(pair.ends[0]->up());
  REQUIRE(pair.ends[1]->up());
  return pair;
}

lacp::PortState state(const Pair& pair, std::size_t end, std::size_t member) {
  return lacp::PortState{pair.ends[end]->status(pair.now).members[member].lacp.actor.state};
}

}  // namespace

TEST_CASE("Without an uplink a LAG is out of sync at once, takes what is under way, and comes back",
          "[control][shared]") {
  Pair pair = carrying(2);
  uplinks_changed(*pair.ends[0], false, "lan0 is down", pair.now);
  CHECK_FALSE(fitness_of(*pair.ends[0]).uplinks);
  pair.exchange();
  for (std::size_t m = 0; m < 2; ++m) {
    CHECK_FALSE(state(pair, 0, m).has(lacp::StateBit::synchronization));
    const MemberStatus member = pair.ends[0]->status(pair.now).members[m];
    CHECK(member.lacp.selected == lacp::Selected::standby);
    CHECK(member.lacp.reason == lacp::UnselectedReason::no_uplink);
  }
  CHECK(pair.tables[0]->distributing == 0);
  CHECK(pair.tables[0]->collecting == 0b11);
  CHECK(pair.tables[1]->distributing == 0);
  pair.advance(250ms);
  CHECK(pair.tables[0]->collecting == 0);
  CHECK(pair.ends[0]->journal().last() > 0);
  uplinks_changed(*pair.ends[0], true, "lan0 is up", pair.now);
  pair.advance(4s);
  CHECK(pair.tables[0]->distributing == 0b11);
  CHECK(pair.tables[1]->distributing == 0b11);
}

TEST_CASE("A fallback gives no member to a LAG without an uplink", "[control][shared]") {
  Pair pair{1, [](LagSettings& s) {
              s.options.lacp_extras.fallback = true;
              s.options.lacp_extras.fallback_delay = 1s;
            }};
  pair.unheard = {1, 1};
  pair.all_links(true);
  pair.advance(6s);
  REQUIRE(pair.ends[0]->status(pair.now).fallback);
  uplinks_changed(*pair.ends[0], false, "lan0 is down", pair.now);
  pair.advance(6s);
  CHECK_FALSE(pair.ends[0]->status(pair.now).fallback);
  CHECK(pair.tables[0]->distributing == 0);
}

TEST_CASE("A LAG that stands by is out of sync under the shared System, and forwards nothing either way",
          "[control][shared]") {
  Pair pair = carrying(2);
  share(*pair.ends[0], standby(1), pair.now);
  pair.exchange();
  CHECK(told(*pair.ends[0]));
  CHECK(pair.tables[0]->collecting == 0);
  CHECK(pair.tables[0]->distributing == 0);
  CHECK(pair.tables[0]->stands_by);
  pair.advance(5s);
  const LagStatus status = pair.ends[0]->status(pair.now);
  CHECK(status.system == kShared);
  for (const MemberStatus& member : status.members) {
    CHECK(member.lacp.actor.system == kShared);
    CHECK(member.lacp.actor.system_priority == 100);
    CHECK(member.lacp.selected == lacp::Selected::standby);
    CHECK(member.lacp.reason == lacp::UnselectedReason::stands_by);
  }
  CHECK(pair.tables[1]->distributing == 0);
  const ShareFitness fitness = fitness_of(*pair.ends[0]);
  CHECK(fitness.members_ready == 2);
  CHECK(fitness.members_carrying == 0);
  CHECK(fitness.partner == MacAddress{{2, 0, 0, 0, 0, 2}});
}

TEST_CASE("Who takes a LAG over carries in the call in which it may, with the right's table",
          "[control][shared]") {
  Pair pair{2};
  share(*pair.ends[0], standby(1), pair.now);
  pair.all_links(true);
  pair.advance(5s);
  REQUIRE(pair.tables[0]->distributing == 0);
  const table::Validity validity;
  ShareOrder holder = standby(2);
  holder.sync = holder.forwards = true;
  holder.validity = &validity;
  holder.authority = 1;
  share(*pair.ends[0], holder, pair.now);
  pair.exchange();
  // (a Lagoon says that it collects when it has heard that we are in sync)
  CHECK(state(pair, 0, 0).has(lacp::StateBit::synchronization));
  pair.advance(200ms);
  CHECK(pair.tables[0]->distributing == 0b11);
  CHECK(pair.tables[0]->validity == &validity);
  CHECK(pair.tables[0]->authority == 1);
  CHECK_FALSE(pair.tables[0]->stands_by);
  CHECK(fitness_of(*pair.ends[0]).members_carrying == 2);
  holder.generation = 3;
  holder.authority = 2;
  share(*pair.ends[0], holder, pair.now);
  pair.exchange();
  CHECK(pair.tables[0]->authority == 2);
  CHECK(pair.tables[0]->distributing == 0b11);
}

TEST_CASE("Another System begins anew, with the Partner's word for it", "[control][shared]") {
  Pair pair{1};
  ShareOrder order = standby(1);
  order.sync = order.forwards = true;
  share(*pair.ends[0], order, pair.now);
  pair.all_links(true);
  pair.advance(5s);
  REQUIRE(pair.tables[0]->distributing == 1);
  order.generation = 2;
  order.system.octets[5] = 9;
  share(*pair.ends[0], order, pair.now);
  pair.exchange();
  CHECK(pair.tables[0]->distributing == 0);
  pair.advance(5s);
  CHECK(pair.tables[0]->distributing == 1);
  CHECK(pair.ends[1]->status(pair.now).members[0].lacp.partner.system == order.system);
}

TEST_CASE("Port numbers of a box begin with its number", "[control][shared]") {
  Pair pair{2, [](LagSettings& s) {
              s.options.multichassis.node_number = 3;
              s.members[1].lacp.port_number = 7;
            }};
  const LagStatus status = pair.ends[0]->status(pair.now);
  CHECK(status.members[0].lacp.actor.port_number == 0x3001);
  CHECK(status.members[1].lacp.actor.port_number == 0x3007);
}

}  // namespace control_shared_test
