// Commands: members come, go, rest and return while the LAG runs.
#include <algorithm>

#include "solo.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "support/sanitized.hpp"

namespace commands_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

MemberSettings another(const std::string& name, std::uint8_t last) {
  return {.name = name, .address = MacAddress{{2, 0, 0, 0, 1, last}}, .lacp = {}, .speed = {}};
}

void close_when_allowed(Solo& solo, MemberIndex member) {
  for (int i = 0; i < 3000 && !solo.lag->may_close(member, solo.now); ++i) solo.advance(1ms);
  REQUIRE(solo.lag->may_close(member, solo.now));
  solo.lag->forget_member(member, solo.now);
  solo.advance(0ns);
}

}  // namespace

TEST_CASE("A member that is added gets a share once its link is up", "[control][commands]") {
  Solo solo{Mode::balance_xor, 2};
  solo.all_links(true);
  const auto added = solo.lag->add_member(another("m9", 9), solo.now);
  REQUIRE(added.has_value());
  CHECK(*added == at(2));
  solo.advance(0ns);
  CHECK(solo.table->distributing == 0b011);
  solo.link(2, true);
  CHECK(solo.table->distributing == 0b111);
  const auto twice = solo.lag->add_member(another("m9", 9), solo.now);
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().code == Errc::already_exists);
  CHECK(solo.lag->find("m9") == at(2));
  CHECK(solo.lag->member(at(2)).lacp.port_number == 3);
}

TEST_CASE("A LAG takes 32 members and says so of the next", "[control][commands]") {
  Solo solo{Mode::balance_xor, 32};
  const auto refused = solo.lag->add_member(another("m99", 99), solo.now);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::no_resources);
}

TEST_CASE("A member that leaves sends no more, is listened to for a while, and frees its index",
          "[control][commands]") {
  Solo solo{Mode::balance_xor, 3};
  solo.all_links(true);
  solo.lag->leave_member(at(1), solo.now);
  solo.advance(0ns);
  CHECK(solo.table->distributing == 0b101);
  CHECK(solo.table->collecting == 0b111);
  CHECK_FALSE(solo.lag->may_close(at(1), solo.now));
  CHECK(solo.lag->administrate(at(1), Administration::drained, solo.now).error().code == Errc::busy);
  close_when_allowed(solo, at(1));
  CHECK(solo.table->collecting == 0b101);
  CHECK(solo.lag->members() == 0b101);
  const auto again = solo.lag->add_member(another("m1", 1), solo.now);
  REQUIRE(again.has_value());
  CHECK(*again == at(1));
  // (it is the last in order now, though its index is not)
  CHECK(solo.lag->status(solo.now).members.back().name == "m1");
}

TEST_CASE("The active member that leaves hands over first", "[control][commands]") {
  Solo solo{Mode::active_backup, 2, [](LagSettings& s) { s.options.active.primary = "m0"; }};
  solo.all_links(true);
  solo.lag->leave_member(at(0), solo.now);
  solo.advance(0ns);
  CHECK(solo.table->distributing == 0b10);
  close_when_allowed(solo, at(0));
  CHECK(solo.lag->status(solo.now).active == 0);
  CHECK(solo.lag->status(solo.now).members.front().name == "m1");
  CHECK_FALSE(solo.lag->status(solo.now).primary.has_value());
}

TEST_CASE("Drained, a member takes frames and sends none; disabled, it does neither", "[control][commands]") {
  Solo solo{Mode::balance_xor, 2};
  solo.all_links(true);
  REQUIRE(solo.lag->administrate(at(0), Administration::drained, solo.now));
  solo.advance(1s);
  CHECK(solo.table->distributing == 0b10);
  CHECK(solo.table->collecting == 0b11);
  REQUIRE(solo.lag->administrate(at(0), Administration::disabled, solo.now));
  solo.advance(0ns);
  CHECK(solo.table->collecting == 0b11);  // what is under way
  solo.advance(1s);
  CHECK(solo.table->collecting == 0b10);
  REQUIRE(solo.lag->administrate(at(0), Administration::enabled, solo.now));
  solo.advance(0ns);
  CHECK(solo.table->distributing == 0b11);
  CHECK(solo.journal("administration") == std::vector<std::string>{"m0: enabled -> drained (command)",
                                                                   "m0: drained -> disabled (command)",
                                                                   "m0: disabled -> enabled (command)"});
}

TEST_CASE("Under LACP a drained member stays in sync, and the Partner is told of one that leaves",
          "[control][commands][lacp]") {
  Pair pair{3};
  pair.all_links(true);
  pair.advance(5s);
  REQUIRE(pair.ends[0]->administrate(at(1), Administration::drained, pair.now));
  pair.exchange();
  CHECK(pair.tables[0]->distributing == 0b101);
  CHECK(pair.tables[0]->collecting == 0b111);
  pair.advance(10s);
  CHECK(pair.tables[1]->distributing == 0b111);
  CHECK(pair.ends[0]->status(pair.now).members[1].lacp.selected == lacp::Selected::selected);
  REQUIRE(pair.ends[0]->administrate(at(1), Administration::enabled, pair.now));
  pair.advance(1s);
  CHECK(pair.tables[0]->distributing == 0b111);

  pair.ends[0]->leave_member(at(2), pair.now);
  pair.exchange();
  CHECK(pair.tables[0]->distributing == 0b011);
  CHECK((pair.tables[0]->collecting & 0b100) != 0);
  for (int i = 0; i < 2000 && !pair.ends[0]->may_close(at(2), pair.now); ++i) pair.advance(1ms);
  REQUIRE(pair.ends[0]->may_close(at(2), pair.now));
  CHECK(pair.tables[1]->distributing == 0b011);
  pair.ends[0]->forget_member(at(2), pair.now);
  pair.exchange();
  CHECK(pair.tables[0]->collecting == 0b011);
}

TEST_CASE("A member that leaves takes frames until its Partner was told and has had time to act",
          "[control][commands][lacp]") {
  const bool removed = GENERATE(true, false);
  Pair pair{2};
  pair.all_links(true);
  pair.advance(5s);
  Lag& lag = *pair.ends[0];
  // Three LACPDUs in a second: the farewell has to wait.
  for (int i = 0; i < 2; ++i)
    for (const Administration a : {Administration::drained, Administration::enabled}) {
      REQUIRE(lag.administrate(at(1), a, pair.now));
      pair.advance(20ms);
    }
  if (removed)
    lag.leave_member(at(1), pair.now);
  else
    REQUIRE(lag.administrate(at(1), Administration::disabled, pair.now));
  pair.exchange();
  REQUIRE(pair.tables[1]->distributing == 0b11);
  int waited = 0;
  for (; waited < 2000 && pair.tables[1]->distributing == 0b11; ++waited) {
    pair.advance(1ms);
    REQUIRE(pair.tables[0]->collecting == 0b11);
  }
  CHECK(waited > 250);
  CHECK(waited < 1500);
  pair.advance(150ms);
  CHECK(pair.tables[0]->collecting == 0b11);
  pair.advance(100ms);
  CHECK(pair.tables[0]->collecting == 0b01);
}

TEST_CASE("Options change while the LAG runs, but for its mode", "[control][commands]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(5s);
  LagOptions options = pair.ends[0]->options();
  options.lacp.rate = lacp::Rate::slow;
  options.fast.hash.policy = dist::HashPolicy::l2;
  options.move.by = MoveBy::hold;  // (no Marker shortens the wait)
  REQUIRE(pair.ends[0]->change(options, pair.now));
  pair.exchange();
  CHECK(pair.tables[0]->options.hash.policy == dist::HashPolicy::l2);
  CHECK(pair.tables[0]->distributing == 0b11);
  CHECK(pair.tables[0]->moves.waiting());  // every conversation may have moved
  CHECK((pair.ends[1]->status(pair.now).members[0].lacp.partner.state & 0b10) == 0);
  pair.advance(1s);
  CHECK_FALSE(pair.tables[0]->moves.waiting());
  options.mode = Mode::balance_rr;
  const auto refused = pair.ends[0]->change(options, pair.now);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::not_supported);
  CHECK(pair.ends[0]->options().mode == Mode::lacp);
}

namespace {

// A LAG under random commands.
struct Random {
  Mode mode;
  lagoon::test::Prng random;
  Solo solo{mode, 4};
  unsigned made = 4;

  void command() {
    const auto order = solo.lag->order();
    if (order.empty()) return add();
    const MemberIndex m = order[random.below(order.size())];
    switch (random.below(6)) {
      case 0:
        return add();
      case 1:
        return solo.lag->leave_member(m, solo.now);
      case 2:
        return solo.link(m.value(), random.below(2) == 0);
      case 3:
        return static_cast<void>(
            solo.lag->administrate(m, static_cast<Administration>(random.below(3)), solo.now));
      case 4:
        return static_cast<void>(solo.lag->activate(m, solo.now));
      default: {
        LagOptions options = solo.lag->options();
        options.fast.packets_per_member = static_cast<std::uint16_t>(random.below(4));
        options.fast.hash.policy = static_cast<dist::HashPolicy>(random.below(5));
        REQUIRE(solo.lag->change(options, solo.now));
      }
    }
  }
  void add() {
    const auto added =
        solo.lag->add_member(another("n" + std::to_string(made), static_cast<std::uint8_t>(made)), solo.now);
    if (!added) return;
    ++made;
    solo.link(added->value(), true);
  }
  void pass(Duration time) {
    solo.advance(time);
    for_each(solo.lag->members(), [&](MemberIndex leaving) {
      if (solo.lag->may_close(leaving, solo.now)) solo.lag->forget_member(leaving, solo.now);
    });
    solo.advance(0ns);
  }
};

// A LAG that is started with what another one has come to.
Solo started_as(Mode mode, const LagStatus& status) {
  Solo fresh{mode, 0, [&](LagSettings& s) {
               s.options = status.options;
               for (const MemberStatus& m : status.members) {
                 s.members.push_back(another(m.name, m.address.octets[5]));
                 s.members.back().administration = m.administration;
               }
             }};
  for (std::size_t i = 0; i < status.members.size(); ++i) fresh.link(i, status.members[i].link.up);
  // (which one of equals is active depends on history: that is what active-backup is)
  if (status.active) REQUIRE(fresh.lag->activate(at(*status.active), fresh.now));
  fresh.advance(1s);
  return fresh;
}

// The place in order of the member of each bucket.
std::vector<std::size_t> places(const Solo& solo) {
  std::vector<std::size_t> all;
  for (const std::uint8_t member : solo.table->bucket)
    all.push_back(static_cast<std::size_t>(std::ranges::find(solo.lag->order(), MemberIndex{member}) -
                                           solo.lag->order().begin()));
  return all;
}

}  // namespace

TEST_CASE("After a thousand random commands a LAG is as one that was started so", "[control][commands]") {
  for (const Mode mode : {Mode::balance_xor, Mode::active_backup, Mode::broadcast, Mode::balance_rr}) {
    const std::uint64_t seed = lagoon::test::seed_from_environment().value_or(20261122);
    CAPTURE(name_of(mode), seed);
    Random lag{.mode = mode, .random = lagoon::test::Prng{seed}};
    lag.solo.all_links(true);
    // (a sanitizer sees in 250 what it sees)
    constexpr int kCommands = lagoon::test::kSanitized ? 250 : 1000;
    for (int step = 0; step < kCommands; ++step) {
      lag.command();
      lag.pass(Duration{static_cast<std::int64_t>(lag.random.below(300)) * 1'000'000});
    }
    lag.pass(10s);
    const LagStatus was = lag.solo.lag->status(lag.solo.now);
    const Solo fresh = started_as(mode, was);
    const LagStatus is = fresh.lag->status(fresh.now);
    REQUIRE(is.members.size() == was.members.size());
    CHECK(is.up == was.up);
    CHECK(is.active == was.active);
    for (std::size_t i = 0; i < is.members.size(); ++i) {
      CAPTURE(i, is.members[i].name);
      CHECK(is.members[i].name == was.members[i].name);
      CHECK(is.members[i].distributing == was.members[i].distributing);
      CHECK(is.members[i].collecting == was.members[i].collecting);
      CHECK(is.members[i].buckets == was.members[i].buckets);
    }
    if (was.up) CHECK(places(fresh) == places(lag.solo));
  }
}

}  // namespace commands_test
