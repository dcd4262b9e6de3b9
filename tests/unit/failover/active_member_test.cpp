#include "failover/active_member.hpp"

#include <vector>

#include "support/catch.hpp"

namespace active_member_test {

using namespace lagoon;
using namespace lagoon::failover;

namespace {

constexpr LinkState k1G{.up = true, .speed = mbps(1'000), .full_duplex = true};
constexpr LinkState k1GHalf{.up = true, .speed = mbps(1'000), .full_duplex = false};
constexpr LinkState k10G{.up = true, .speed = mbps(10'000), .full_duplex = true};
constexpr LinkState k10GHalf{.up = true, .speed = mbps(10'000), .full_duplex = false};

struct Member {
  bool eligible = true;
  bool primary = false;
  int priority = 0;
  LinkState link = k1G;
};

std::optional<int> choose(const std::vector<Member>& members, std::optional<int> current, Reselect reselect) {
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < members.size(); ++i)
    candidates.push_back({.member = MemberIndex{static_cast<std::uint8_t>(i)},
                          .eligible = members[i].eligible,
                          .primary = members[i].primary,
                          .priority = members[i].priority,
                          .link = members[i].link});
  const auto active =
      current ? std::optional{MemberIndex{static_cast<std::uint8_t>(*current)}} : std::nullopt;
  const auto chosen = choose_active(candidates, active, reselect);
  return chosen ? std::optional<int>{chosen->value()} : std::nullopt;
}

constexpr Member kGone{.eligible = false};
constexpr Member kPrimary{.primary = true};
constexpr Member kPrimaryGone{.eligible = false, .primary = true};

}  // namespace

TEST_CASE("Without a current member: the primary, else the highest priority, else the first",
          "[failover][active_member]") {
  struct Row {
    std::vector<Member> members;
    std::optional<int> chosen;
  };
  const std::vector<Row> rows{
      {{}, std::nullopt},
      {{kGone, kGone}, std::nullopt},
      {{Member{}, Member{}}, 0},
      {{kGone, Member{}, Member{}}, 1},
      {{Member{}, kPrimary, {.priority = 9}}, 1},
      {{Member{}, kPrimaryGone, {.priority = 9}}, 2},
      {{{.priority = -5}, {.priority = 3}, {.priority = 3}}, 1},
      {{{.priority = -5}, {.priority = -7}}, 0},
      {{Member{}, {.eligible = false, .priority = 9}, {.priority = 1}}, 2},
  };
  for (const Row& row : rows)
    for (const Reselect reselect : {Reselect::always, Reselect::better, Reselect::failure}) {
      CAPTURE(&row - rows.data(), name_of(reselect));
      CHECK(choose(row.members, std::nullopt, reselect) == row.chosen);
      // A current member that may not be used, or is no member any more, is like none.
      std::vector<Member> with_gone = row.members;
      with_gone.push_back(kGone);
      CHECK(choose(with_gone, static_cast<int>(row.members.size()), reselect) == row.chosen);
      CHECK(choose(row.members, 31, reselect) == row.chosen);
    }
}

TEST_CASE("A current member that works gives way as primary-reselect says", "[failover][active_member]") {
  struct Row {
    std::vector<Member> members;
    int current;
    int always;
    int better;
    int failure;
  };
  const std::vector<Row> rows{
      // among equals the current one stays
      {{Member{}, Member{}}, 1, 1, 1, 1},
      {{Member{.link = k10G}, Member{}}, 1, 1, 1, 1},
      // a primary that returns
      {{kPrimary, Member{}}, 1, 0, 1, 1},
      {{kPrimaryGone, Member{}}, 1, 1, 1, 1},
      {{{.primary = true, .link = k10G}, Member{}}, 1, 0, 0, 1},
      {{kPrimary, {.link = k10G}}, 1, 0, 1, 1},
      {{kPrimary, {.link = k1GHalf}}, 1, 0, 0, 1},
      {{{.primary = true, .link = k1GHalf}, Member{}}, 1, 0, 1, 1},
      {{{.primary = true, .link = k10GHalf}, Member{}}, 1, 0, 0, 1},
      {{kPrimary, {.link = k10GHalf}}, 1, 0, 1, 1},
      // a primary is not left for a priority
      {{kPrimary, {.priority = 100, .link = k10G}}, 0, 0, 0, 0},
      // a higher priority
      {{{.priority = 5}, Member{}}, 1, 0, 1, 1},
      {{{.priority = 5, .link = k10G}, Member{}}, 1, 0, 0, 1},
      {{{.priority = -1, .link = k10G}, Member{}}, 1, 1, 1, 1},
      {{{.eligible = false, .priority = 5}, Member{}, {.priority = 2}}, 1, 2, 1, 1},
      {{kPrimaryGone, {.priority = 2}, {.priority = 1}}, 2, 1, 2, 2},
  };
  for (const Row& row : rows) {
    CAPTURE(&row - rows.data());
    CHECK(choose(row.members, row.current, Reselect::always) == row.always);
    CHECK(choose(row.members, row.current, Reselect::better) == row.better);
    CHECK(choose(row.members, row.current, Reselect::failure) == row.failure);
  }
}

TEST_CASE("lagg's failover: with falling priorities the order is the preference, and the master resumes",
          "[failover][active_member]") {
  std::vector<Member> members{{.priority = 0}, {.priority = -1}, {.priority = -2}};
  std::optional<int> active;
  struct Step {
    int member;
    bool works;
    std::optional<int> active;
  };
  for (const Step& step : std::vector<Step>{{0, true, 0},
                                            {0, false, 1},
                                            {1, false, 2},
                                            {1, true, 1},
                                            {2, false, 1},
                                            {0, true, 0},
                                            {0, false, 1},
                                            {1, false, std::nullopt},
                                            {2, true, 2}}) {
    members[static_cast<std::size_t>(step.member)].eligible = step.works;
    active = choose(members, active, Reselect::always);
    CHECK(active == step.active);
  }
}

}  // namespace active_member_test
