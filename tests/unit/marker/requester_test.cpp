#include "marker/requester.hpp"

#include "marker/responder.hpp"
#include "support/catch.hpp"

namespace requester_test {

using namespace lagoon;
using marker::Question;
using marker::Requester;

namespace {

constexpr MacAddress kSystem{{2, 0, 0, 0, 0, 9}};
constexpr auto kPortOf = [](MemberIndex m) { return static_cast<std::uint16_t>(m.value() + 100); };

std::vector<Question> all_of(Requester& requester) {
  std::vector<Question> questions;
  while (const auto q = requester.transmit()) questions.push_back(*q);
  return questions;
}

// As a Partner's responder makes it.
wire::MarkerPdu answer_to(const Question& question, Instant now) {
  marker::Responder responder;
  return *responder.receive(question.pdu, now);
}

}  // namespace

TEST_CASE("Each worker is asked for on each member, and all have to be answered", "[marker][requester]") {
  Requester requester;
  const Instant now{1s};
  requester.ask(0b101, 2, kSystem, kPortOf, now);
  CHECK_FALSE(requester.answered());
  const auto questions = all_of(requester);
  REQUIRE(questions.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(questions[i].member == MemberIndex{static_cast<std::uint8_t>(i / 2 * 2)});
    CHECK(questions[i].worker == i % 2);
    CHECK(questions[i].pdu.requester_system == kSystem);
    CHECK(questions[i].pdu.requester_port == 100 + i / 2 * 2);
    CHECK(questions[i].pdu.kind == wire::MarkerKind::information);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK_FALSE(requester.answered());
    CHECK(requester.receive(questions[i].member, answer_to(questions[i], now)));
  }
  CHECK(requester.answered());
  CHECK(requester.counters() == marker::RequesterCounters{.sent = 4, .answered = 4});
}

TEST_CASE("An answer counts only on the member that was asked, and once", "[marker][requester]") {
  Requester requester;
  const Instant now{1s};
  requester.ask(0b11, 1, kSystem, kPortOf, now);
  const auto questions = all_of(requester);
  REQUIRE(questions.size() == 2);
  const wire::MarkerPdu answer = answer_to(questions[0], now);
  CHECK_FALSE(requester.receive(MemberIndex{1}, answer));
  wire::MarkerPdu foreign = answer;
  foreign.requester_system = MacAddress{{2, 0, 0, 0, 0, 1}};
  CHECK_FALSE(requester.receive(MemberIndex{0}, foreign));
  CHECK(requester.receive(MemberIndex{0}, answer));
  CHECK(requester.receive(MemberIndex{0}, answer));
  CHECK(requester.counters().answered == 1);
  CHECK_FALSE(requester.answered());
}

TEST_CASE("An answer to a round that was given up is late, and answers nothing", "[marker][requester]") {
  Requester requester;
  const Instant now{1s};
  requester.ask(0b1, 1, kSystem, kPortOf, now);
  const auto first = all_of(requester);
  requester.ask(0b1, 1, kSystem, kPortOf, now + 1ms);
  const auto second = all_of(requester);
  CHECK(requester.receive(MemberIndex{0}, answer_to(first[0], now)));
  CHECK_FALSE(requester.answered());
  CHECK(requester.counters().late == 1);
  CHECK(requester.counters().unanswered == 1);
  CHECK(requester.receive(MemberIndex{0}, answer_to(second[0], now)));
  CHECK(requester.answered());
}

TEST_CASE("A port is not asked more than five times in a second", "[marker][requester]") {
  Requester requester;
  Instant now{1s};
  std::size_t sent = 0;
  for (int i = 0; i < 20; ++i, now += 40ms) {
    requester.ask(0b1, 1, kSystem, kPortOf, now);
    const auto questions = all_of(requester);
    sent += questions.size();
    for (const Question& q : questions) static_cast<void>(requester.receive(q.member, answer_to(q, now)));
    // What was not asked is not answered.
    CHECK(requester.answered() == !questions.empty());
  }
  CHECK(sent == 5);
  CHECK(requester.counters().above_rate == 15);
  requester.ask(0b1, 1, kSystem, kPortOf, now + 2s);
  CHECK(all_of(requester).size() == 1);
}

TEST_CASE("A member that is gone will not answer", "[marker][requester]") {
  Requester requester;
  requester.ask(0b11, 1, kSystem, kPortOf, Instant{1s});
  const auto questions = all_of(requester);
  requester.forget(MemberIndex{1});
  CHECK(requester.receive(MemberIndex{0}, answer_to(questions[0], Instant{1s})));
  CHECK_FALSE(requester.answered());
  CHECK_FALSE(Requester{}.answered());
}

}  // namespace requester_test
