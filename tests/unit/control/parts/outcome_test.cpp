// The decision as a function: rows of what is said and what follows.
#include "control/lag/outcome.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace outcome_test {

using namespace lagoon;
using namespace lagoon::control;

namespace {

constexpr MemberIndex kFirst{0};
constexpr MemberIndex kSecond{1};
constexpr MemberIndex kThird{2};

// Members 0, 1, 2 in that order, all enabled, up and working.
OutcomeInput three(Mode mode) {
  OutcomeInput in{.mode = mode, .enabled = 0b111, .listening = 0b111, .up = 0b111, .works = 0b111};
  for (const MemberIndex m : {kFirst, kSecond, kThird}) {
    in.order.push_back(m);
    in.rank[m.value()].port_priority = 100;
    in.rank[m.value()].link = {.up = true, .speed = mbps(1000)};
  }
  in.now = Instant{100s};
  return in;
}

Outcome chosen_and_decided(OutcomeInput in) {
  in.chosen = choose(in);
  return decide(in);
}

}  // namespace

TEST_CASE("min-links: so many to stay up, so many to come up", "[control][outcome]") {
  struct Row {
    int stay_up, come_up;
    MemberSet works;
    bool was_up, is_up;
  };
  const Row rows[] = {
      {1, 1, 0b000, true, false}, {1, 1, 0b001, false, true}, {2, 2, 0b001, true, false},
      {2, 2, 0b011, false, true}, {1, 3, 0b011, true, true},  {1, 3, 0b011, false, false},
      {1, 3, 0b111, false, true}, {2, 3, 0b001, true, false}, {2, 3, 0b011, true, true},
  };
  for (const Row& row : rows) {
    INFO(row.stay_up << " " << row.come_up << " works " << row.works << " was up " << row.was_up);
    OutcomeInput in = three(Mode::balance_xor);
    in.works = row.works;
    in.min_links = {.stay_up = row.stay_up, .come_up = row.come_up};
    in.before.up = row.was_up;
    const Outcome out = chosen_and_decided(in);
    CHECK(out.up == row.is_up);
    CHECK(out.distributing == (row.is_up ? row.works : 0U));
    CHECK(out.collecting == 0b111);  // frames are taken all the same
  }
  // As the options have them: come_up is never less than stay_up, and neither is 0.
  CHECK(lacp::min_links_of({.min_links = 0, .min_links_up = 0}).needed(true) == 1);
  CHECK(lacp::min_links_of({.min_links = 3, .min_links_up = 2}).needed(false) == 3);
  CHECK(lacp::min_links_of({.min_links = 2, .min_links_up = 4}).needed(false) == 4);
  CHECK(lacp::min_links_of({.min_links = 2, .min_links_up = 4}).needed(true) == 2);
}

TEST_CASE("max-links: the active member, then the first in order", "[control][outcome]") {
  struct Row {
    Mode mode;
    int max_links;
    MemberSet works;
    std::optional<MemberIndex> primary;
    MemberSet distributing;
  };
  const Row rows[] = {
      {Mode::balance_xor, 2, 0b111, {}, 0b011},      {Mode::balance_xor, 2, 0b110, {}, 0b110},
      {Mode::balance_xor, 1, 0b100, {}, 0b100},      {Mode::balance_tlb, 2, 0b111, kThird, 0b101},
      {Mode::balance_tlb, 1, 0b111, kSecond, 0b010}, {Mode::balance_tlb, 32, 0b011, kThird, 0b011},
  };
  for (const Row& row : rows) {
    INFO(name_of(row.mode) << " max-links " << row.max_links << " works " << row.works);
    OutcomeInput in = three(row.mode);
    in.works = row.works;
    in.max_links = row.max_links;
    if (row.primary) in.rank[row.primary->value()].primary = true;
    CHECK(chosen_and_decided(in).distributing == row.distributing);
  }
}

TEST_CASE("The active member: pinned, primary, by priority, by order", "[control][outcome]") {
  struct Row {
    Mode mode;
    MemberSet works;
    std::optional<MemberIndex> before, pinned, primary;
    failover::Reselect reselect;
    std::optional<MemberIndex> active;
  };
  using failover::Reselect;
  const auto backup = Mode::active_backup;
  const Row rows[] = {
      {backup, 0b111, {}, {}, {}, Reselect::always, kFirst},
      {backup, 0b000, kFirst, {}, {}, Reselect::always, {}},
      {backup, 0b111, kSecond, {}, {}, Reselect::always, kSecond},
      {backup, 0b111, kSecond, {}, kThird, Reselect::always, kThird},
      {backup, 0b111, kSecond, {}, kThird, Reselect::failure, kSecond},
      {backup, 0b101, kSecond, {}, kThird, Reselect::failure, kThird},
      {backup, 0b111, kFirst, kSecond, kThird, Reselect::always, kSecond},
      {backup, 0b101, kSecond, kSecond, {}, Reselect::always, kFirst},     // what is pinned has failed
      {Mode::failover, 0b111, kThird, {}, {}, Reselect::failure, kFirst},  // lagg: by order, always
      {Mode::balance_xor, 0b111, {}, {}, kThird, Reselect::always, {}},    // has none
  };
  for (const Row& row : rows) {
    INFO(name_of(row.mode) << " row " << &row - rows);
    OutcomeInput in = three(row.mode);
    in.works = row.works;
    in.reselect = row.reselect;
    in.chosen.active = row.before;
    in.chosen.pinned = row.pinned;
    if (row.primary) in.rank[row.primary->value()].primary = true;
    const Chosen chosen = choose(in);
    CHECK(chosen.active == row.active);
    CHECK(chosen.pinned.has_value() == (row.pinned && contains(row.works, *row.pinned)));
  }
}

TEST_CASE("One member is active: who collects, and who stands by", "[control][outcome]") {
  OutcomeInput in = three(Mode::active_backup);
  in.listening = 0b011;  // the third is disabled
  in.enabled = 0b011;
  Outcome out = chosen_and_decided(in);
  CHECK(out.active == kFirst);
  CHECK(out.distributing == 0b001);
  CHECK(out.collecting == 0b001);
  CHECK(out.standby == 0b010);
  in.all_members_active = true;
  out = chosen_and_decided(in);
  CHECK(out.collecting == 0b011);
  CHECK(out.standby == 0);
}

TEST_CASE("LACP: what it has agreed on, of those that work", "[control][outcome]") {
  OutcomeInput in = three(Mode::lacp);
  in.collecting = 0b011;
  in.distributing = 0b011;
  in.works = 0b101;  // the target monitor lost the second
  Outcome out = chosen_and_decided(in);
  CHECK(out.collecting == 0b011);
  CHECK(out.distributing == 0b001);
  CHECK(out.up);
  CHECK_FALSE(out.fallback);
  // One that leaves is listened to until its last frames have come.
  in.collecting = in.distributing = 0b001;
  in.before.collecting = 0b011;
  in.falling_quiet = 0b110;
  CHECK(chosen_and_decided(in).collecting == 0b011);
  // Nobody distributes: down, or up while a link is up.
  in.distributing = 0;
  CHECK_FALSE(chosen_and_decided(in).up);
  in.strict = false;
  CHECK(chosen_and_decided(in).up);
  in.up = in.works = 0;
  CHECK_FALSE(chosen_and_decided(in).up);
}

TEST_CASE("LACP fallback: after the delay, by port priority, until LACP distributes", "[control][outcome]") {
  OutcomeInput in = three(Mode::lacp);
  in.fallback_delay = 5s;
  in.rank[1].port_priority = 10;
  in.chosen = choose(in);
  CHECK(in.chosen.silent_since == in.now);
  CHECK_FALSE(decide(in).fallback);

  in.now += 5s;
  in.chosen = choose(in);
  in.before = decide(in);
  CHECK(in.before.fallback);
  CHECK(in.before.up);
  CHECK(in.before.distributing == 0b010);
  CHECK(in.before.collecting == 0b010);

  in.partner_heard = 0b001;  // it goes on while a Partner is only heard
  in.chosen = choose(in);
  CHECK(decide(in).fallback);
  in.enabled = 0b101;  // the member that was used is drained
  in.chosen = choose(in);
  CHECK(decide(in).distributing == 0b001);

  in.distributing = in.collecting = 0b001;
  in.chosen = choose(in);
  CHECK_FALSE(decide(in).fallback);
  CHECK_FALSE(in.chosen.silent_since);
}

TEST_CASE("LACP fallback: not with a Partner, without a link, without the option", "[control][outcome]") {
  OutcomeInput in = three(Mode::lacp);
  in.chosen.silent_since = in.now - 10s;
  SECTION("a Partner is heard") {
    in.fallback_delay = 5s;
    in.partner_heard = 0b100;
  }
  SECTION("no link is up") {
    in.fallback_delay = 5s;
    in.up = in.works = 0;
  }
  SECTION("links of members that the operator does not let send") {
    in.fallback_delay = 5s;
    in.enabled = 0;
  }
  SECTION("no such option") {}
  in.chosen = choose(in);
  CHECK_FALSE(in.chosen.silent_since);
  CHECK_FALSE(in.chosen.fallback_due);
  CHECK_FALSE(decide(in).fallback);
}

}  // namespace outcome_test
