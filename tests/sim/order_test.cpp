// Forty million frames (a hundred with LAGOON_LONG=1) over four cables of unlike delay (5 ms between the
// fastest and the slowest), while members are lost and return, are drained and enabled, get other weights,
// buckets are rebalanced, and workers lose their CPU for up to 20 ms: no frame comes twice, none overtakes
// another of its conversation, and none is lost but those that were on the way on a member that died.
#include <cstdlib>

#include "simulate/network.hpp"
#include "simulate/workload.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "support/sanitized.hpp"

namespace order_test {

using namespace lagoon;
using namespace lagoon::simulate;
using control::Administration;
using control::LoadSharing;
using control::MoveBy;

namespace {

// (fewer where each step is watched by a sanitizer: then not everything happens)
constexpr bool kWhole = !lagoon::test::kSanitized;
constexpr std::uint64_t kFrames = kWhole ? 8'000'000 : 200'000;
constexpr std::uint64_t kFramesLong = 20'000'000;
constexpr Duration kStep = 20us;
constexpr std::size_t kCables = 4;

struct Case {
  const char* name;
  LoadSharing distribute = LoadSharing::flow_hash;
  MoveBy move = MoveBy::marker;
  bool answers = true;
  std::size_t workers = 2;
};

class Rig {
 public:
  explicit Rig(const Case& c, std::uint64_t seed)
      : random{seed}, conversations{seed}, network{settings_of(c, seed), conversations, now} {}

  /// Four cables, some frames for 10 Gbit/s; something happens every 120 ms on average.
  void run(std::uint64_t frames) {
    while (network.table().distributing != 0b1111) step(nullptr);
    Steady traffic{conversations, zipf_parts(2000, 0.9), mbps(10'000), 1000, seed(), now};
    Instant next = now + 100ms;
    while (conversations.tally.sent < frames) {
      step(&traffic);
      if (now < next) continue;
      something();
      next = now + Duration{static_cast<std::int64_t>(random.below(240'000'000))};
    }
    heal();
    for (const Instant until = now + (kWhole ? 4s : 1s); now < until;) step(nullptr);
  }
  [[nodiscard]] std::uint64_t seed() { return random.next(); }

  test::Prng random;
  Instant now{1s};
  Conversations conversations;
  Network network;
  std::array<std::uint64_t, 4> happened{};

 private:
  static NetworkSettings settings_of(const Case& c, std::uint64_t seed) {
    NetworkSettings s;
    s.cables = {{.delay = 20us}, {.delay = 5020us}, {.delay = 1ms}, {.delay = 3ms}};
    s.options.lacp.aggregate_wait = 100ms;
    s.options.distribute = c.distribute;
    s.options.weighted.conversations = 4096;
    s.options.move.by = c.move;
    s.options.move.gap = 30ms;  // above what paths differ by, with what waits in the ports' queues
    s.queue_most = 100ms;
    s.options.rebalances = true;
    s.options.rebalance.interval = 100ms;
    s.options.rebalance.hold_off = 0;
    s.options.rebalance.cool_down = 1;
    s.options.rebalance.stop_percent = 1;
    s.options.rebalance.start_percent = 2;
    s.partner_answers_markers = c.answers;
    s.workers = c.workers;
    s.seed = seed;
    s.falls_asleep = 0.0005;
    return s;
  }
  void step(Workload* traffic) {
    now += kStep;
    network.run(now);
    if (traffic != nullptr) traffic->run(now, [this](SimFrame* frame) { network.offer(frame, now); });
  }
  // At least two cables stay in use.
  void something() {
    const std::size_t c = random.below(kCables);
    const MemberIndex m{static_cast<std::uint8_t>(c)};
    const std::size_t kind = random.below(4);
    const bool last = std::popcount(network.table().distributing & ~(1U << c)) < 2;
    switch (kind) {
      case 0:
        if (network.is_up(c) && last) return;
        network.set_cable(c, !network.is_up(c), now);
        break;
      case 1:
        if (last) return;
        static_cast<void>(network.lag().administrate(m, Administration::drained, now));
        break;
      case 2:
        static_cast<void>(network.lag().administrate(m, Administration::enabled, now));
        break;
      default:
        static_cast<void>(network.lag().weigh(m, static_cast<std::uint32_t>(50 + random.below(100)), now));
        break;
    }
    ++happened[kind];
  }
  void heal() {
    for (std::size_t c = 0; c < kCables; ++c) {
      network.set_cable(c, true, now);
      static_cast<void>(network.lag().administrate(MemberIndex{static_cast<std::uint8_t>(c)},
                                                   Administration::enabled, now));
    }
  }
};

void tell(const Case& c, Rig& rig) {
  const control::LagStatus status = rig.network.lag().status(rig.now);
  const Tally& t = rig.conversations.tally;
  WARN(c.name << ": " << t.sent << " frames, reordered " << t.reordered << ", duplicated " << t.duplicated
              << ", lost in flight " << t.lost_in_flight << ", dropped " << t.dropped << "; events "
              << rig.happened[0] << " cables, " << rig.happened[1] << " drained, " << rig.happened[2]
              << " enabled, " << rig.happened[3] << " weights; moves " << status.moves.counters.begun
              << " (by marker " << status.moves.counters.by_marker << ", by time "
              << status.moves.counters.by_time << ", at gaps " << status.moves.counters.at_gaps
              << ", no room " << status.moves.counters.overflowed << "), longest pause "
              << status.moves.counters.longest_pause.count() / 1000 << " us, rebalanced lanes "
              << status.rebalancing.counters.bucket_moves + status.rebalancing.counters.pin_moves << ", pins "
              << status.rebalancing.counters.pins_made);
}

}  // namespace

TEST_CASE("However members come and go, conversations arrive whole and in order", "[sim][order]") {
  constexpr Case kCases[] = {
      {.name = "flow-hash, marker"},
      {.name = "flow-hash, marker, partner does not answer", .answers = false},
      {.name = "flow-hash, flowlet", .move = MoveBy::flowlet},
      {.name = "weighted, marker", .distribute = LoadSharing::weighted},
      {.name = "weighted, flowlet", .distribute = LoadSharing::weighted, .move = MoveBy::flowlet},
  };
  for (const Case& c : kCases) {
    const std::uint64_t seed = lagoon::test::seed_from_environment().value_or(11);
    CAPTURE(c.name, seed);
    Rig rig{c, seed};
    rig.run(std::getenv("LAGOON_LONG") != nullptr ? kFramesLong : kFrames);
    tell(c, rig);
    const Tally& t = rig.conversations.tally;
    CHECK(t.reordered == 0);
    CHECK(t.duplicated == 0);
    CHECK(t.dropped == 0);
    CHECK(t.sent == t.received + t.lost_in_flight);
    CHECK(rig.network.waiting() == 0);
    for (const std::uint64_t count : rig.happened) CHECK((count > 0 || !kWhole));
  }
}

TEST_CASE("Moved at once, frames overtake each other: the test above can see it", "[sim][order]") {
  Rig rig{{.name = "at once", .move = MoveBy::at_once}, 11};
  rig.run(kWhole ? 1'000'000 : 600'000);
  tell({.name = "flow-hash, at once"}, rig);
  CHECK(rig.conversations.tally.reordered > 0);
  CHECK(rig.conversations.tally.duplicated == 0);
}

}  // namespace order_test
