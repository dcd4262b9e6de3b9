#include "lagoond/journal/lines.hpp"

#include "support/catch.hpp"

namespace lagoon::lagoond::lines_test {
namespace {

dpdk::LagEvent event(std::uint64_t sequence, std::string_view kind = "mux") {
  return {.lag = "lag0",
          .entry = {.sequence = sequence,
                    .member_name = "m1",
                    .kind = kind,
                    .from = "DISTRIBUTING",
                    .to = "ATTACHED",
                    .why = "silence",
                    .evidence = "no LACPDU for 3.0 s"}};
}

TEST_CASE("A line has the LAG, the sequence, the member, the change, the reason and the evidence",
          "[journal]") {
  const Line line = line_of(event(12));
  CHECK(line.text == "lag0 #12 m1: mux DISTRIBUTING -> ATTACHED: silence; no LACPDU for 3.0 s");
  CHECK(line.severity == Severity::warning);
}

TEST_CASE("What is empty leaves nothing behind in a line", "[journal]") {
  CHECK(line_of({.lag = "lag0",
                 .entry = {.sequence = 3, .of_lag = true, .kind = "lag", .from = "down", .to = "up"}})
            .text == "lag0 #3: lag down -> up");
  CHECK(line_of({.lag = "lag0", .entry = {.sequence = 4, .member_name = "m0", .kind = "looped"}}).text ==
        "lag0 #4 m0: looped");
  CHECK(line_of({.lag = "lag0",
                 .entry = {.sequence = 5, .member_name = "m0", .kind = "damping", .to = "held_down"}})
            .text == "lag0 #5 m0: damping held_down");
}

TEST_CASE("What takes from a LAG is a warning, what gives to it is not", "[journal]") {
  const auto severity = [](std::string_view kind, std::string_view from, std::string_view to) {
    return line_of({.lag = "a", .entry = {.kind = kind, .from = from, .to = to}}).severity;
  };
  CHECK(severity("link", "up", "down") == Severity::warning);
  CHECK(severity("link", "down", "up") == Severity::notice);
  CHECK(severity("mux", "COLLECTING", "DISTRIBUTING") == Severity::notice);
  CHECK(severity("receive", "CURRENT", "EXPIRED") == Severity::warning);
  CHECK(severity("receive", "EXPIRED", "CURRENT") == Severity::notice);
  CHECK(severity("left_out", "no_partner", "other_lag_id") == Severity::warning);
}

TEST_CASE("Entries that are missing are told by their numbers, for each LAG", "[journal]") {
  GapFinder gaps;
  CHECK_FALSE(gaps.before(event(1)));
  CHECK_FALSE(gaps.before(event(2)));
  dpdk::LagEvent other = event(2);
  other.lag = "lag1";
  const auto first = gaps.before(other);
  REQUIRE(first);
  CHECK(first->text == "lag1: entries 1 to 1 are lost: the journal's writer was behind");
  const auto gap = gaps.before(event(7));
  REQUIRE(gap);
  CHECK(gap->text == "lag0: entries 3 to 6 are lost: the journal's writer was behind");
  CHECK(gaps.missing() == 5);
  CHECK_FALSE(gaps.before(event(8)));
}

TEST_CASE("Times are written as RFC 3339 has them", "[journal]") {
  CHECK(timestamp(0) == "1970-01-01T00:00:00.000000Z");
  CHECK(timestamp(1'772'366'400'000'250'999) == "2026-03-01T12:00:00.000250Z");
}

TEST_CASE("A feed gives every entry once, and counts those that had no room", "[journal]") {
  dpdk::EventFeed feed;
  control::Journal journal;
  journal.add({.kind = "a"});
  journal.add({.kind = "b"});
  feed.take(0, "lag0", journal);
  feed.take(0, "lag0", journal);
  CHECK(feed.pop()->entry.kind == "a");
  CHECK(feed.pop()->entry.sequence == 2);
  CHECK_FALSE(feed.pop());

  // More than the journal itself keeps: the oldest of that kind are gone before anybody could take them.
  for (std::size_t i = 0; i < control::kJournalSize + 10; ++i) journal.add({.kind = "c"});
  feed.take(0, "lag0", journal);
  CHECK(feed.lost() == 12);
  CHECK(feed.pop()->entry.sequence == 15);

  // Nobody reads.
  std::uint64_t lost = feed.lost();
  for (std::size_t i = 0; i < 2 * dpdk::EventFeed::kRoom; ++i) {
    journal.add({.kind = "d"});
    feed.take(0, "lag0", journal);
  }
  lost = feed.lost() - lost;
  std::size_t taken = 0;
  while (feed.pop()) ++taken;
  CHECK(taken == dpdk::EventFeed::kRoom);
  CHECK(lost == 2 * dpdk::EventFeed::kRoom - (dpdk::EventFeed::kRoom - (control::kJournalSize - 3)));
}

}  // namespace
}  // namespace lagoon::lagoond::lines_test
