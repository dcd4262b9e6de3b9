#include "failover/damping.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/prng.hpp"

namespace damping_test {

using namespace lagoon;
using namespace lagoon::failover;

namespace {

constexpr DampingOptions kOptions{
    .enabled = true, .flaps = 3, .window = 30s, .hold_first = 2s, .hold_max = 60s};

struct Link {
  DampingOptions options = kOptions;
  Damping damping{};

  void up(Instant now) { damping.input(true, options, now); }
  void down(Instant now) { damping.input(false, options, now); }
  void flap(Instant now) {
    up(now);
    down(now);
    up(now);
  }
};

}  // namespace

TEST_CASE("As many losses as are allowed hold nothing down, one more does", "[failover][damping]") {
  Link link;
  for (int loss = 0; loss < 3; ++loss) {
    link.flap(Instant{loss * 1s});
    CHECK(link.damping.up());
    CHECK_FALSE(link.damping.held_until());
  }
  link.flap(Instant{3s});
  CHECK_FALSE(link.damping.up());
  CHECK(link.damping.held_until() == Instant{5s});
  CHECK(link.damping.deadline() == Instant{5s});
  CHECK(link.damping.holds() == 1);
  link.damping.expire(Instant{5s - 1ns});
  CHECK_FALSE(link.damping.up());
  link.damping.expire(Instant{5s});
  CHECK(link.damping.up());
  CHECK_FALSE(link.damping.deadline());
}

TEST_CASE("Losses that are spread wider than the window hold nothing down", "[failover][damping]") {
  Link link;
  for (int loss = 0; loss < 1000; ++loss) {
    link.flap(Instant{loss * 10s});
    CHECK(link.damping.up());
  }
  CHECK(link.damping.holds() == 0);
  link.flap(Instant{9990s + 9999ms});  // the fourth within 30 s
  CHECK_FALSE(link.damping.up());
}

TEST_CASE("Every further loss doubles the hold up to its limit", "[failover][damping]") {
  Link link;
  Instant now{};
  for (int loss = 0; loss < 3; ++loss) link.flap(now);
  for (const Duration hold : std::vector<Duration>{2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    link.flap(now);
    CHECK(link.damping.held_until() == now + hold);
    now += hold;
    link.damping.expire(now);
    REQUIRE(link.damping.up());
    now += 1s;
  }
  CHECK(link.damping.holds() == 7);
}

TEST_CASE("A loss during a hold makes it longer", "[failover][damping]") {
  Link link;
  for (int loss = 0; loss < 4; ++loss) link.flap(Instant{});
  REQUIRE(link.damping.held_until() == Instant{2s});
  link.flap(Instant{1s});
  CHECK(link.damping.held_until() == Instant{5s});
  link.damping.expire(Instant{2s});
  CHECK_FALSE(link.damping.up());
  link.damping.expire(Instant{5s});
  CHECK(link.damping.up());
}

TEST_CASE("A quiet window in use forgets all losses, and one before its end does not",
          "[failover][damping]") {
  for (const Duration quiet : {30s - 1ns, Duration{30s}}) {
    Link link;
    for (int loss = 0; loss < 4; ++loss) link.flap(Instant{});
    const Instant end = *link.damping.held_until();
    link.flap(end + quiet);
    CHECK(link.damping.up() == (quiet == 30s));
    if (quiet == 30s) continue;
    CHECK(link.damping.held_until() == end + quiet + 4s);
  }
}

TEST_CASE("A link that is down when its hold ends stays down, and comes up when it does",
          "[failover][damping]") {
  Link link;
  for (int loss = 0; loss < 4; ++loss) link.flap(Instant{});
  link.damping.input(true, kOptions, Instant{1s});
  link.damping.input(true, kOptions, Instant{2s});
  CHECK(link.damping.up());
  link.down(Instant{3s});
  const Instant end = *link.damping.held_until();
  link.damping.expire(end);
  CHECK_FALSE(link.damping.up());
  CHECK_FALSE(link.damping.held_until());
  link.up(end + 1ms);
  CHECK(link.damping.up());
}

TEST_CASE("Disabled, it passes through what it gets; to disable it lifts a hold", "[failover][damping]") {
  Link link{.options = {.enabled = false}};
  test::Prng prng{7};
  Instant now{};
  for (int i = 0; i < 1000; ++i) {
    const bool up = prng.chance(0.5);
    link.damping.input(up, link.options, now += 1ms);
    REQUIRE(link.damping.up() == up);
    REQUIRE_FALSE(link.damping.deadline());
  }
  link.options = kOptions;
  for (int loss = 0; loss < 4; ++loss) link.flap(now);
  REQUIRE_FALSE(link.damping.up());
  link.damping.input(true, {.enabled = false}, now);
  CHECK(link.damping.up());
}

TEST_CASE("Whatever the flaps, no hold is longer than its limit, and a steady link comes back",
          "[failover][damping]") {
  const std::uint64_t seed = test::seed_from_environment().value_or(20);
  CAPTURE(seed);
  test::Prng prng{seed};
  for (int round = 0; round < 200; ++round) {
    Link link;
    link.options.flaps = prng.u8();
    link.options.hold_first = prng.between(0, 100) * 1s;
    Instant now{};
    for (int i = 0; i < 600; ++i) {
      now += prng.between(0, 500) * 1ms;
      link.damping.input(prng.chance(0.5), link.options, now);
      const std::optional<Instant> held = link.damping.held_until();
      REQUIRE((!held || (*held > now && *held <= now + link.options.hold_max)));
    }
    link.up(now);
    link.damping.expire(now + link.options.hold_max);
    REQUIRE(link.damping.up());
  }
}

}  // namespace damping_test
