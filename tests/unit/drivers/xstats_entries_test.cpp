#include "xstats/entries.hpp"

#include <algorithm>
#include <set>

#include "support/catch.hpp"

namespace lagoon::pmd::xstats_entries_test {
namespace {

control::LagStatus lag_with(std::vector<std::string> names) {
  control::LagStatus lag;
  lag.drops = {{"not_collecting", 3}};
  for (std::string& name : names) {
    control::MemberStatus& member = lag.members.emplace_back();
    member.name = std::move(name);
    member.traffic.tx_packets = 7;
    member.lacp.counters.lacpdu_rx = 5;
    member.distributing = true;
  }
  return lag;
}

const Entry& entry(const std::vector<Entry>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &Entry::name);
  CAPTURE(name);
  REQUIRE(found != all.end());
  return *found;
}

TEST_CASE("Every number of a member, and every drop, has a name of its own", "[pmd][xstats]") {
  const auto all = entries_of(lag_with({"net_ring0", "0000:3b:00.0"}));
  CHECK(entry(all, "member_net_ring0_tx_packets").value == 7);
  CHECK(entry(all, "member_0000:3b:00.0_lacpdu_rx").value == 5);
  CHECK(entry(all, "drop_not_collecting").value == 3);
  CHECK_FALSE(entry(all, "member_net_ring0_distributing").counts);
  CHECK(entry(all, "member_net_ring0_tx_packets").counts);
  std::set<std::string> names;
  for (const Entry& e : all) names.insert(e.name);
  CHECK(names.size() == all.size());
}

TEST_CASE("Names fit into DPDK's, and hold nothing that scripts stumble over", "[pmd][xstats]") {
  for (const Entry& e : entries_of(lag_with({"a device with, a name that is much too long for all of it"}))) {
    CHECK(e.name.size() <= 63);
    CHECK(e.name.find_first_of(" ,\t") == std::string::npos);
  }
}

}  // namespace
}  // namespace lagoon::pmd::xstats_entries_test
