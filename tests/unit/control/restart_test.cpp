// A Lag that goes on from what another process knew: the same conversations on the same members.
#include <array>
#include <memory>
#include <vector>

#include "pair.hpp"
#include "solo.hpp"
#include "support/catch.hpp"

namespace restart_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

const LinkState kUp{.up = true, .speed = mbps(10'000), .full_duplex = true};

std::vector<MemberRestore> all_of(std::size_t members, std::string_view obstacle_of_first = {}) {
  std::vector<MemberRestore> restore;
  for (std::size_t m = 0; m < members; ++m)
    restore.push_back(
        {.member = control::test::at(m), .link = kUp, .obstacle = m == 0 ? obstacle_of_first : ""});
  return restore;
}

std::array<std::uint8_t, dist::kBuckets> places(const table::PortTable& table) {
  std::array<std::uint8_t, dist::kBuckets> places{};
  for (std::size_t b = 0; b < dist::kBuckets; ++b) places[b] = table.bucket[b];
  return places;
}

}  // namespace

TEST_CASE("A LAG goes on with the same buckets on the same members, and distributes in its first table",
          "[control][restart]") {
  Pair pair{3};
  pair.all_links(true);
  pair.advance(6s);
  Lag& before = *pair.ends[0];
  REQUIRE(before.distributing() == 0b111);
  REQUIRE(before.place_buckets({.first = 10, .last = 20, .of = {}}, control::test::at(2), pair.now));
  const SavedLag saved = saved_of(before);
  CHECK(saved.hash_seed == 7);
  Lag next{settings_of("near", 1, 3), pair.now + 1s};
  const auto outcomes = next.restore(saved, all_of(3), pair.now + 1s);
  REQUIRE(outcomes.size() == 3);
  for (const RestoreOutcome& outcome : outcomes) CHECK(outcome.fault.empty());
  CHECK(next.distributing() == 0b111);
  CHECK(next.up());
  const auto table = next.take_table(pair.now + 1s);
  REQUIRE(table != nullptr);
  CHECK(table->distributing == 0b111);
  for (std::size_t b = 10; b <= 20; ++b) CHECK(table->bucket[b] == 2);
  Lag& again = *pair.ends[0];
  CHECK((places(*table) == places(*[&] {
           Lag third{settings_of("near", 1, 3), pair.now + 1s};
           third.restore(saved_of(again), all_of(3), pair.now + 1s);
           return third.take_table(pair.now + 1s);
         }())));
}

TEST_CASE("A member with an obstacle starts afresh, the others go on, and the journal says why",
          "[control][restart]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(6s);
  const SavedLag saved = saved_of(*pair.ends[0]);
  Lag next{settings_of("near", 1, 2), pair.now + 1s};
  next.restore(saved, all_of(2, "its carrier changed meanwhile"), pair.now + 1s);
  CHECK(next.distributing() == 0b10);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < next.journal().size(); ++i)
    if (const JournalEntry& e = next.journal()[i]; e.kind == "restart")
      lines.push_back(e.member_name + " " + std::string{e.to} + " " + std::string{e.why});
  CHECK((lines == std::vector<std::string>{"m0 afresh its carrier changed meanwhile", "m1 resumed "}));
}

TEST_CASE("Members are found by name, and what was placed on one that is gone is free",
          "[control][restart]") {
  Pair pair{3};
  pair.all_links(true);
  pair.advance(6s);
  REQUIRE(pair.ends[0]->place_buckets({.first = 0, .last = 0, .of = {}}, control::test::at(0), pair.now));
  REQUIRE(pair.ends[0]->place_buckets({.first = 1, .last = 1, .of = {}}, control::test::at(2), pair.now));
  const SavedLag saved = saved_of(*pair.ends[0]);
  LagSettings settings = settings_of("near", 1, 3);
  settings.members.erase(settings.members.begin());
  settings.members[0].lacp.port_number = 2;
  settings.members[1].lacp.port_number = 3;
  settings.address = MacAddress{{2, 0, 0, 0, 0, 1}};
  Lag next{std::move(settings), pair.now + 1s};
  next.restore(saved, all_of(2), pair.now + 1s);
  CHECK(next.distributing() == 0b11);
  const auto table = next.take_table(pair.now + 1s);
  REQUIRE(table != nullptr);
  CHECK(table->bucket[1] == 1);  // m2 has that index now
  CHECK(next.status(pair.now + 1s).members[1].placed_buckets == 1);
}

TEST_CASE("The active member stays active, though it comes later in the order, and no updelay runs",
          "[control][restart]") {
  const auto settings = [](LagSettings& s) { s.options.debounce.up_delay = 20s; };
  Solo before{Mode::active_backup, 3, settings};
  before.all_links(true);
  before.advance(30s);
  REQUIRE(before.lag->activate(control::test::at(2), before.now));
  Solo next{Mode::active_backup, 3, settings};
  next.lag->restore(saved_of(*before.lag), all_of(3), next.now);
  CHECK(next.lag->distributing() == 0b100);
}

TEST_CASE("A LAG that is being shut down leaves no state of LACP", "[control][restart]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(6s);
  pair.ends[0]->shut_down(pair.now);
  for (const SavedMember& member : saved_of(*pair.ends[0]).members) CHECK_FALSE(member.port);
}

}  // namespace restart_test
