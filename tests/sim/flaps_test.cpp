// Two Systems whose links lose their carrier and get it back at random: a link that has stayed up for a while
// carries.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "simulator/network.hpp"
#include "support/catch.hpp"

namespace flaps_test {

using namespace lagoon;
using namespace lagoon::sim;

namespace {

constexpr std::size_t kLinks = 4;
constexpr std::size_t kFlaps = 3'000;
// From then on after its last flap a link carries, or another does.
constexpr Duration kPatience = 1500ms;

struct Span {
  unsigned weight;
  Duration shortest;
  Duration longest;
};
using Spans = std::vector<Span>;
const Spans kUps{{50, 5ms, 50ms}, {35, 50ms, 300ms}, {10, 1500ms, 3s}};
const Spans kDowns{{60, 2ms, 20ms}, {30, 20ms, 100ms}, {10, 100ms, 300ms}};

Duration pick(test::Prng& prng, const Spans& spans) {
  unsigned sum = 0;
  for (const Span& span : spans) sum += span.weight;
  auto at = static_cast<unsigned>(prng.below(sum));
  const Span* chosen = spans.data();
  while (at >= chosen->weight) at -= (chosen++)->weight;
  return Duration{
      static_cast<std::int64_t>(prng.between(static_cast<std::uint64_t>(chosen->shortest.count()),
                                             static_cast<std::uint64_t>(chosen->longest.count())))};
}

class Flapper {
 public:
  /// Each end notices within `notice`.
  Flapper(Pair& pair, Duration notice) : pair_{pair}, simulator_{pair.simulator}, notice_{notice} {
    for (std::size_t i = 0; i < kLinks; ++i) next(i, pick(simulator_.prng(), kUps));
  }
  [[nodiscard]] bool over() const { return done_ >= kFlaps; }
  /// The links that are up, as a bit set.
  [[nodiscard]] std::uint32_t up() const {
    std::uint32_t set = 0;
    for (std::size_t i = 0; i < kLinks; ++i)
      if (up_[i]) set |= std::uint32_t{1} << i;
    return set;
  }
  /// Some link has been up for so long.
  [[nodiscard]] bool any_up_for(Duration time) const {
    for (std::size_t i = 0; i < kLinks; ++i)
      if (up_[i] && simulator_.now() >= since_[i] + time) return true;
    return false;
  }

 private:
  void tell(LagoonStation& end, std::size_t link) {
    const auto after = Duration{
        static_cast<std::int64_t>(simulator_.prng().below(static_cast<std::uint64_t>(notice_.count()) + 1))};
    simulator_.schedule(after, [this, &end, link] {
      end.link_changed(MemberIndex{static_cast<std::uint8_t>(link)},
                       {.up = simulator_.link(link).carrier(), .speed = mbps(10'000)}, simulator_.now());
      simulator_.settle();
    });
  }
  void next(std::size_t link, Duration after) {
    simulator_.schedule(after, [this, link] {
      if (up_[link] && ++done_ > kFlaps) return;
      up_[link] = !up_[link];
      since_[link] = simulator_.now();
      simulator_.link(link).set_carrier(up_[link]);
      tell(pair_.a, link);
      tell(pair_.b, link);
      next(link, pick(simulator_.prng(), up_[link] ? kUps : kDowns));
    });
  }
  Pair& pair_;
  Simulator& simulator_;
  Duration notice_;
  std::array<bool, kLinks> up_{true, true, true, true};
  std::array<Instant, kLinks> since_{};
  std::size_t done_ = 0;
};

// How long nothing passes one way or the other while some link has been up for kPatience, at most.
Duration longest_silence(std::uint64_t seed, Duration notice) {
  Pair pair{seed, {}, {}, kLinks, false};
  pair.simulator.set_all_carriers(true);
  REQUIRE(pair.simulator.run_until([&] { return pair.both_carry(0xf); }, 4s));
  Flapper flapper{pair, notice};
  Duration longest{};
  Instant passed = pair.simulator.now();
  bool passes = true;  // since the step before
  pair.simulator.after_each_step([&] {
    if (passes) passed = pair.simulator.now();
    const std::uint32_t there = pair.a.distributing() & pair.b.collecting() & flapper.up();
    const std::uint32_t back = pair.b.distributing() & pair.a.collecting() & flapper.up();
    passes = (there != 0 && back != 0) || !flapper.any_up_for(kPatience);
    longest = std::max(longest, pair.simulator.now() - passed);
  });
  while (!flapper.over()) pair.simulator.run_for(1s);
  return longest;
}

}  // namespace

// One that returns collects at once, and takes over without a word when the one that carries is lost.
TEST_CASE("While links flap one that has stayed up for 1.5 s carries, or another does", "[sim]") {
  const std::uint64_t first = test::seed_from_environment().value_or(1);
  for (std::uint64_t seed = first; seed < first + 2; ++seed) {
    CAPTURE(seed);
    CHECK(longest_silence(seed, 0s) == 0s);
  }
}

// The ends notice at times of their own: what one sends is lost while the other still takes the link for
// lost.
TEST_CASE("So it is where each end takes up to 5 ms to notice, but for a tenth of a second", "[sim]") {
  const std::uint64_t first = test::seed_from_environment().value_or(1);
  for (std::uint64_t seed = first; seed < first + 2; ++seed) {
    CAPTURE(seed);
    CHECK(longest_silence(seed, 5ms) <= 100ms);
  }
}

}  // namespace flaps_test
