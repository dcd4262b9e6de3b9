// What a view says of a member that carries nothing the journal says, too, in the same sentence.
#include "control/status/reasons.hpp"
#include "solo.hpp"
#include "support/catch.hpp"

namespace causes_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

// The last entry of that kind, as a file of the journal has it behind the member's name.
std::string last(const Lag& lag, std::string_view kind) {
  for (std::size_t i = lag.journal().size(); i-- > 0;)
    if (const JournalEntry& e = lag.journal()[i]; e.kind == kind)
      return std::string{e.from} + " -> " + std::string{e.to} + ": " + std::string{e.why} + "; " + e.evidence;
  return {};
}

std::string words(const Lag& lag, std::size_t member, Instant now) {
  const LagStatus status = lag.status(now);
  const Obstacle found = obstacle(status, status.members[member]);
  return found.words + ": " + found.evidence;
}

void ask_a_target(LagSettings& s) {
  const HostAddress target{Ipv4Address{{10, 0, 0, 254}}, std::nullopt};
  s.options.targets = {
      .interval = 100ms, .targets = {target}, .validate = monitor::Validate::none, .missed_max = 2};
}

// The target hears all but the first member while that is deaf.
void answer(Solo& solo, bool deaf, const Sent& s) {
  const auto asked = wire::parse_arp(s.frame);
  if (!asked || asked->operation != wire::ArpOperation::request || (deaf && s.member == at(0))) return;
  constexpr MacAddress kTarget{{2, 9, 9, 9, 9, 9}};
  solo.lag->frame_received(s.member,
                           wire::emit_arp({.destination = asked->sender_mac,
                                           .source = kTarget,
                                           .operation = wire::ArpOperation::reply,
                                           .sender_mac = kTarget,
                                           .sender_ip = asked->target_ip,
                                           .target_mac = asked->sender_mac,
                                           .target_ip = asked->sender_ip}),
                           solo.now);
}

}  // namespace

TEST_CASE("Too few links are counted alike in the journal and the views", "[control][causes]") {
  Solo solo{Mode::balance_xor, 3, [](LagSettings& s) {
              s.options.lacp.min_links = 2;
              s.options.lacp.min_links_up = 3;
            }};
  solo.all_links(true);
  CHECK(last(*solo.lag, "lag") == "down -> up: ; members that may send: 3, it takes 3");
  solo.link(2, false);
  CHECK(words(*solo.lag, 0, solo.now) == ": ");
  solo.link(1, false);
  CHECK(last(*solo.lag, "lag") == "up -> down: min_links; members that may send: 1, it takes 2");
  // (to come up it takes more)
  CHECK(words(*solo.lag, 0, solo.now) == "too few links: members that may send: 1, it takes 3");
}

TEST_CASE("Too few links of LACP, too", "[control][causes]") {
  Pair pair{2, [](LagSettings& s) { s.options.lacp.min_links = 2; }};
  pair.all_links(true);
  pair.advance(4s);
  REQUIRE(pair.ends[0]->up());
  pair.link(1, false);
  pair.advance(4s);
  const std::string sentence = "distributing members: 1, it takes 2";
  CHECK(last(*pair.ends[0], "lag") == "up -> down: min_links; " + sentence);
  CHECK(words(*pair.ends[0], 0, pair.now) == "too few links: " + sentence);
}

TEST_CASE("Who stands by is told for whom", "[control][causes]") {
  Solo solo{Mode::active_backup, 2, [](LagSettings& s) { s.options.active.primary = "m1"; }};
  solo.link(0, true);
  solo.link(1, true);
  CHECK(solo.journal("active").front() == "m0: backup -> active (failure)");
  const Journal& journal = solo.lag->journal();
  std::string demoted;
  for (std::size_t i = 0; i < journal.size(); ++i)
    if (journal[i].kind == "active" && journal[i].to == "backup") demoted = journal[i].evidence;
  CHECK(demoted == "standby: the active member is m1");
  CHECK(words(*solo.lag, 0, solo.now) == "standby: ");
  // One that is lost does not stand by.
  solo.link(1, false);
  for (std::size_t i = 0; i < journal.size(); ++i)
    if (journal[i].kind == "active" && journal[i].member == at(1) && journal[i].to == "backup")
      CHECK(journal[i].evidence.empty());
}

TEST_CASE("A member that is held down is told so alike", "[control][causes]") {
  Solo solo{Mode::balance_xor, 2, [](LagSettings& s) {
              s.options.damping = {
                  .enabled = true, .flaps = 2, .window = 30s, .hold_first = 2s, .hold_max = 8s};
            }};
  solo.all_links(true);
  for (int i = 0; i < 3; ++i) {
    solo.link(1, false);
    solo.link(1, true);
  }
  const std::string sentence = "its link went up and down too often";
  CHECK(last(*solo.lag, "damping") == " -> held_down: flapping; for 2 s: " + sentence);
  CHECK(words(*solo.lag, 1, solo.now) == "held down for 2 s: " + sentence);
  solo.advance(2s);
  CHECK(last(*solo.lag, "damping") == "held_down -> released: quiet; ");
}

TEST_CASE("What the target monitor finds is told alike", "[control][causes]") {
  bool deaf = false;
  bool silent = true;
  Solo solo{Mode::balance_xor, 2, ask_a_target};
  solo.on_sent = [&](const Sent& s) {
    if (!silent) answer(solo, deaf, s);
  };
  solo.link(0, true);
  silent = false;
  solo.link(1, true);
  solo.advance(2s);
  CHECK(words(*solo.lag, 0, solo.now) == ": ");
  deaf = true;
  // (frames that are none of the targets' go on coming)
  for (int i = 0; i < 20; ++i) {
    solo.counts.rx_frames[0] += 10;
    solo.advance(100ms);
  }
  const std::string no_answer = "the targets do not answer it, and answer another member";
  CHECK(last(*solo.lag, "works") == "yes -> no: no_answer; " + no_answer);
  CHECK(words(*solo.lag, 0, solo.now) == "no answer: " + no_answer);
  silent = true;
  solo.advance(2s);
  const std::string nothing = "nothing comes in on it that the target monitor counts";
  CHECK(last(*solo.lag, "works") == "yes -> no: nothing_heard; " + nothing);
  CHECK(words(*solo.lag, 1, solo.now) == "nothing heard: " + nothing);
}

TEST_CASE("A member above max-links has its sentence in every mode", "[control][causes]") {
  Solo solo{Mode::balance_xor, 3, [](LagSettings& s) { s.options.lacp.max_links = 2; }};
  solo.all_links(true);
  CHECK(words(*solo.lag, 1, solo.now) == ": ");
  CHECK(words(*solo.lag, 2, solo.now) == "not in use: max-links is 2, and other members come first");
  // (nobody has to be asked: the newcomer is in the same table)
  CHECK(solo.lag->administrate(at(0), Administration::disabled, solo.now));
  CHECK(solo.lag->distributing() == 0b110);
  CHECK(solo.lag->administrate(at(0), Administration::enabled, solo.now));
  CHECK(solo.lag->administrate(at(1), Administration::drained, solo.now));
  CHECK(solo.lag->distributing() == 0b101);

  Pair pair{2, [](LagSettings& s) { s.options.lacp.max_links = s.name == "near" ? 1 : 2; }};
  pair.all_links(true);
  pair.advance(4s);
  const Lag& near = *pair.ends[0];
  CHECK(words(near, 0, pair.now) == ": ");
  CHECK(words(near, 1, pair.now) == "standby: max-links is 1, and other ports have better Port IDs");
}

TEST_CASE("A member that is being replaced says so, and the journal how it went", "[control][causes]") {
  Pair pair{2, [](LagSettings& s) { s.options.lacp.max_links = s.name == "near" ? 1 : 2; }};
  pair.all_links(true);
  pair.advance(4s);
  Lag& near = *pair.ends[0];
  REQUIRE(near.distributing() == 0b01);
  const std::string goes_on =
      "it goes on until another member distributes in its place, or swap-patience is over";
  CHECK(near.administrate(at(0), Administration::disabled, pair.now));
  CHECK(is_being_replaced(near, at(0)));
  CHECK(words(near, 0, pair.now) == "is being replaced: " + goes_on);
  CHECK(last(near, "swap") == "none -> carries: disabled; " + goes_on);
  CHECK(near.status(pair.now).members[0].works);
  pair.advance(4s);
  CHECK(near.distributing() == 0b10);
  CHECK_FALSE(is_being_replaced(near, at(0)));
  CHECK(words(near, 0, pair.now) == "disabled: the operator has disabled the member");
  CHECK(last(near, "swap") == "carries -> moves: replaced; another member distributes in its place");

  // One that leaves can't be closed before.
  CHECK(near.administrate(at(0), Administration::enabled, pair.now));
  pair.advance(5s);
  REQUIRE(near.distributing() == 0b01);
  near.leave_member(at(0), pair.now);
  pair.advance(50ms);
  CHECK(near.distributing() == 0b01);
  CHECK_FALSE(near.may_close(at(0), pair.now));
  pair.advance(4s);
  CHECK(near.distributing() == 0b10);
  CHECK(near.may_close(at(0), pair.now));
}

}  // namespace causes_test
