// Timers: what both ends tell each other and when it holds, among it what other implementations got wrong.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bfd/session.hpp"
#include "support/catch.hpp"
#include "unit/bfd/ends.hpp"

namespace bfd_timers_test {

using namespace lagoon;
using namespace lagoon::bfd;
using namespace lagoon::bfd_test;

namespace {

struct Gaps {
  Duration shortest = Duration::max();
  Duration longest = Duration::zero();
};

// Between frames that it sends from `from` on while the peer is heard each 10 ms.
Gaps gaps(Session& session, Instant from, Instant until, const Said& said = {}) {
  Gaps found;
  Instant last{};
  for (Instant now = from; now < until; now += 1ms) {
    if ((now - from) % 10ms == 0ms) static_cast<void>(hears(session, said, now));
    REQUIRE_FALSE(session.expire(now));
    while (session.transmit(now)) {
      if (last != Instant{}) {
        found.shortest = std::min(found.shortest, now - last);
        found.longest = std::max(found.longest, now - last);
      }
      last = now;
    }
  }
  return found;
}

}  // namespace

TEST_CASE("Up begins with a Poll that tells the fast interval", "[bfd][timers]") {
  Session session{options_of(), us()};
  session.start(kStart);
  CHECK(sends(session, kStart).packet.desired_tx_us == 1'000'000);
  REQUIRE(hears(session, {.state = BfdState::init, .desired = 1s}, kStart + 10ms));
  const auto first = sends(session, kStart + 10ms).packet;
  CHECK(first.state == BfdState::up);
  CHECK(first.desired_tx_us == 50'000);
  CHECK(first.poll);
  CHECK_FALSE(first.final);
  // what the peer has said so far holds until it says something else
  CHECK(session.intervals().detection() == 3s);
  // again in each packet, until the Final is there
  CHECK(sends(session, kStart + 60ms).packet.poll);
  static_cast<void>(hears(session, {}, kStart + 61ms));
  CHECK(sends(session, kStart + 110ms).packet.poll);
  CHECK(session.intervals().detection() == 150ms);
  static_cast<void>(hears(session, {.final = true}, kStart + 111ms));
  CHECK_FALSE(sends(session, kStart + 160ms).packet.poll);
}

TEST_CASE("The slower end decides on either way: what it asks for is kept to", "[bfd][timers]") {
  const Said said{.desired = 10ms, .required = 200ms};
  Session session = up_at(kStart, options_of(), said);
  CHECK(session.intervals().transmit() == 200ms);
  CHECK(session.intervals().detection() == 150ms);
  const Gaps found = gaps(session, kStart + 1ms, kStart + 60s, said);
  CHECK(found.shortest >= 150ms);
  CHECK(found.longest <= 201ms);
}

TEST_CASE("Packets are 75 to 100 % of the interval apart, at Detect Mult 1 at most 90 %", "[bfd][timers]") {
  for (const std::uint8_t multiplier : {std::uint8_t{3}, std::uint8_t{1}}) {
    const Said said{.multiplier = 3, .required = 400ms};
    Session session = up_at(kStart, options_of(400ms, multiplier), said);
    const Gaps found = gaps(session, kStart + 1ms, kStart + 300s, said);
    const Duration longest = multiplier == 1 ? 360ms : 400ms;
    CHECK(found.shortest >= 300ms);
    CHECK(found.shortest <= 305ms);
    CHECK(found.longest <= longest + 1ms);
    CHECK(found.longest >= longest - 5ms);
  }
  // one seed, one course; another seed, another one
  const auto times = [](std::uint64_t seed) {
    Identity identity = us();
    identity.seed = seed;
    Session session{options_of(), identity};
    session.start(kStart);
    std::vector<Instant> at;
    for (const Sent& sent : sent_until(session, kStart, kStart + 20s)) at.push_back(sent.at);
    return at;
  };
  CHECK(times(5) == times(5));
  CHECK(times(5) != times(6));
  CHECK(times(0) == times(0));
}

TEST_CASE("A Poll is answered at once in every state, once, and by itself", "[bfd][timers]") {
  Session down{options_of(), us()};
  static_cast<void>(hears(down, {.state = BfdState::up, .poll = true}, kStart));
  CHECK(down.state() == BfdState::down);
  CHECK(sends(down, kStart).packet.final);

  Session session = up_at(kStart);
  static_cast<void>(hears(session, {.poll = true}, kStart + 1ms));
  CHECK(session.deadline() == kStart + 1ms);
  const auto answer = sends(session, kStart + 1ms).packet;
  CHECK(answer.final);
  CHECK_FALSE(answer.poll);
  CHECK_FALSE(session.transmit(kStart + 1ms));
  CHECK(session.counters().polls_answered == 1);

  // also while it polls itself: the answer has no P
  CHECK_FALSE(session.set(options_of(70ms), kStart + 2ms));
  static_cast<void>(hears(session, {.poll = true}, kStart + 2ms));
  const auto final = sends(session, kStart + 2ms).packet;
  CHECK(final.final);
  CHECK_FALSE(final.poll);
  CHECK(final.desired_tx_us == 70'000);
  CHECK(sends(session, kStart + 2ms).packet.poll);
}

TEST_CASE("Neither what is heard nor an answered Poll moves the time of the next packet", "[bfd][timers]") {
  const auto times = [](Duration heard_each, bool polled) {
    Session session = up_at(kStart);
    std::vector<Instant> at;
    for (Instant now = kStart + 1ms; now < kStart + 2s; now += 1ms) {
      if ((now - kStart) % heard_each == 0ms) static_cast<void>(hears(session, {.poll = polled}, now));
      REQUIRE_FALSE(session.expire(now));
      while (const auto frame = session.transmit(now))
        if (!read(*frame).packet.final) at.push_back(now);
    }
    return at;
  };
  const auto quiet = times(100ms, false);
  CHECK(quiet.size() >= 2000 / 50 - 1);
  CHECK(times(1ms, false) == quiet);
  CHECK(times(1ms, true) == quiet);
}

TEST_CASE("While Up it sends more rarely only once the Poll has ended", "[bfd][timers]") {
  Session session = up_at(kStart);
  CHECK_FALSE(session.set(options_of(400ms), kStart + 1ms));
  const auto told = sends(session, kStart + 1ms).packet;
  CHECK(told.poll);
  CHECK(told.desired_tx_us == 400'000);
  CHECK(told.required_rx_us == 400'000);
  // (to wait for longer harms nobody)
  CHECK(session.intervals().detection() == 1200ms);
  const Gaps before = gaps(session, kStart + 2ms, kStart + 5s);
  CHECK(before.longest <= 51ms);
  static_cast<void>(hears(session, {.final = true}, kStart + 5s));
  CHECK(session.intervals().transmit() == 400ms);
  const Gaps after = gaps(session, kStart + 5s + 1ms, kStart + 30s);
  CHECK(after.shortest >= 300ms);
}

TEST_CASE("While Up it waits less long only once the Poll has ended, and sends faster at once",
          "[bfd][timers]") {
  const Said said{.desired = 10ms, .required = 10ms};
  Session session = up_at(kStart, options_of(100ms), said);
  CHECK(session.intervals().detection() == 300ms);
  CHECK_FALSE(session.set(options_of(20ms), kStart + 1ms));
  CHECK(sends(session, kStart + 1ms).packet.required_rx_us == 20'000);
  CHECK(session.intervals().detection() == 300ms);
  CHECK(session.intervals().transmit() == 20ms);
  static_cast<void>(hears(session, said, kStart + 2ms));  // no Final
  CHECK(session.intervals().detection() == 300ms);
  static_cast<void>(hears(session, {.final = true, .desired = 10ms, .required = 10ms}, kStart + 3ms));
  CHECK(session.intervals().detection() == 60ms);
}

TEST_CASE("A second change waits for the Final of the first, and for a packet without it", "[bfd][timers]") {
  Session session = up_at(kStart);
  CHECK_FALSE(session.set(options_of(100ms), kStart + 1ms));
  CHECK(sends(session, kStart + 1ms).packet.desired_tx_us == 100'000);
  CHECK_FALSE(session.set(options_of(200ms), kStart + 2ms));
  CHECK_FALSE(session.transmit(kStart + 2ms));
  CHECK(sends(session, kStart + 51ms).packet.desired_tx_us == 100'000);
  static_cast<void>(hears(session, {.final = true}, kStart + 60ms));
  static_cast<void>(hears(session, {.final = true}, kStart + 61ms));  // of the repeated Poll
  CHECK_FALSE(session.intervals().polling());
  CHECK(session.intervals().desired_tx_us() == 100'000);
  static_cast<void>(hears(session, {}, kStart + 62ms));
  const auto second = sends(session, kStart + 62ms).packet;
  CHECK(second.desired_tx_us == 200'000);
  CHECK(second.poll);
  CHECK(session.intervals().transmit() == 100ms);
}

TEST_CASE("A Final that nobody asked for, and one that comes when it is Down, end nothing", "[bfd][timers]") {
  Session session = up_at(kStart);
  static_cast<void>(hears(session, {.final = true}, kStart + 1ms));
  CHECK(session.intervals().transmit() == 50ms);
  CHECK_FALSE(session.set(options_of(400ms), kStart + 2ms));
  REQUIRE(hears(session, {.state = BfdState::down}, kStart + 3ms));
  // who is not Up changes at once, and asks nobody
  CHECK_FALSE(session.intervals().polling());
  CHECK(session.intervals().desired_tx_us() == 1'000'000);
  CHECK(session.intervals().required_rx_us() == 400'000);
  CHECK_FALSE(session.set(options_of(30ms), kStart + 4ms));
  CHECK(session.intervals().required_rx_us() == 30'000);
}

TEST_CASE("An interval above a second is no faster before Up, and needs no Poll", "[bfd][timers]") {
  Session session{options_of(2s), us()};
  session.start(kStart);
  CHECK(sends(session, kStart).packet.desired_tx_us == 2'000'000);
  REQUIRE(hears(session, {.state = BfdState::init}, kStart));
  CHECK_FALSE(sends(session, kStart).packet.poll);
}

TEST_CASE("When the peer asks for more it gets it at once", "[bfd][timers]") {
  Session session = up_at(kStart, options_of(10ms), {.required = 2s});
  CHECK(sends(session, kStart + 2s).packet.state == BfdState::up);
  CHECK(*session.deadline() >= kStart + 150ms);
  static_cast<void>(hears(session, {.required = 2s}, kStart + 2500ms));
  CHECK_FALSE(session.transmit(kStart + 2500ms));
  static_cast<void>(hears(session, {.poll = true, .required = 10ms}, kStart + 2501ms));
  CHECK(sends(session, kStart + 2501ms).packet.final);
  CHECK_FALSE(sends(session, kStart + 2501ms).packet.final);
  CHECK_FALSE(session.transmit(kStart + 2501ms));
}

TEST_CASE("A peer that wants no packets gets none but answers", "[bfd][timers]") {
  const Said said{.required = 0ms};
  Session session = up_at(kStart, options_of(), said);
  for (Instant now = kStart + 1ms; now < kStart + 10s; now += 10ms) {
    static_cast<void>(hears(session, said, now));
    REQUIRE_FALSE(session.transmit(now));
  }
  Said poll = said;
  poll.poll = true;
  static_cast<void>(hears(session, poll, kStart + 10s));
  CHECK(sends(session, kStart + 10s).packet.final);
}

TEST_CASE("Another Detect Mult of either end holds at once", "[bfd][timers]") {
  Session session = up_at(kStart);
  CHECK_FALSE(session.set(options_of(50ms, 5), kStart + 1ms));
  const auto told = sends(session, kStart + 1ms).packet;
  CHECK(told.multiplier == 5);
  CHECK_FALSE(told.poll);
  static_cast<void>(hears(session, {.multiplier = 10}, kStart + 2ms));
  CHECK(session.intervals().detection() == 500ms);
}

TEST_CASE("A detector that slept does not judge", "[bfd][timers]") {
  Session session = up_at(kStart);
  // 20 ms are no more than half an interval: whoever is late so little judges
  session.slept(20ms, kStart + 100ms);
  CHECK(session.counters().own_stalls == 0);
  session.slept(400ms, kStart + 500ms);
  CHECK(session.counters().own_stalls == 1);
  CHECK_FALSE(session.expire(kStart + 500ms));
  CHECK_FALSE(session.expire(kStart + 550ms - 1ns));
  CHECK(session.state() == BfdState::up);
  const auto event = session.expire(kStart + 550ms);
  REQUIRE(event);
  CHECK(event->detection == 150ms);
  CHECK(event->silence == 550ms);
}

TEST_CASE("Sleep counts as far as nothing was heard since, in whichever order both are told",
          "[bfd][timers]") {
  // asleep from 100 to 500 ms; a worker has received at 300 ms
  for (const bool told_first : {false, true}) {
    Session session = up_at(kStart);
    if (told_first) session.slept(400ms, kStart + 500ms);
    static_cast<void>(hears(session, {}, kStart + 300ms));
    if (!told_first) session.slept(400ms, kStart + 500ms);
    CHECK_FALSE(session.expire(kStart + 650ms - 1ns));
    CHECK(session.expire(kStart + 650ms));
  }
  // what came before it slept takes nothing of the sleep away, what came after that all of it
  Session before = up_at(kStart);
  before.slept(400ms, kStart + 500ms);
  static_cast<void>(hears(before, {}, kStart + 90ms));
  CHECK_FALSE(before.expire(kStart + 640ms - 1ns));
  CHECK(before.expire(kStart + 640ms));
  Session after = up_at(kStart);
  after.slept(400ms, kStart + 500ms);
  static_cast<void>(hears(after, {}, kStart + 501ms));
  CHECK(after.expire(kStart + 651ms));
  // nobody is there to be judged
  Session alone{options_of(), us()};
  alone.slept(10s, kStart);
  CHECK(alone.counters().own_stalls == 0);
}

}  // namespace bfd_timers_test
