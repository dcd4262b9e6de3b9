#include "control/lag/journal_keeper.hpp"

#include <string>

#include "support/catch.hpp"

namespace journal_keeper_test {

using namespace lagoon;
using namespace lagoon::control;

namespace {

constexpr MemberIndex kFirst{0};
constexpr MemberIndex kSecond{1};

struct Kept {
  Kept() {
    for (const MemberIndex m : {kFirst, kSecond}) {
      roster.add(m, {.name = m == kFirst ? "a" : "b"});
      links.add(m, now);
      keeper.begin(m, now);
    }
  }
  void link(MemberIndex member, bool up) {
    CHECK(links.port_changed(member, {.up = up, .speed = mbps(1000)}, now));
  }
  [[nodiscard]] std::string last() const {
    const Journal& j = keeper.journal();
    if (j.size() == 0) return {};
    const JournalEntry& e = j[j.size() - 1];
    return (e.of_lag ? "lag" : e.member_name) + " " + std::string{e.kind} + ": " + std::string{e.from} +
           " -> " + std::string{e.to} + " (" + std::string{e.why} + ")";
  }
  Instant now{1s};
  LagOptions options{};
  Roster roster{};
  MemberLinks links{options, {}, now};
  JournalKeeper keeper{roster};
};

}  // namespace

TEST_CASE("A member that begins or ceases to work is noted once", "[control][journal]") {
  Kept k;
  k.keeper.note_links(k.links, 0, k.now);
  CHECK(k.keeper.journal().size() == 0);
  k.link(kSecond, true);
  k.now += 1s;
  k.keeper.note_links(k.links, 0, k.now);
  CHECK(k.last() == "b works: no -> yes (link)");
  CHECK(k.keeper.changed(kSecond) == k.now);
  CHECK(k.keeper.changed(kFirst) == k.now - 1s);
  k.keeper.note_links(k.links, 0, k.now);
  CHECK(k.keeper.journal().size() == 1);
  k.link(kSecond, false);
  k.keeper.note_links(k.links, 0, k.now);
  CHECK(k.last() == "b works: yes -> no (link)");
  CHECK(k.keeper.link_failures(kSecond) == 1);
  k.keeper.begin(kSecond, k.now);  // another member has the index now
  CHECK(k.keeper.link_failures(kSecond) == 0);
}

TEST_CASE("To distribute is no entry of its own, but a change of the member", "[control][journal]") {
  Kept k;
  k.keeper.note_links(k.links, 0b10, k.now + 3s);
  CHECK(k.keeper.journal().size() == 0);
  CHECK(k.keeper.changed(kSecond) == k.now + 3s);
}

TEST_CASE("Why another member is active", "[control][journal]") {
  Kept k;
  k.keeper.note_active(std::nullopt, kFirst, 0b11, {}, k.now);
  CHECK(k.last() == "a active: backup -> active (failure)");
  k.keeper.note_active(kFirst, kSecond, 0b10, {}, k.now);
  CHECK(k.last() == "b active: backup -> active (failure)");
  k.keeper.note_active(kFirst, kSecond, 0b11, {}, k.now);
  CHECK(k.last() == "b active: backup -> active (preferred)");
  k.keeper.note_active(kSecond, kFirst, 0b11, "command", k.now);
  CHECK(k.last() == "a active: backup -> active (command)");
  k.keeper.note_active(kFirst, std::nullopt, 0, {}, k.now);
  CHECK(k.last() == "a active: active -> backup (none_works)");
  // One that is gone has no name any more.
  const std::size_t before = k.keeper.journal().size();
  k.roster.remove(kFirst);
  k.keeper.note_active(kFirst, std::nullopt, 0, {}, k.now);
  CHECK(k.keeper.journal().size() == before);
}

TEST_CASE("The LAG's own entries", "[control][journal]") {
  Kept k;
  k.keeper.note_up(false, 0b01, 2, k.now);
  CHECK(k.last() == "lag lag: up -> down (min_links)");
  const Journal& j = k.keeper.journal();
  CHECK(j[0].evidence == "members that may send: 1, it takes 2");
  k.keeper.note_fallback(true, k.now);
  CHECK(k.last() == "lag fallback: off -> on (no_partner)");
}

TEST_CASE("A member that goes on and on is kept short, and its last word is told with how many there were",
          "[control][journal]") {
  Kept k;
  const auto flap = [&](MemberIndex member, bool on) {
    k.keeper.note({.at = k.now,
                   .member = member,
                   .kind = "receive",
                   .from = on ? "CURRENT" : "EXPIRED",
                   .to = on ? "EXPIRED" : "CURRENT",
                   .why = "forged",
                   .evidence = "e"});
  };
  constexpr int kEach = 1000;
  for (int i = 0; i < 60 * kEach; ++i, k.now += 1s / kEach) {
    if (const auto due = k.keeper.deadline(); due && *due <= k.now) k.keeper.expire(k.now);
    flap(kFirst, i % 2 == 0);
  }
  CHECK(k.keeper.journal().size() <= 16);
  // (it is another member's, and not the flood's)
  flap(kSecond, true);
  CHECK(k.last() == "b receive: CURRENT -> EXPIRED (forged)");
  flap(kFirst, true);
  const auto due = k.keeper.deadline();
  REQUIRE(due);
  CHECK(*due <= k.now + 16s);
  k.keeper.expire(*due);
  const JournalEntry& last = k.keeper.journal()[k.keeper.journal().size() - 1];
  CHECK(k.last() == "a receive: CURRENT -> EXPIRED (forged)");
  CHECK(last.evidence.starts_with("e; "));
  CHECK(last.evidence.find(",") != std::string::npos);
  CHECK(last.evidence.find(" more like this in ") != std::string::npos);
  CHECK_FALSE(k.keeper.deadline());
}

TEST_CASE("At the end nothing that was kept back is forgotten", "[control][journal]") {
  Kept k;
  for (int i = 0; i < 20; ++i)
    k.keeper.note({.at = k.now, .member = kFirst, .kind = "mux", .from = "A", .to = i == 19 ? "LAST" : "B"});
  CHECK(k.last() == "a mux: A -> B ()");
  k.keeper.flush(k.now);
  CHECK(k.last() == "a mux: A -> LAST ()");
}

TEST_CASE("A chatty member or kind pushes out nothing but its own", "[control][journal]") {
  Journal journal;
  journal.add({.member = kFirst, .kind = "link", .to = "down"});
  journal.add({.of_lag = true, .kind = "lag", .to = "down"});
  for (std::size_t i = 0; i < 3 * kJournalSize; ++i) journal.add({.member = kSecond, .kind = "mux"});
  REQUIRE(journal.size() == kJournalSize);
  CHECK(journal[0].kind == "link");
  CHECK(journal[1].kind == "lag");
  CHECK(journal[2].sequence == 3 * kJournalSize + 2 - (kJournalSize - 2) + 1);
  CHECK(journal[kJournalSize - 1].sequence == journal.last());
  CHECK(journal.position_after(2) == 2);
  CHECK(journal.position_after(0) == 0);
  CHECK(journal.position_after(journal.last()) == kJournalSize);
  // Two that are chatty share what they have.
  for (std::size_t i = 0; i < kJournalSize; ++i) journal.add({.member = kFirst, .kind = "mux"});
  std::size_t of_first = 0;
  for (std::size_t i = 0; i < journal.size(); ++i)
    if (journal[i].member == kFirst && journal[i].kind == "mux") ++of_first;
  CHECK(of_first == kJournalSize / 2 - 1);
  CHECK(journal[0].kind == "link");
}

}  // namespace journal_keeper_test
