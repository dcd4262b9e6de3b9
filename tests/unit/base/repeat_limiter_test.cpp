#include "base/repeat_limiter.hpp"

#include <string>

#include "support/catch.hpp"

namespace lagoon::repeat_limiter_test {
namespace {

using Limiter = RepeatLimiter<std::string>;

constexpr Instant kBegin{Duration{1s}};

// How many lines a flood makes: those that went through, and summaries as they fall due.
struct Flood {
  Limiter limiter{};
  std::uint64_t said = 0;
  std::uint64_t counted = 0;
  void let_pass(std::uint64_t kind, Instant now) {
    while (auto summary = limiter.take(now)) {
      ++said;
      counted += summary->before + 1;
    }
    if (limiter.admit(kind, "x", now)) {
      ++said;
      ++counted;
    }
  }
};

TEST_CASE("The first few go through, the rest is counted, and the last of it is told", "[base][limiter]") {
  Limiter limiter{{.burst = 3}};
  for (int i = 0; i < 3; ++i) CHECK(limiter.admit(1, "first", kBegin) == "first");
  CHECK(limiter.empty());
  CHECK_FALSE(limiter.deadline());
  CHECK_FALSE(limiter.admit(1, "second", kBegin + 100ms));
  CHECK_FALSE(limiter.admit(1, "third", kBegin + 900ms));
  CHECK(limiter.deadline() == kBegin + 1s);
  CHECK_FALSE(limiter.take(kBegin + 999ms));
  const auto summary = limiter.take(kBegin + 1s);
  REQUIRE(summary);
  CHECK(summary->last == "third");
  CHECK(summary->before == 1);
  CHECK(summary->during == 1s);
  CHECK_FALSE(limiter.take(kBegin + 100s));
  CHECK(limiter.empty());
}

TEST_CASE("One kind does not keep another back", "[base][limiter]") {
  Limiter limiter{{.burst = 1}};
  CHECK(limiter.admit(1, "a", kBegin));
  CHECK_FALSE(limiter.admit(1, "a", kBegin));
  CHECK(limiter.admit(2, "b", kBegin));
}

TEST_CASE("What comes seldom is never kept back", "[base][limiter]") {
  Limiter limiter{{.burst = 1}};
  for (int i = 0; i < 1000; ++i) CHECK(limiter.admit(1, "a", kBegin + i * 2s));
}

TEST_CASE("A flood costs a few lines a minute, and none of it is forgotten", "[base][limiter]") {
  Flood flood;
  constexpr int kSeconds = 60;
  constexpr int kEach = 1500;
  for (int i = 0; i < kSeconds * kEach; ++i) flood.let_pass(7, kBegin + i * (1s / kEach));
  CHECK(flood.said <= 16);
  while (auto summary = flood.limiter.take_any(kBegin + 1h)) flood.counted += summary->before + 1;
  CHECK(flood.counted == std::uint64_t{kSeconds} * kEach);
}

TEST_CASE("After a flood its last word comes soon, and after a rest all is as before", "[base][limiter]") {
  Limiter limiter{{.burst = 2}};
  Instant now = kBegin;
  for (; now < kBegin + 10s; now += 1ms) {
    static_cast<void>(limiter.take(now));
    static_cast<void>(limiter.admit(1, "flood", now));
  }
  static_cast<void>(limiter.admit(1, "last", now));
  const auto due = limiter.deadline();
  REQUIRE(due);
  CHECK(*due <= now + 2s);
  CHECK(limiter.take(*due)->last == "last");
  now = *due + 40s;
  CHECK(limiter.admit(1, "a", now));
  CHECK(limiter.admit(1, "b", now));
  CHECK_FALSE(limiter.admit(1, "c", now));
}

TEST_CASE("Kinds without end take bounded room, and are a flood as well", "[base][limiter]") {
  Limiter limiter{{.burst = 1, .kinds_most = 4}};
  std::uint64_t admitted = 0;
  for (std::uint64_t kind = 0; kind < 1000; ++kind)
    if (limiter.admit(kind, "x", kBegin)) ++admitted;
  CHECK(admitted == 4);
  std::uint64_t counted = 0;
  std::uint64_t summaries = 0;
  for (; auto summary = limiter.take(kBegin + 1s); ++summaries) counted += summary->before + 1;
  CHECK(counted == 996);
  CHECK(summaries <= 4);
  // Those that rest make place for others.
  CHECK(limiter.admit(5000, "y", kBegin + 200s));
  CHECK(limiter.admit(5001, "y", kBegin + 200s));
}

}  // namespace
}  // namespace lagoon::repeat_limiter_test
