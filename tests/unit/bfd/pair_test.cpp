// Two sessions and what can befall the cable between them, and them.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bfd/session.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "support/sanitized.hpp"
#include "unit/bfd/pair.hpp"

namespace bfd_pair_test {

using namespace lagoon;
using namespace lagoon::bfd;
using namespace lagoon::bfd_test;

namespace {

Pair a_pair(Duration interval = 50ms, std::uint8_t multiplier = 3, std::uint64_t seed = 1) {
  return {Pair::options(0, interval, multiplier), Pair::options(1, interval, multiplier), seed};
}

Pair up_pair(Duration interval = 50ms, std::uint8_t multiplier = 3, std::uint64_t seed = 1) {
  Pair pair = a_pair(interval, multiplier, seed);
  pair.start();
  pair.run_for(2s);
  REQUIRE(pair.both(BfdState::up));
  for (auto& events : pair.events) events.clear();
  return pair;
}

std::size_t detected(const Pair& pair) {
  std::size_t count = 0;
  for (const auto& events : pair.events)
    for (const Event& event : events) count += event.diag == BfdDiag::detection_time_expired;
  return count;
}

}  // namespace

TEST_CASE("Two ends are Up within a few milliseconds, and both have told their intervals", "[bfd][pair]") {
  Pair pair = a_pair(10ms);
  pair.start();
  pair.run_for(10ms);
  CHECK(pair.both(BfdState::up));
  pair.run_for(100ms);
  for (const Session& end : pair.ends) {
    CHECK(end.intervals().transmit() == 10ms);
    CHECK(end.intervals().detection() == 30ms);
    CHECK_FALSE(end.intervals().polling());
    CHECK(end.counters().polls_answered >= 1);
  }
  pair.run_for(100s);
  CHECK(pair.events[0].size() <= 2);
  CHECK(detected(pair) == 0);
  for (const Session& end : pair.ends) {
    CHECK(end.counters().sent >= 10'000);
    CHECK(end.counters().sent <= 13'400);
  }
}

TEST_CASE("One passive end is enough to wait, two do not begin", "[bfd][pair]") {
  Pair one = a_pair();
  one.ends[0].start(one.now);
  one.run_for(1s);
  CHECK(one.both(BfdState::up));
  Pair none = a_pair();
  none.run_for(100s);
  CHECK(none.both(BfdState::down));
  CHECK(none.ends[0].counters().sent + none.ends[1].counters().sent == 0);
}

TEST_CASE("Silence one way and both ways is noticed at both ends within a detection time", "[bfd][pair]") {
  for (const bool both_ways : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      Pair pair = up_pair(50ms, 3, seed);
      pair.run_for(std::chrono::microseconds{pair.random.below(50'000)});
      pair.towards[1].dead = true;
      pair.towards[0].dead = both_ways;
      // (a frame may have been on its way)
      pair.run_for(150ms + 100us);
      CHECK(pair.ends[1].state() == BfdState::down);
      CHECK(pair.ends[1].diag() == BfdDiag::detection_time_expired);
      // who hears still is told so
      pair.run_for(100us);
      CHECK(pair.ends[0].state() == BfdState::down);
      CHECK(pair.ends[0].blocks());
      CHECK(pair.ends[1].blocks());
      pair.run_for(5s);
      CHECK_FALSE(pair.both(BfdState::up));
      pair.towards = {};
      pair.run_for(2s);
      CHECK(pair.both(BfdState::up));
      pair.run_for(2s);
      CHECK_FALSE(pair.ends[0].blocks());
      CHECK_FALSE(pair.ends[1].blocks());
    }
  }
}

// Detect Mult 3: frames are 75 to 100 % of the interval apart, so two that are lost are not missed in time,
// and three are.
TEST_CASE("At 10 % loss each way sessions are lost as often as three frames in a row are", "[bfd][pair]") {
  constexpr double kLoss = 0.1;
  const int rounds = test::kSanitized ? 10 : 60;
  std::size_t downs = 0;
  double expected = 0;
  for (int round = 0; round < rounds; ++round) {
    Pair pair = up_pair(50ms, 3, 1'000 + static_cast<std::uint64_t>(round));
    pair.towards = {Direction{.loss = kLoss}, Direction{.loss = kLoss}};
    std::array<std::uint64_t, 2> frames{};
    for (int i = 0; i < 100; ++i) {
      // (frames that are sent while it is Up, at either end)
      const std::array before{pair.ends[0].counters().sent, pair.ends[1].counters().sent};
      const bool up = pair.both(BfdState::up);
      pair.run_for(1s);
      if (up && pair.both(BfdState::up))
        for (std::size_t end = 0; end < 2; ++end)
          frames.at(end) += pair.ends.at(end).counters().sent - before.at(end);
    }
    downs += detected(pair);
    expected += static_cast<double>(frames[0] + frames[1]) * kLoss * kLoss * kLoss * (1 - kLoss);
  }
  INFO(downs << " lost, " << expected << " expected");
  CHECK(static_cast<double>(downs) > expected - 4 * std::sqrt(expected));
  CHECK(static_cast<double>(downs) < expected + 4 * std::sqrt(expected));
}

TEST_CASE("Two frames in a row may be lost again and again without a flap", "[bfd][pair]") {
  Pair pair = up_pair();
  for (int i = 0; i < 200; ++i) {
    pair.towards[0].dead = pair.towards[1].dead = true;
    pair.run_for(74ms);  // (one or two frames of each)
    pair.towards[0].dead = pair.towards[1].dead = false;
    pair.run_for(110ms);
  }
  CHECK(pair.events[0].empty());
  CHECK(pair.events[1].empty());
}

TEST_CASE("Either end changes its timers while Up, frames lost meanwhile, and nothing flaps", "[bfd][pair]") {
  Pair pair = up_pair(50ms, 5);
  constexpr std::array kIntervals{10ms, 400ms, 50ms, 2000ms, 20ms, 15ms, 1000ms};
  for (int round = 0; round < 300; ++round) {
    const std::size_t end = pair.random.below(2);
    const Duration interval = kIntervals.at(pair.random.below(kIntervals.size()));
    pair.set(end, Pair::options(end, interval, 5));
    // a Poll or its Final is lost at times, but never so many frames that it would count
    if (pair.random.chance(0.3)) {
      pair.towards[pair.random.below(2)].dead = true;
      pair.run_for(5ms);
      pair.towards = {};
    }
    pair.run_for(std::chrono::milliseconds{pair.random.below(pair.random.chance(0.5) ? 60 : 20'000)});
  }
  pair.run_for(30s);
  CHECK(pair.events[0].empty());
  CHECK(pair.events[1].empty());
  const Duration slower = std::max(pair.ends[0].options().interval, pair.ends[1].options().interval);
  for (const Session& end : pair.ends) {
    CHECK(end.intervals().transmit() == slower);
    CHECK(end.intervals().detection() == 5 * slower);
    CHECK_FALSE(end.intervals().polling());
  }
}

TEST_CASE("A restarted end is Up again, with another discriminator", "[bfd][pair]") {
  Pair pair = up_pair();
  for (int i = 0; i < 50; ++i) {
    pair.restart(pair.random.below(2));
    pair.run_for(3s);
    CHECK(pair.both(BfdState::up));
  }
  // the one that stayed was told so, or noticed
  CHECK(pair.ends[0].counters().losses + pair.ends[1].counters().losses > 0);
}

TEST_CASE("AdminDown takes no member out at either end, also when its frames are lost", "[bfd][pair]") {
  Pair pair = up_pair();
  for (int i = 0; i < 20; ++i) {
    pair.towards[1].loss = 0.3;
    pair.disable(0);
    pair.run_for(1s);
    CHECK(pair.ends[0].verdict() == Verdict::off);
    // (all of the first second's may be lost: at 30 % seldom)
    if (pair.ends[1].peer_state() == BfdState::admin_down) CHECK(pair.ends[1].verdict() == Verdict::peer_off);
    pair.run_for(20s);
    CHECK_FALSE(pair.ends[0].blocks());
    CHECK_FALSE(pair.ends[1].blocks());
    pair.towards[1].loss = 0;
    pair.enable(0);
    pair.run_for(10s);
    CHECK(pair.both(BfdState::up));
  }
}

TEST_CASE("A farewell frees the member at the other end", "[bfd][pair]") {
  Pair pair = up_pair();
  const auto last = pair.ends[0].farewell();
  REQUIRE(last);
  REQUIRE(pair.ends[1].receive(*last, pair.now));
  CHECK(pair.ends[1].verdict() == Verdict::peer_off);
}

TEST_CASE("An end that sleeps does not judge, however long, and is judged by the other", "[bfd][pair]") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Pair pair = up_pair(50ms, 3, seed);
    pair.run_for(std::chrono::microseconds{pair.random.below(50'000)});
    pair.stand_still(0, 100ms);
    pair.run_for(1s);
    CHECK(pair.events[0].empty());
    CHECK(pair.events[1].empty());
    CHECK(pair.ends[0].counters().own_stalls == 1);
    pair.stand_still(0, 10s);
    CHECK(detected(pair) == 1);  // it is the other that judges
    CHECK(pair.events[1].front().diag == BfdDiag::detection_time_expired);
    pair.run_for(3s);
    CHECK(pair.both(BfdState::up));
  }
}

TEST_CASE("In any course of things nobody judges early or late, or sends too often", "[bfd][pair]") {
  const auto given = test::seed_from_environment();
  const std::uint64_t seeds = test::kSanitized ? 1'000 : 10'000;
  std::uint64_t ups = 0;
  for (std::uint64_t seed = given.value_or(1); seed < given.value_or(1) + (given ? 1 : seeds); ++seed) {
    INFO("LAGOON_SEED=" << seed);
    test::Prng chances{seed};
    const auto any_options = [&](std::size_t end) {
      constexpr std::array kIntervals{10ms, 20ms, 50ms, 150ms, 1500ms};
      return Pair::options(end, kIntervals.at(chances.below(kIntervals.size())),
                           static_cast<std::uint8_t>(chances.between(1, 5)));
    };
    Pair pair{any_options(0), any_options(1), seed};
    pair.start();
    for (int action = 0; action < 12; ++action) {
      const std::size_t end = chances.below(2);
      switch (chances.below(8)) {
        case 0:
          pair.set(end, any_options(end));
          break;
        case 1:
          pair.restart(end);
          break;
        case 2:
          pair.disable(end);
          break;
        case 3:
          pair.stand_still(end, std::chrono::milliseconds{chances.between(1, 400)});
          break;
        case 4:
          pair.towards.at(end).dead = !pair.towards.at(end).dead;
          break;
        case 5:
          pair.towards.at(end).loss = chances.chance(0.5) ? 0.2 : 0;
          break;
        case 6:
          pair.towards.at(end).delay_most = chances.chance(0.5) ? 30ms : 100us;
          break;
        default:
          break;
      }
      pair.enable(1 - end);
      pair.run_for(std::chrono::milliseconds{chances.below(400)});
    }
    // and when nothing is wrong any more, both are Up within 10 s
    pair.towards = {};
    for (std::size_t end = 0; end < 2; ++end) pair.enable(end);
    const auto well = [&] {
      return pair.both(BfdState::up) && !pair.ends[0].blocks() && !pair.ends[1].blocks();
    };
    for (int half_seconds = 0; half_seconds < 20 && !well(); ++half_seconds) pair.run_for(500ms);
    REQUIRE(pair.both(BfdState::up));
    REQUIRE_FALSE(pair.ends[0].blocks());
    REQUIRE_FALSE(pair.ends[1].blocks());
    for (const auto& events : pair.events)
      for (const Event& event : events) ups += event.to == BfdState::up;
  }
  if (!given) CHECK(ups > 2 * seeds);
}

}  // namespace bfd_pair_test
