// The seed's example: links of 10, 1 and 1 Gbit/s, aggregated by LACP, with the Frame Distributor weighing
// them by what they have left.
#include "simulate/network.hpp"
#include "simulate/workload.hpp"
#include "support/catch.hpp"
#include "support/sanitized.hpp"

namespace unequal_test {

using namespace lagoon;
using namespace lagoon::simulate;
using control::LoadSharing;
using control::MoveBy;

namespace {

struct Run {
  std::array<double, 3> share{};        // of the octets, in the last part of the run
  std::array<double, 3> utilisation{};  // the same
  Tally tally;
  control::LagStatus status;
};

NetworkSettings unequal(LoadSharing distribute, table::PlaceBy by) {
  NetworkSettings s;
  s.cables = {{.speed = mbps(10'000)}, {.speed = mbps(1'000)}, {.speed = mbps(1'000)}};
  s.options.unequal_speed = true;
  s.options.distribute = distribute;
  s.options.weighted.by = by;
  s.options.weighted.conversations = 16'384;
  s.options.lacp.aggregate_wait = 100ms;
  return s;
}

Run run(NetworkSettings settings, const std::vector<double>& parts, double load, Duration settle,
        Duration measure) {
  Instant now{1s};
  Conversations conversations{5};
  Network network{std::move(settings), conversations, now};
  const auto step = [&](Workload* traffic) {
    now += 20us;
    network.run(now);
    if (traffic != nullptr) traffic->run(now, [&](SimFrame* frame) { network.offer(frame, now); });
  };
  for (const Instant limit = now + 5s; network.table().distributing != 0b111 && now < limit;) step(nullptr);
  REQUIRE(network.table().distributing == 0b111);
  Steady traffic{conversations, parts, BitsPerSecond{static_cast<std::uint64_t>(load * 12e9)}, 1000, 9, now};
  for (const Instant until = now + settle; now < until;) step(&traffic);
  std::array<std::uint64_t, 3> before{};
  for (std::size_t i = 0; i < 3; ++i) before[i] = network.link(i).octets();
  for (const Instant until = now + measure; now < until;) step(&traffic);
  Run out;
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto octets = static_cast<double>(network.link(i).octets() - before[i]);
    out.share[i] = octets;
    out.utilisation[i] = octets * 8e9 / static_cast<double>(measure.count()) / network.link(i).speed();
    sum += octets;
  }
  for (double& share : out.share) share /= sum;
  out.tally = conversations.tally;
  out.status = network.lag().status(now);
  return out;
}

constexpr Duration kSettle = lagoon::test::kSanitized ? 1s : 5s;
constexpr Duration kMeasure = lagoon::test::kSanitized ? 300ms : 2s;

}  // namespace

TEST_CASE("10,000 equal conversations settle at 10/12, 1/12 and 1/12 of the octets", "[sim][unequal]") {
  for (const auto by : {table::PlaceBy::share, table::PlaceBy::least_conversations}) {
    CAPTURE(name_of(by));
    const Run r = run(unequal(LoadSharing::weighted, by), equal_parts(10'000), 0.8, kSettle, kMeasure);
    WARN(name_of(by) << ": shares " << r.share[0] << " " << r.share[1] << " " << r.share[2]);
    CHECK(r.share[0] == Approx(10.0 / 12).epsilon(0.03));
    CHECK(r.share[1] == Approx(1.0 / 12).epsilon(0.03));
    CHECK(r.share[2] == Approx(1.0 / 12).epsilon(0.03));
    CHECK(r.tally.dropped == 0);
    CHECK(r.tally.reordered == 0);
  }
}

TEST_CASE("By bucket alone, shares follow the capacities as conversations are many", "[sim][unequal]") {
  NetworkSettings s = unequal(LoadSharing::flow_hash, table::PlaceBy::share);
  const Run r = run(s, equal_parts(10'000), 0.5, 1s, 500ms);
  CHECK(r.share[0] == Approx(10.0 / 12).epsilon(0.05));
  CHECK(r.share[1] == Approx(1.0 / 12).epsilon(0.25));
}

TEST_CASE("With headroom all that is left is left alike, in absolute terms", "[sim][unequal]") {
  const Run r = run(unequal(LoadSharing::weighted, table::PlaceBy::headroom), equal_parts(10'000), 0.8,
                    kSettle, kMeasure);
  // 2.4 of 12 Gbit/s are left, and so 0.8 on each.
  WARN("headroom: utilisation " << r.utilisation[0] << " " << r.utilisation[1] << " " << r.utilisation[2]);
  CHECK(r.utilisation[0] == Approx(0.92).margin(0.03));
  CHECK(r.utilisation[1] == Approx(0.2).margin(0.1));
  CHECK(r.utilisation[2] == Approx(0.2).margin(0.1));
}

TEST_CASE("With Zipf's sizes at 80 % no member is above 95 % while another is under 60 %", "[sim][unequal]") {
  for (const auto move : {MoveBy::marker, MoveBy::flowlet}) {
    NetworkSettings s = unequal(LoadSharing::weighted, table::PlaceBy::share);
    s.options.move.by = move;
    const Run r = run(s, zipf_parts(10'000, 1.1), 0.8, 2 * kSettle, kMeasure);
    WARN("zipf, " << name_of(move) << ": utilisation " << r.utilisation[0] << " " << r.utilisation[1] << " "
                  << r.utilisation[2] << ", dropped " << r.tally.dropped << " of " << r.tally.sent
                  << ", pins " << r.status.rebalancing.pins << ", pin moves "
                  << r.status.rebalancing.counters.pin_moves);
    const auto [low, high] = std::minmax_element(r.utilisation.begin(), r.utilisation.end());
    CHECK_FALSE((*high > 0.95 && *low < 0.60));
    CHECK(r.tally.reordered == 0);
    CHECK(r.tally.duplicated == 0);
  }
}

}  // namespace unequal_test
