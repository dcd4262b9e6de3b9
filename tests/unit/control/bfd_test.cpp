// micro-BFD in a Lag: a member that is silent leaves distributing() in a detection time, in every mode, and
// goes on collecting; LACP hears nothing of it.
#include <string>

#include "control/status/reasons.hpp"
#include "support/catch.hpp"
#include "unit/control/pair.hpp"

namespace lagoon::control {
namespace {

using test::at;
using test::Pair;

constexpr MemberSet kAll = 0b111;

// The two ends of a Pair are "near" and "far".
void with_bfd(LagSettings& s) {
  const bool near = s.name == "near";
  s.seed = near ? 11 : 22;
  s.options.bfd.enabled = true;
  s.options.bfd.session.local = Ipv4Address{{169, 254, 7, static_cast<std::uint8_t>(near ? 1 : 2)}};
  s.options.bfd.session.peer = Ipv4Address{{169, 254, 7, static_cast<std::uint8_t>(near ? 2 : 1)}};
  s.options.lacp.rate = lacp::Rate::slow;
  s.options.move.by = MoveBy::at_once;
}
void with_bfd_and_no_lacp(LagSettings& s) {
  with_bfd(s);
  s.options.mode = Mode::balance_xor;
}

const BfdStatus& bfd_of(const LagStatus& status, std::size_t member) {
  const auto& bfd = status.members[member].other_end.bfd;
  REQUIRE(bfd.has_value());
  return *bfd;
}

void run_until_up(Pair& pair) {
  pair.all_links(true);
  pair.advance(8s);
  for (const auto& end : pair.ends) {
    REQUIRE(end->distributing() == kAll);
    const LagStatus status = end->status(pair.now);
    for (std::size_t m = 0; m < 3; ++m) REQUIRE(bfd_of(status, m).state == wire::BfdState::up);
  }
}

TEST_CASE("A member that is silent, one way or both, leaves in a detection time and goes on collecting",
          "[bfd][control]") {
  const bool lacp = GENERATE(true, false);
  const unsigned cut = GENERATE(0b01U, 0b10U, 0b11U);  // bit set of ends that are not heard
  Pair pair{3, lacp ? with_bfd : with_bfd_and_no_lacp};
  run_until_up(pair);
  for (std::size_t e = 0; e < 2; ++e)
    if ((cut >> e & 1U) != 0) pair.unheard[e] = 0b010;
  pair.advance(155ms);
  for (std::size_t e = 0; e < 2; ++e) {
    CAPTURE(lacp, cut, e);
    CHECK(pair.ends[e]->distributing() == 0b101);
    CHECK(pair.tables[e]->distributing == 0b101);
    CHECK(pair.tables[e]->collecting == kAll);
    const LagStatus status = pair.ends[e]->status(pair.now);
    CHECK(bfd_of(status, 1).blocks);
    CHECK(why_out(status, status.members[1]) == "bfd down");
    CHECK(status.members[1].lacp.partner.state == status.members[0].lacp.partner.state);
  }
  // It carries again when both hear each other for hold-up.
  pair.unheard = {};
  pair.advance(950ms);
  CHECK(pair.ends[0]->distributing() == 0b101);
  pair.advance(2500ms);
  CHECK(pair.ends[0]->distributing() == kAll);
  CHECK(pair.ends[1]->distributing() == kAll);
}

TEST_CASE("A Partner without BFD takes no member out, unless one with it is asked for", "[bfd][control]") {
  const auto require = GENERATE(bfd::Require::learned, bfd::Require::always);
  Pair pair{3, with_bfd};
  LagOptions without = pair.ends[1]->options();
  without.bfd.enabled = false;
  REQUIRE(pair.ends[1]->change(without, pair.now));
  LagOptions asks = pair.ends[0]->options();
  asks.bfd.session.require = require;
  REQUIRE(pair.ends[0]->change(asks, pair.now));
  pair.all_links(true);
  pair.advance(8s);
  CHECK(pair.ends[0]->distributing() == (require == bfd::Require::learned ? kAll : 0));
  const LagStatus status = pair.ends[0]->status(pair.now);
  CHECK(why_out(status, status.members[0]) == (require == bfd::Require::learned ? "" : "bfd waiting"));
}

TEST_CASE("Two Lagoons without addresses agree on them by LLDP", "[bfd][control]") {
  Pair pair{3, [](LagSettings& s) {
              with_bfd(s);
              s.options.bfd.session.local = {};
              s.options.bfd.session.peer.reset();
              s.identity = SystemIdentity{.name = s.name};
            }};
  pair.all_links(true);
  for (int i = 0; i < 16; ++i) {
    pair.advance(500ms);
    for (const auto& end : pair.ends) wiring_judged(*end, {}, pair.now);
  }
  for (const auto& end : pair.ends) {
    const LagStatus status = end->status(pair.now);
    for (std::size_t m = 0; m < 3; ++m) {
      CHECK(bfd_of(status, m).state == wire::BfdState::up);
      const bool near = end->name() == "near";
      CHECK(bfd_of(status, m).peer ==
            IpAddress{Ipv4Address{{169, 254, 7, static_cast<std::uint8_t>(near ? 2 : 1)}}});
    }
  }
}

TEST_CASE("Who did not look takes nobody for dead", "[bfd][control]") {
  Pair pair{3, with_bfd};
  run_until_up(pair);
  pair.now += 1s;
  for (const auto& end : pair.ends) slept(*end, 1s, pair.now);
  pair.exchange();
  pair.advance(1s);
  for (const auto& end : pair.ends) {
    CHECK(end->distributing() == kAll);
    CHECK(bfd_of(end->status(pair.now), 0).counters.losses == 0);
  }
}

TEST_CASE("A member that leaves is not taken for dead, and its index begins anew", "[bfd][control]") {
  Pair pair{3, with_bfd};
  run_until_up(pair);
  pair.ends[0]->leave_member(at(2), pair.now);
  pair.advance(2s);
  CHECK(bfd_of(pair.ends[1]->status(pair.now), 2).counters.losses == 1);
  CHECK(bfd_of(pair.ends[1]->status(pair.now), 2).verdict == bfd::Verdict::peer_off);
  REQUIRE(pair.ends[0]->may_close(at(2), pair.now));
  pair.ends[0]->forget_member(at(2), pair.now);
  CHECK(pair.ends[0]->distributing() == 0b011);
}

TEST_CASE("Who turns BFD off takes no member out at the other end", "[bfd][control]") {
  Pair pair{3, with_bfd};
  run_until_up(pair);
  LagOptions off = pair.ends[0]->options();
  off.bfd.enabled = false;
  REQUIRE(pair.ends[0]->change(off, pair.now));
  pair.advance(5s);
  for (const auto& end : pair.ends) CHECK(end->distributing() == kAll);
}

TEST_CASE("The journal says what the detection saw", "[bfd][control]") {
  Pair pair{3, with_bfd};
  run_until_up(pair);
  pair.unheard[1] = 0b001;
  pair.advance(200ms);
  const Journal& journal = pair.ends[0]->journal();
  std::string said;
  for (std::size_t i = 0; i < journal.size(); ++i)
    if (journal[i].kind == "bfd" && journal[i].to == "down") said = journal[i].evidence;
  CHECK(said.starts_with("nothing was heard for 15"));
  CHECK(said.ends_with("ms; the detection time is 150 ms"));
}

}  // namespace
}  // namespace lagoon::control
