// Who carries a LAG's frames stands still: the LAG says so to its Partner, and to its operator.
#include <algorithm>

#include "control/status/reasons.hpp"
#include "pair.hpp"
#include "solo.hpp"
#include "support/catch.hpp"

namespace lagoon::control::stall_test {
namespace {

using test::Pair;
using test::Solo;

constexpr MemberSet kAll = ~MemberSet{0};

Stall begins(MemberSet unserved = kAll) {
  return {.who = "worker 1", .begins = true, .stood = 1s, .unserved = unserved};
}
Stall ends() {
  return {.who = "worker 1", .ends = true, .stood = 5s};
}

const JournalEntry* find(const Lag& lag, std::string_view kind) {
  const Journal& journal = lag.journal();
  for (std::size_t i = journal.size(); i-- > 0;)
    if (journal[i].kind == kind) return &journal[i];
  return nullptr;
}

class Agreed : public Pair {
 public:
  Agreed() : Pair{2} {
    all_links(true);
    advance(10s);
    REQUIRE(ends[0]->distributing() == 0b11);
    REQUIRE(ends[1]->distributing() == 0b11);
  }
  [[nodiscard]] Lag& near() { return *ends[0]; }
  [[nodiscard]] Lag& far() { return *ends[1]; }
};

TEST_CASE("A Partner hears at once that nobody carries frames, and sends none", "[control][stall]") {
  Agreed pair;
  pair.near().stalled(begins(), pair.now);
  pair.exchange();
  CHECK(pair.near().distributing() == 0);
  CHECK_FALSE(pair.near().up());
  CHECK(pair.far().distributing() == 0);
  const LagStatus status = pair.near().status(pair.now);
  const std::uint8_t state = status.members[0].lacp.actor.state;
  CHECK((state & 0b0011'1000) == 0);  // Synchronization, Collecting, Distributing
  CHECK(status.members[0].hold_out.unserved);
  CHECK(why_out(status, status.members[0]) == "a worker stands still");
  CHECK(status.pace.stalls.times == 1);
  const JournalEntry* const entry = find(pair.near(), "stall");
  REQUIRE(entry != nullptr);
  CHECK(entry->evidence == "worker 1 has stood for 1 s");
  // What the Partner says meanwhile is heard: nothing expires.
  pair.advance(60s);
  CHECK(pair.near().distributing() == 0);
  CHECK(pair.near().status(pair.now).members[0].lacp.receive == lacp::ReceiveState::current);
}

TEST_CASE("When the stall is over the members come back by themselves", "[control][stall]") {
  Agreed pair;
  pair.near().stalled(begins(), pair.now);
  pair.advance(5s);
  pair.near().stalled(ends(), pair.now);
  pair.advance(2100ms);  // (Aggregate_Wait_Time)
  CHECK(pair.near().distributing() == 0b11);
  CHECK(pair.far().distributing() == 0b11);
  REQUIRE(find(pair.near(), "stall_end") != nullptr);
  CHECK(find(pair.near(), "stall_end")->evidence == "worker 1 stood for 5 s");
  CHECK(pair.near().status(pair.now).pace.stalls.longest == 5s);
  CHECK(pair.near().status(pair.now).members[0].link_failures == 0);
}

TEST_CASE("Members that are served go on when others are not", "[control][stall]") {
  Agreed pair;
  pair.near().stalled(begins(0b01), pair.now);
  pair.advance(1s);
  CHECK(pair.near().distributing() == 0b10);
  CHECK(pair.far().distributing() == 0b10);
}

TEST_CASE("A stall that is told of afterwards takes nobody out", "[control][stall]") {
  Agreed pair;
  pair.near().stalled({.who = "the control lcore", .begins = true, .ends = true, .stood = 2s}, pair.now);
  pair.exchange();
  CHECK(pair.near().distributing() == 0b11);
  CHECK(find(pair.near(), "stall_end")->evidence == "the control lcore stood for 2 s");
  CHECK(pair.near().status(pair.now).pace.stalls.times == 1);
}

TEST_CASE("In every other mode an unserved member is as one whose link is down", "[control][stall]") {
  for (const ModeRow& row : kModes) {
    if (row.choice == Choice::lacp) continue;
    CAPTURE(row.name);
    Solo solo{row.mode, 2};
    solo.all_links(true);
    solo.advance(5s);
    const MemberSet before = solo.lag->distributing();
    REQUIRE(before != 0);
    solo.lag->stalled(begins(), solo.now);
    CHECK(solo.lag->distributing() == 0);
    CHECK_FALSE(solo.lag->up());
    solo.lag->stalled(ends(), solo.now);
    solo.advance(1s);
    CHECK(solo.lag->distributing() == before);
    if (!row.has_active) continue;
    solo.lag->stalled(begins(before), solo.now);
    CHECK(solo.lag->distributing() == (0b11 & ~before));
  }
}

}  // namespace
}  // namespace lagoon::control::stall_test
