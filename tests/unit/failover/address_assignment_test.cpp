#include "failover/address_assignment.hpp"

#include <bit>
#include <set>

#include "support/catch.hpp"
#include "support/prng.hpp"

namespace address_assignment_test {

using namespace lagoon;
using namespace lagoon::failover;

namespace {

MacAddress own(unsigned member) {
  return {{0x02, 0, 0, 0, 1, static_cast<std::uint8_t>(member)}};
}
const MacAddress kSet{{0x02, 0, 0, 0, 0, 0xaa}};
const MacAddress kNone{};

MemberIndex at(unsigned member) {
  return MemberIndex{static_cast<std::uint8_t>(member)};
}

AddressInput input(FailOverMac rule, const MacAddress& lag, std::uint32_t members) {
  AddressInput in{.rule = rule, .lag = lag, .members = members};
  for (unsigned i = 0; i < kMembersMax; ++i) in.own[i] = own(i);
  return in;
}

// Three of four members exist: 0, 1 and 3.
struct Row {
  FailOverMac rule;
  MacAddress lag;
  std::optional<unsigned> active;
  std::optional<unsigned> last_active;
  MacAddress assigned;
  std::array<MacAddress, 4> member;
};

}  // namespace

TEST_CASE("Who carries which address, for each rule", "[failover][address_assignment]") {
  using enum FailOverMac;
  const std::optional<unsigned> nobody;
  const std::vector<Row> rows{
      {none, kSet, 1, nobody, kSet, {kSet, kSet, kNone, kSet}},
      {none, own(0), nobody, nobody, own(0), {own(0), own(0), kNone, own(0)}},
      {active, own(0), 3, 1, own(3), {own(0), own(1), kNone, own(3)}},
      {active, own(0), nobody, 1, own(1), {own(0), own(1), kNone, own(3)}},
      {active, own(0), nobody, nobody, own(0), {own(0), own(1), kNone, own(3)}},
      {follow, own(0), 0, nobody, own(0), {own(0), own(1), kNone, own(3)}},
      {follow, own(0), 3, nobody, own(0), {own(3), own(1), kNone, own(0)}},
      {follow, own(0), nobody, 3, own(0), {own(3), own(1), kNone, own(0)}},
      {follow, own(0), nobody, nobody, own(0), {own(0), own(1), kNone, own(3)}},
      {follow, kSet, 1, nobody, kSet, {own(0), kSet, kNone, own(3)}},
      // its owner has left the LAG
      {follow, own(2), 1, nobody, own(2), {own(0), own(2), kNone, own(3)}},
      // an active member that is no member (any more) counts for nothing
      {follow, own(0), nobody, 2, own(0), {own(0), own(1), kNone, own(3)}},
      {active, own(0), 2, nobody, own(0), {own(0), own(1), kNone, own(3)}},
  };
  for (const Row& row : rows) {
    CAPTURE(&row - rows.data());
    AddressInput in = input(row.rule, row.lag, 0b1011);
    if (row.active) in.active = at(*row.active);
    if (row.last_active) in.last_active = at(*row.last_active);
    const AddressAssignment assignment = assign_addresses(in);
    CHECK((assignment.lag == row.assigned));
    for (unsigned i = 0; i < 4; ++i) {
      CAPTURE(i);
      CHECK(to_string(assignment.member[i]) == to_string(row.member[i]));
    }
  }
}

TEST_CASE("Under follow no two members ever carry one address, and the active one carries the LAG's",
          "[failover][address_assignment]") {
  const std::uint64_t seed = test::seed_from_environment().value_or(31);
  CAPTURE(seed);
  test::Prng prng{seed};
  for (int round = 0; round < 20'000; ++round) {
    const unsigned owner = static_cast<unsigned>(prng.below(kMembersMax));
    AddressInput in = input(FailOverMac::follow, prng.chance(0.3) ? kSet : own(owner), prng.u32());
    if (prng.chance(0.7)) in.active = at(static_cast<unsigned>(prng.below(kMembersMax)));
    if (prng.chance(0.7)) in.last_active = at(static_cast<unsigned>(prng.below(kMembersMax)));
    const AddressAssignment assignment = assign_addresses(in);
    std::set<MacAddress> seen;
    for (unsigned i = 0; i < kMembersMax; ++i)
      if ((in.members >> i & 1U) != 0) REQUIRE(seen.insert(assignment.member[i]).second);
    REQUIRE(seen.size() == static_cast<std::size_t>(std::popcount(in.members)));
    const bool is_member = in.active && (in.members >> in.active->value() & 1U) != 0;
    if (is_member) REQUIRE((assignment.member[in.active->value()] == in.lag));
  }
}

TEST_CASE("Under follow all carry their own addresses again when the owner is active",
          "[failover][address_assignment]") {
  for (unsigned owner = 0; owner < 8; ++owner) {
    AddressInput in = input(FailOverMac::follow, own(owner), 0xff);
    for (unsigned other = 0; other < 8; ++other) {
      in.active = at(other);
      const AddressAssignment assignment = assign_addresses(in);
      CHECK((assignment.member[owner] == own(other)));
      CHECK((assignment.member[other] == own(owner)));
      // The same exchange, from where the addresses now are, leads back.
      AddressInput back = in;
      back.own = assignment.member;
      back.lag = own(other);
      CHECK((assign_addresses(back).member[owner] == own(owner)));
    }
    in.active = at(owner);
    const AddressAssignment home = assign_addresses(in);
    for (unsigned i = 0; i < 8; ++i) CHECK((home.member[i] == own(i)));
  }
}

}  // namespace address_assignment_test
