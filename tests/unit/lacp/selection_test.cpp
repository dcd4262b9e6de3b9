#include "lacp/selection.hpp"

#include "lacp/lag_id.hpp"
#include "rig.hpp"
#include "support/catch.hpp"

namespace selection_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

const MacAddress kThird{{0x02, 0x4c, 0x41, 0, 0, 0x55}};
constexpr auto S = Selected::selected;
constexpr auto Y = Selected::standby;
constexpr auto U = Selected::unselected;
using enum UnselectedReason;

// Ports P1, P2, .. at the indexes 0, 1, ..: our key is 401, the Partner's port has the number 100 - ours.
SelectionPort port(std::uint16_t number, std::uint16_t partner_key = 12945,
                   const MacAddress& partner = kTheirs) {
  return {.link = kUp10G,
          .has_partner = true,
          .named = true,
          .proven = true,
          .settled = true,
          .actor = {32768, kOurs, 401, 32768, number, kInSync},
          .partner = {32768, partner, partner_key, 32768, static_cast<std::uint16_t>(100 - number), kInSync}};
}

SelectionPorts ports(std::initializer_list<SelectionPort> list) {
  SelectionPorts out;
  std::size_t i = 0;
  for (const SelectionPort& p : list) out[i++] = p;
  return out;
}

void check(const Selection& selection, std::initializer_list<PortSelection> expected) {
  std::size_t i = 0;
  for (const PortSelection& choice : expected) {
    CAPTURE(i);
    CHECK(selection.ports[i].selected == choice.selected);
    CHECK(selection.ports[i].reason == choice.reason);
    ++i;
  }
}

Selection choose(const SelectionPorts& in, SelectPolicy policy, const std::optional<LagId>& in_use = {}) {
  return select(in, {.select = policy}, in_use);
}

LagId lag_id_of(const SelectionPort& p) {
  return make_lag_id(p.actor, p.partner);
}

}  // namespace

TEST_CASE("Selection Logic, figure 5: P1 and P3 are selected, P2 with the odd Partner key is not",
          "[lacp][selection]") {
  for (const SelectPolicy policy :
       {SelectPolicy::port_priority, SelectPolicy::stable, SelectPolicy::count, SelectPolicy::bandwidth})
    check(choose(ports({port(1), port(2, 401), port(3)}), policy), {{S, none}, {U, other_lag_id}, {S, none}});
}

TEST_CASE("Selection Logic, figure 6: P2 with priority 0 is selected, P1 and P3 are not",
          "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2, 401), port(3)});
  in[1]->actor.port_priority = 0;
  for (const SelectPolicy policy : {SelectPolicy::port_priority, SelectPolicy::stable})
    check(choose(in, policy), {{U, other_lag_id}, {S, none}, {U, other_lag_id}});
}

TEST_CASE("Selection Logic orders ports by the Master's Port IDs, whoever the Master is",
          "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2), port(3)});
  const AggregatorConfig one{.max_links = 1};
  check(select(in, one, {}), {{S, none}, {Y, above_max_links}, {Y, above_max_links}});
  for (auto& p : in)
    if (p) p->partner.system_priority = 1;  // now the Partner is; its port 97 is at our P3
  check(select(in, one, {}), {{Y, above_max_links}, {Y, above_max_links}, {S, none}});
  in[1]->partner.port_priority = 5;  // the priority comes before the number
  check(select(in, one, {}), {{Y, above_max_links}, {S, none}, {Y, above_max_links}});
}

TEST_CASE("Selection Logic, figures 5 and 6 seen from the Slave: the Master's priorities decide there too",
          "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2, 401), port(3)});
  for (std::size_t i = 0; i < 3; ++i) std::swap(in[i]->actor, in[i]->partner);
  check(choose(in, SelectPolicy::stable), {{S, none}, {U, key_mismatch}, {S, none}});
  in[1]->partner.port_priority = 0;
  check(choose(in, SelectPolicy::stable), {{U, key_mismatch}, {S, none}, {U, key_mismatch}});
}

TEST_CASE("SelectPolicy stable stays with the group in use while it has a port", "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2, 401), port(3)});
  const LagId used = lag_id_of(*in[1]);
  check(choose(in, SelectPolicy::stable, used), {{U, other_lag_id}, {S, none}, {U, other_lag_id}});
  check(choose(in, SelectPolicy::port_priority, used), {{S, none}, {U, other_lag_id}, {S, none}});
  in[1]->link.up = false;
  check(choose(in, SelectPolicy::stable, used), {{S, none}, {U, link_down}, {S, none}});
}

TEST_CASE("Against a group in use proven ports alone are weighed; a group that names us goes first",
          "[lacp][selection]") {
  for (const SelectPolicy policy :
       {SelectPolicy::bandwidth, SelectPolicy::count, SelectPolicy::port_priority}) {
    CAPTURE(name_of(policy));
    SelectionPorts in = ports({port(1, 401), port(2), port(3, 401), port(4, 401)});
    const LagId used = lag_id_of(*in[1]);
    for (const std::size_t better : {0U, 2U, 3U}) in[better]->proven = false;
    check(choose(in, policy, used), {{U, other_lag_id}, {S, none}, {U, other_lag_id}, {U, other_lag_id}});
    for (const std::size_t better : {0U, 2U, 3U}) in[better]->proven = true;
    check(choose(in, policy, used), {{S, none}, {U, other_lag_id}, {S, none}, {S, none}});
    // On a fresh start nobody is proven yet.
    for (const std::size_t better : {0U, 2U, 3U}) in[better]->proven = in[better]->named = false;
    check(choose(in, policy), {{U, other_lag_id}, {S, none}, {U, other_lag_id}, {U, other_lag_id}});
    in[3]->named = true;
    check(choose(in, policy), {{S, none}, {U, other_lag_id}, {S, none}, {S, none}});
  }
}

TEST_CASE("A port that is held out decides nothing, and says why", "[lacp][selection]") {
  SelectionPorts in = ports({port(1, 401), port(2), port(3)});
  in[0]->left_out = UnselectedReason::held_out;
  check(choose(in, SelectPolicy::port_priority), {{U, held_out}, {S, none}, {S, none}});
}

TEST_CASE("SelectPolicy bandwidth takes the sum of speeds, count the number of ports", "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2, 401), port(3)});
  in[1]->link.speed = mbps(25'000);
  check(choose(in, SelectPolicy::bandwidth), {{U, other_lag_id}, {S, none}, {U, other_lag_id}});
  check(choose(in, SelectPolicy::count), {{S, none}, {U, other_lag_id}, {S, none}});
  in[1]->link.speed = mbps(20'000);  // a tie: P1 is the best port
  check(choose(in, SelectPolicy::bandwidth), {{S, none}, {U, other_lag_id}, {S, none}});
  in[0]->link.up = false;  // a tie of one port each: P2 is
  check(choose(in, SelectPolicy::count), {{U, link_down}, {S, none}, {U, other_lag_id}});
}

TEST_CASE("Ports of two Partner Systems never share the Aggregator", "[lacp][selection]") {
  check(choose(ports({port(1), port(2, 12945, kThird), port(3)}), SelectPolicy::stable),
        {{S, none}, {U, other_lag_id}, {S, none}});
  SelectionPorts in = ports({port(1), port(2)});
  in[1]->partner.system_priority = 5;  // the same address, another System
  check(choose(in, SelectPolicy::stable), {{S, none}, {U, other_lag_id}});
}

TEST_CASE("Port IDs of two Masters are not compared: between groups of two Partner Systems ours decide",
          "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2, 12945, kThird)});
  in[0]->partner.system_priority = in[1]->partner.system_priority = 1;  // both are Masters
  in[1]->partner.port_priority = 0;
  check(choose(in, SelectPolicy::port_priority), {{S, none}, {U, other_lag_id}});
}

TEST_CASE("A port with another key of ours is left out, and says why", "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2)});
  in[1]->actor.key = 402;
  check(choose(in, SelectPolicy::stable), {{S, none}, {U, key_mismatch}});
}

TEST_CASE("An Individual port has the Aggregator alone, and only when no other port can have it",
          "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2), port(3)});
  in[0]->partner.state = bits({activity, synchronization});
  in[1]->actor.state = bits({activity});
  for (const SelectPolicy policy :
       {SelectPolicy::port_priority, SelectPolicy::stable, SelectPolicy::count, SelectPolicy::bandwidth})
    check(choose(in, policy), {{U, individual}, {U, individual}, {S, none}});
  in[2]->link.up = false;
  check(choose(in, SelectPolicy::stable), {{S, none}, {U, individual}, {U, link_down}});
  in[0]->link.up = false;
  check(choose(in, SelectPolicy::stable), {{U, link_down}, {S, none}, {U, link_down}});
}

TEST_CASE("What can't be selected has a reason: link, loop, duplex, Partner", "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2), port(3), port(4)});
  in[0]->link.up = false;
  in[1]->looped = true;
  in[2]->link.full_duplex = false;
  in[3]->has_partner = false;
  const Selection selection = choose(in, SelectPolicy::stable);
  check(selection, {{U, link_down}, {U, looped}, {U, half_duplex}, {U, no_partner}});
  CHECK_FALSE(selection.lag_id.has_value());
}

TEST_CASE("A better port whose Partner is not allowed does not decide which group has the Aggregator",
          "[lacp][selection][partner_system]") {
  SelectionPorts in = ports({port(1, 12945, kThird), port(2), port(3)});
  const AggregatorConfig rules{.partner_system = PartnerSystem{kTheirs, {}},
                               .select = SelectPolicy::port_priority};
  check(select(in, rules, {}), {{U, partner_not_allowed}, {S, none}, {S, none}});
  check(select(in, rules, lag_id_of(*in[0])), {{U, partner_not_allowed}, {S, none}, {S, none}});
  in[0]->has_partner = false;  // nothing was heard: nobody is there that could be refused
  check(select(in, rules, {}), {{U, no_partner}, {S, none}, {S, none}});
}

TEST_CASE("A group in use is not pushed out by a better port that still waits; a fresh group goes by Port ID",
          "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2)});
  in[0]->settled = false;
  const AggregatorConfig one{.max_links = 1};
  check(select(in, one, {}), {{S, none}, {Y, above_max_links}});
  check(select(in, one, lag_id_of(*in[0])), {{Y, above_max_links}, {S, none}});
  in[0]->settled = true;
  check(select(in, one, lag_id_of(*in[0])), {{S, none}, {Y, above_max_links}});
}

TEST_CASE("Selection does not depend on the order in which ports were added", "[lacp][selection]") {
  SelectionPorts forward;
  SelectionPorts backward;
  for (std::size_t i = 0; i < kMembersMax; ++i) {
    forward[i] = port(static_cast<std::uint16_t>(i + 1), i % 3 == 0 ? 401 : 12945);
    backward[kMembersMax - 1 - i] = forward[i];
  }
  for (const SelectPolicy policy :
       {SelectPolicy::port_priority, SelectPolicy::stable, SelectPolicy::count, SelectPolicy::bandwidth}) {
    const AggregatorConfig rules{.select = policy, .max_links = 5};
    const Selection a = select(forward, rules, {});
    const Selection b = select(backward, rules, {});
    CHECK((a.lag_id == b.lag_id));
    for (std::size_t i = 0; i < kMembersMax; ++i) CHECK((a.ports[i] == b.ports[kMembersMax - 1 - i]));
  }
}

TEST_CASE("A LAG that is held back has its group, and none of its ports a place", "[lacp][selection]") {
  SelectionPorts in = ports({port(1), port(2, 7), port(3)});
  in[2]->carries = in[2]->distributes = true;
  in[2]->leaves = true;
  for (const UnselectedReason why : {no_uplink, stands_by}) {
    const Selection selection = select(in, {.held_back = why}, lag_id_of(*in[0]));
    check(selection, {{Y, why}, {U, other_lag_id}, {Y, why}});
    CHECK(selection.lag_id == lag_id_of(*in[0]));
    CHECK(selection.ports[2].swap == Swap::none);
  }
}

}  // namespace selection_test
