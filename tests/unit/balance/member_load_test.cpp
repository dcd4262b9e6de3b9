#include "balance/member_load.hpp"

#include <cmath>
#include <iomanip>
#include <iostream>
#include <vector>

#include "support/catch.hpp"
#include "support/prng.hpp"

namespace member_load_test {

using namespace lagoon;
using namespace lagoon::balance;
using lagoon::test::Prng;

namespace {

constexpr MemberIndex kFirst{0};
constexpr MemberIndex kSecond{1};

constexpr std::int64_t units(double count) {
  return static_cast<std::int64_t>(count * (1 << kWeightBits));
}

// Members that send at set rates.
struct Rig {
  explicit Rig(const MemberLoadOptions& options = {}) : load{options} {
    MemberLoad::Capacities capacity{};
    capacity[0] = mbps(10'000);
    capacity[1] = mbps(1000);
    load.set_capacities(capacity);
    load.measured(octets, 0, now);
  }
  void send(double first, double second, Duration time, std::uint64_t conversations = 0) {
    const double seconds = std::chrono::duration<double>{time}.count();
    octets[0] += static_cast<std::uint64_t>(first * seconds / 8);
    octets[1] += static_cast<std::uint64_t>(second * seconds / 8);
    now += time;
    load.measured(octets, conversations, now);
  }
  [[nodiscard]] double mbit(MemberIndex member) const {
    return static_cast<double>(load.load(member).value()) / 1e6;
  }
  Instant now = instant_from_ns(1'000'000'000);
  MemberLoad::Octets octets{};
  MemberLoad load;
};

struct Figures {
  double settled_ms = 0;  // until a step is seen to within 5 %
  double noise = 0;       // standard deviation of the load, as part of it
};

// A member at 500 Mbit/s whose traffic comes in clumps of `clump` octets at random times.
Figures figures(Duration window, double clump) {
  Rig rig{{.window = window}};
  Figures found;
  for (Duration at{0}; at < 8 * window; at += window / 4) {
    rig.send(0, 500e6, window / 4);
    if (rig.mbit(kSecond) < 475) found.settled_ms = static_cast<double>(to_ms(at + window / 4 + window / 4));
  }
  Prng random{7};
  const double mean = 500e6 * std::chrono::duration<double>{window / 4}.count() / 8 / clump;  // clumps
  double sum = 0, squares = 0;
  constexpr int kCount = 20'000;
  for (int i = 0; i < kCount; ++i) {
    // (Knuth's way to Poisson's law, in logarithms)
    double clumps = -1, left = mean;
    for (; left > 0; ++clumps) left += std::log((static_cast<double>(random.next() >> 11) + 1) * 0x1p-53);
    rig.octets[1] += static_cast<std::uint64_t>(std::max(0.0, clumps) * clump);
    rig.now += window / 4;
    rig.load.measured(rig.octets, 0, rig.now);
    sum += rig.mbit(kSecond);
    squares += rig.mbit(kSecond) * rig.mbit(kSecond);
  }
  found.noise = std::sqrt(squares / kCount - sum * sum / kCount / kCount) / (sum / kCount);
  return found;
}

}  // namespace

TEST_CASE("Weights are the seed's: a 10G port starts at 100, a 1G port at 10, less what they carry",
          "[balance][member-load]") {
  Rig rig;
  CHECK(rig.load.original_weight(kFirst) == Weight{units(100)});
  CHECK(rig.load.original_weight(kSecond) == Weight{units(10)});
  CHECK(rig.load.current_weight(kFirst) == Weight{units(100)});
  for (int i = 0; i < 200; ++i) rig.send(2.5e9, 350e6, 250ms);
  CHECK(std::abs(rig.load.current_weight(kFirst).value() - units(75)) <= 2);
  CHECK(std::abs(rig.load.current_weight(kSecond).value() - units(6.5)) <= 2);
  CHECK(rig.load.utilisation(kFirst) == Approx(0.25));
  CHECK(rig.load.utilisation(kSecond) == Approx(0.35));
  CHECK(rig.load.utilisation(MemberIndex{5}) == 0);
  // More than the capacity that is claimed: what is left is negative.
  for (int i = 0; i < 200; ++i) rig.send(2.5e9, 1.25e9, 250ms);
  CHECK(std::abs(rig.load.current_weight(kSecond).value() - units(-2.5)) <= 2);
  // In other units.
  rig.load.set_options({.unit = mbps(1000)});
  CHECK(rig.load.original_weight(kFirst) == Weight{units(10)});
  CHECK(rig.load.original_weight(kSecond) == Weight{units(1)});
}

TEST_CASE("A step is followed by 1 - exp(-t / window), whenever measurements come",
          "[balance][member-load]") {
  Prng random{1};
  for (const Duration window : {100ms, 1000ms, 10'000ms}) {
    Rig rig{{.window = window}};
    Duration passed{0};
    while (passed < 4 * window) {
      const Duration step = window / 100 * static_cast<std::int64_t>(random.between(1, 60));
      rig.send(1e9, 0, step);
      passed += step;
      const double expected =
          1000 *
          (1 - std::exp(-std::chrono::duration<double>{passed} / std::chrono::duration<double>{window}));
      REQUIRE(rig.mbit(kFirst) == Approx(expected).epsilon(1e-4));
    }
  }
}

TEST_CASE("What is charged and what is measured together stay what new conversations send",
          "[balance][member-load]") {
  Rig rig{{.conversation = mbps(2)}};
  CHECK(rig.load.charge() == Weight{1311});  // 0.02 units
  // 200 conversations at once, and workers that charge them.
  double charged = 200 * 2.0;
  for (int i = 0; i < 40; ++i) {
    rig.send(400e6, 0, i % 3 == 0 ? 100ms : 250ms, 200);
    charged *= rig.load.charge_left() / 65536.0;
    REQUIRE(rig.mbit(kFirst) + charged == Approx(400).epsilon(1e-3));
  }
  CHECK(charged < 1);
}

TEST_CASE("What a conversation sends is load by live ones, or the floor, or as the operator says",
          "[balance][member-load]") {
  Rig rig{{.conversation_min = BitsPerSecond{100'000}}};
  CHECK(rig.load.conversation_rate() == BitsPerSecond{100'000});
  // Both averages start together, so their ratio is right at once.
  rig.send(800e6, 200e6, 250ms, 500);
  CHECK(static_cast<double>(rig.load.conversation_rate().value()) == Approx(2e6).epsilon(1e-6));
  for (int i = 0; i < 100; ++i) rig.send(1e6, 0, 250ms, 1000);
  CHECK(rig.load.conversation_rate() == BitsPerSecond{100'000});
  rig.load.set_options({.conversation = mbps(5)});
  CHECK(rig.load.conversation_rate() == mbps(5));
  rig.load.set_options({.unit = mbps(1'000'000), .conversation = BitsPerSecond{1}});
  CHECK(rig.load.charge() == Weight{1});
}

TEST_CASE("An index that gets another member starts from nothing, wherever its counter is",
          "[balance][member-load]") {
  Rig rig;
  for (int i = 0; i < 20; ++i) rig.send(1e9, 500e6, 250ms);
  rig.load.forget(kSecond);
  CHECK(rig.load.load(kSecond) == BitsPerSecond{0});
  rig.octets[1] = 1'000'000'000'000;
  rig.send(1e9, 0, 250ms);
  CHECK(rig.load.load(kSecond) == BitsPerSecond{0});
  rig.send(1e9, 100e6, 250ms);
  CHECK(rig.mbit(kSecond) == Approx(100 * (1 - std::exp(-0.25))).epsilon(1e-3));
  // The same member, whose driver starts to count anew.
  rig.octets[0] = 0;
  rig.send(1e9, 100e6, 250ms);
  CHECK(rig.mbit(kFirst) > 990);
  CHECK(rig.mbit(kFirst) < 1001);
}

TEST_CASE("It is measured four times in a window, and time that stands still is no measurement",
          "[balance][member-load]") {
  Rig rig{{.window = 200ms}};
  CHECK(rig.load.deadline(rig.now) == rig.now + 50ms);
  rig.send(1e9, 0, 50ms);
  const BitsPerSecond before = rig.load.load(kFirst);
  rig.octets[0] += 1'000'000'000;
  rig.load.measured(rig.octets, 0, rig.now);
  CHECK(rig.load.load(kFirst) == before);
  const MemberLoad fresh{{}};
  CHECK(fresh.deadline(rig.now) == rig.now);
}

TEST_CASE("A longer window settles later and scatters less", "[balance][member-load]") {
  double noise = 1, settled = 0;
  for (const Duration window : {100ms, 300ms, 1000ms, 3000ms}) {
    const Figures found = figures(window, 64e3);
    const double seconds = std::chrono::duration<double>{window}.count();
    // Three windows and a measurement; clumps in two windows count.
    CHECK(found.settled_ms <= 1000 * seconds * 3.6);
    CHECK(found.noise == Approx(std::sqrt(64e3 * 8 / 500e6 / (2 * seconds))).epsilon(0.1));
    CHECK(found.noise < noise);
    CHECK(found.settled_ms > settled);
    noise = found.noise;
    settled = found.settled_ms;
  }
}

// For docs/rebalancing.md: member_load_test "[.figures]" prints CSV.
TEST_CASE("Window length against settling time and noise", "[.figures]") {
  std::cout << "window_ms,settled_ms,noise_percent_64k,noise_percent_1m\n" << std::fixed;
  for (const Duration window : {20ms, 50ms, 100ms, 200ms, 500ms, 1000ms, 2000ms, 5000ms, 10'000ms}) {
    const Figures small = figures(window, 64e3);
    const Figures large = figures(window, 1e6);
    std::cout << to_ms(window) << ',' << std::setprecision(0) << small.settled_ms << ','
              << std::setprecision(2) << 100 * small.noise << ',' << 100 * large.noise << '\n';
  }
}

}  // namespace member_load_test
