// The interface under a member is gone, and comes back.
#include <string>

#include "control/status/reasons.hpp"
#include "pair.hpp"
#include "solo.hpp"
#include "support/catch.hpp"

namespace lagoon::control::interface_test {
namespace {

using test::Pair;
using test::Solo;

constexpr MemberIndex kFirst{0};
constexpr MacAddress kOther{{0x02, 0, 0, 0, 0x99, 0x01}};
constexpr LinkState kUp{.up = true, .speed = mbps(10'000)};

const InterfaceNews kDeleted{.kind = InterfaceNews::Kind::gone, .why = "deleted"};
const InterfaceNews kRefused{.kind = InterfaceNews::Kind::refused, .evidence = "no room"};
const InterfaceNews kBack{.kind = InterfaceNews::Kind::back, .address = kOther};

std::string changes_of(const Lag& lag) {
  std::string words;
  for (std::size_t i = 0; i < lag.journal().size(); ++i)
    if (const JournalEntry& e = lag.journal()[i]; e.kind == "interface")
      words += std::string{e.to} + " (" + std::string{e.why} + ") ";
  return words;
}

TEST_CASE("A member whose interface is gone is out at once, whatever the downdelay", "[control][interface]") {
  for (const ModeRow& row : kModes) {
    if (row.choice == Choice::lacp) continue;
    CAPTURE(row.name);
    Solo solo{row.mode, 2, [](LagSettings& s) { s.options.debounce.down_delay = 10s; }};
    solo.all_links(true);
    solo.advance(5s);
    REQUIRE(contains(solo.lag->distributing(), kFirst));
    interface_changed(*solo.lag, kFirst, kDeleted, solo.now);
    CHECK(solo.lag->distributing() == 0b10);
    const LagStatus status = solo.lag->status(solo.now);
    CHECK(why_out(status, status.members[0]) == "its interface is gone");
    // What the port of the one that is gone says is not believed.
    solo.lag->link_changed(kFirst, kUp, solo.now);
    CHECK(solo.lag->distributing() == 0b10);
    CHECK(contains(solo.lag->members(), kFirst));
  }
}

TEST_CASE("It comes back as the member that it was, with the new interface's address",
          "[control][interface]") {
  Solo solo{Mode::balance_xor, 2};
  solo.all_links(true);
  solo.advance(5s);
  const auto tables = solo.lag->status(solo.now).members[0].buckets;
  interface_changed(*solo.lag, kFirst, kDeleted, solo.now);
  interface_changed(*solo.lag, kFirst, kRefused, solo.now);
  CHECK(solo.lag->status(solo.now).members[0].hold_out.absence.obstacle == "no room");
  interface_changed(*solo.lag, kFirst, kBack, solo.now);
  CHECK(solo.lag->distributing() == 0b10);  // until its port has a link
  CHECK(solo.lag->member(kFirst).address == kOther);
  solo.lag->link_changed(kFirst, kUp, solo.now);
  solo.advance(5s);
  CHECK(solo.lag->distributing() == 0b11);
  const LagStatus status = solo.lag->status(solo.now);
  CHECK(status.members[0].buckets == tables);
  CHECK(status.members[0].hold_out.absence.words.empty());
  CHECK(status.members[0].hold_out.absence.obstacle.empty());
  CHECK(changes_of(*solo.lag) == "gone (deleted) refused (not_taken) there (taken) ");
}

TEST_CASE("Under LACP it has its port number again, and the others go on", "[control][interface]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(10s);
  REQUIRE(pair.ends[0]->distributing() == 0b11);
  const auto number = pair.ends[0]->status(pair.now).members[0].lacp.actor.port_number;
  interface_changed(*pair.ends[0], kFirst, kDeleted, pair.now);
  CHECK(pair.ends[0]->distributing() == 0b10);
  pair.advance(10s);
  CHECK(pair.ends[0]->distributing() == 0b10);
  interface_changed(*pair.ends[0], kFirst, kBack, pair.now);
  pair.all_links(false);
  pair.all_links(true);
  pair.advance(10s);
  CHECK(pair.ends[0]->distributing() == 0b11);
  CHECK(pair.ends[0]->status(pair.now).members[0].lacp.actor.port_number == number);
}

TEST_CASE("What the journal kept back is written after the end", "[control][interface]") {
  Solo solo{Mode::balance_xor, 2};
  solo.all_links(true);
  solo.advance(5s);
  solo.lag->shut_down(solo.now);
  for (int i = 0; i < 20; ++i) {
    interface_changed(*solo.lag, kFirst, kDeleted, solo.now);
    interface_changed(*solo.lag, kFirst, kBack, solo.now);
  }
  const std::uint64_t before = solo.lag->journal().last();
  end_journal(*solo.lag, solo.now);
  REQUIRE(solo.lag->journal().last() > before);
  std::string kept;
  for (std::size_t i = solo.lag->journal().position_after(before); i < solo.lag->journal().size(); ++i)
    if (solo.lag->journal()[i].kind == "interface") kept = solo.lag->journal()[i].evidence;
  CHECK(kept.find(" more like this") != std::string::npos);
}

}  // namespace
}  // namespace lagoon::control::interface_test
