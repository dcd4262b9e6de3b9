// Links of unequal speed: what each counts for, and which Partners aggregate them.
#include <algorithm>

#include "control/views/views.hpp"
#include "pair.hpp"
#include "solo.hpp"
#include "support/catch.hpp"

namespace lagoon::control::test::unequal_links_test {
namespace {

void connect_unequal(Pair& pair) {
  pair.link(0, true, mbps(10'000));
  pair.link(1, true, mbps(1'000));
  pair.link(2, true, mbps(1'000));
  pair.advance(10s);
}

std::vector<std::string> left_out(const Lag& lag) {
  std::vector<std::string> members;
  for (std::size_t i = 0; i < lag.journal().size(); ++i)
    if (const JournalEntry& e = lag.journal()[i]; e.kind == "unequal_speed" && e.why == "partner_keys_differ")
      members.push_back(e.member_name);
  return members;
}

TEST_CASE("Links of unequal speed are one LAG if both ends leave the speed out of the key",
          "[lag][unequal]") {
  Pair pair{3, [](LagSettings& s) { s.options.unequal_speed = true; }};
  connect_unequal(pair);
  for (const auto& end : pair.ends) {
    const LagStatus status = end->status(pair.now);
    CHECK(status.distributing_members == 3);
    CHECK(left_out(*end).empty());
    // Buckets go by capacity as well: 10/12, 1/12, 1/12.
    CHECK(status.members[0].buckets == 3414);
    CHECK(status.members[1].buckets + status.members[2].buckets == 682);
  }
}

TEST_CASE("A Partner that tells speeds apart is said, once, and seen in the table", "[lag][unequal]") {
  Pair pair{3, [](LagSettings& s) { s.options.unequal_speed = s.name == "near"; }};
  connect_unequal(pair);
  pair.advance(60s);
  const LagStatus status = pair.ends[0]->status(pair.now);
  CHECK(left_out(*pair.ends[0]).size() == 3 - status.distributing_members);
  CHECK(status.distributing_members < 3);
  CHECK(left_out(*pair.ends[1]).empty());  // it never meant to aggregate them
  CHECK(render(View::table, status).find("the Partner tells its ports apart by speed (key ") !=
        std::string::npos);
}

TEST_CASE("A member's weight goes before its speed, and that before its port's", "[lag][unequal]") {
  Solo solo{Mode::balance_xor, 4, [](LagSettings& s) {
              s.options.distribute = LoadSharing::weighted;
              s.options.weighted.unit = BitsPerSecond{1'500'000};
              s.members[0].weight = 10;
              s.members[0].speed = mbps(40'000);
              s.members[1].speed = mbps(2'500);
              s.members[3].weight = 1'000'000;
            }};
  solo.all_links(true);
  const auto capacities = [&solo] {
    std::vector<std::uint64_t> all;
    for (const MemberStatus& m : solo.lag->status(solo.now).members) all.push_back(m.capacity_mbps);
    return all;
  };
  CHECK(capacities() == std::vector<std::uint64_t>{15, 2'500, 10'000, 1'500'000});
  LagOptions options = solo.lag->options();
  options.weighted.unit = mbps(100);
  REQUIRE(solo.lag->change(options, solo.now));
  // (no link has more than 10T)
  CHECK(capacities() == std::vector<std::uint64_t>{1'000, 2'500, 10'000, 10'000'000});
}

}  // namespace
}  // namespace lagoon::control::test::unequal_links_test
