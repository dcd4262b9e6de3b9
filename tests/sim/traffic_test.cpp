// Traffic management in virtual time, with the real queues before a port model: what a critical class gets
// while its member is offered twice its speed, also when it loses every other member.
//
// The bound (docs/traffic-management.md): from enqueue to the last octet on the wire
//   (port + overtaken + own backlog + the frame) / speed + a worker's turn
// where `port` is the shaper's burst and one frame, or the whole ring where nothing is shaped.
#include <array>
#include <cstdio>
#include <memory>

#include "fast/egress/egress.hpp"
#include "fast/egress/storage.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "support/reference_meter.hpp"
#include "unit/fast/egress_rig.hpp"
#include "wire_model.hpp"

namespace lagoon::traffic_test {
namespace {

using test::TestPacket;
using test::WireModel;

constexpr BitsPerSecond kSpeed = mbps(1000);
constexpr Duration kTurn = 5us;  // between two looks of the worker
constexpr std::size_t kRing = 512;
constexpr std::uint8_t kCritical = 46;
constexpr std::size_t kCriticalSize = 200;
constexpr std::size_t kBulkSize = 1514;
constexpr Instant kEnd = Instant{} + 200ms;

class Member {
 public:
  explicit Member(const qos::TrafficPolicy& policy)
      : wire{kSpeed, kRing},
        storage_{policy},
        meter_{policy},
        egress{policy, storage_.memory(), meter_, counters} {
    egress.set_speed(kSpeed);
  }
  WireModel wire;
  fast::EgressCounters counters;

 private:
  fast::EgressStorage<TestPacket> storage_;
  test::ReferenceMeter meter_;

 public:
  fast::Egress<TestPacket, test::ReferenceMeter> egress;
};

class Scenario {
 public:
  // (Without a shaper a critical class has to bridge the time that the port's ring takes to empty.)
  explicit Scenario(bool shape)
      : policy_{test::policy_of(
            {.classes =
                 {{.name = "critical", .priority = 0, .limit = shape ? 200U : 3000U, .dscp = {kCritical}},
                  {.name = "bulk", .limit = 1000}},
             .shape = shape})},
        members{Member{policy_}, Member{policy_}} {}

  /// `critical` and `bulk` in Mb/s, over all living members; frames of twelve conversations each.
  void offer(double critical, double bulk) {
    critical_ = critical;
    bulk_ = bulk;
  }
  /// The second member dies then; what waits for it goes to the first.
  void fail_at(Instant at) { failure_ = at; }

  void run() {
    for (Instant now{}; now < kEnd; now += kTurn) {
      if (failure_ && now >= *failure_ && alive_ == 2) fail_over(now);
      arrivals(critical_, kCritical, kCriticalSize, critical_debt_, now);
      arrivals(bulk_, 0, kBulkSize, bulk_debt_, now);
      for (std::size_t m = 0; m < alive_; ++m) {
        backlog_ = std::max<std::uint64_t>(backlog_, members[m].counters.of_class[0].highest_bytes.read());
        members[m].wire.advance(now);
        members[m].egress.serve(MemberIndex{static_cast<std::uint8_t>(m)}, members[m].wire, now);
      }
    }
  }

  /// The longest way of a critical frame, from its arrival until its last octet is on the wire.
  [[nodiscard]] Duration worst() const {
    Duration worst{};
    for (const Member& member : members)
      for (const auto& [packet, at] : member.wire.departures())
        if (packet->octets[15] != std::byte{0}) worst = std::max(worst, at - came_[packet->number]);
    return worst;
  }
  [[nodiscard]] Duration bound() const {
    const std::size_t frame = kBulkSize + fast::kWireOverhead;
    const std::uint32_t burst = members[0].egress.shaper().burst();
    const std::size_t port = burst != 0 ? burst + frame : kRing * frame;
    const std::size_t refused = burst != 0 ? 0 : kBurstMax * frame;
    // (what waits is counted without the wire's overhead)
    const std::size_t own = backlog_ + backlog_ / kCriticalSize * fast::kWireOverhead;
    return members[0].wire.time_of(port + refused + own) + kTurn;
  }
  [[nodiscard]] std::uint64_t lost(std::size_t of) const {
    std::uint64_t lost = 0;
    for (const Member& member : members)
      for (const fast::Counter& drop : member.counters.of_class[of].drop) lost += drop.read();
    return lost;
  }
  /// Of the living member's wire, by all frames.
  [[nodiscard]] double used() const {
    double octets = 0;
    for (const auto& [packet, at] : members[0].wire.departures())
      if (at <= kEnd) octets += static_cast<double>(packet->octets.size() + fast::kWireOverhead);
    return octets * 8 / static_cast<double>((kEnd - Instant{}).count());
  }
  void check_order_and_sum() const {
    std::array<std::array<std::uint32_t, 12>, 2> last{};
    std::array<std::uint64_t, 2> out{};
    for (const Member& member : members) {
      for (auto& of_class : last) of_class.fill(0);
      for (const auto& [packet, at] : member.wire.departures()) {
        const std::size_t of = packet->octets[15] == std::byte{0} ? 1 : 0;
        ++out[of];
        auto& before = last[of][packet->conversation % 12];
        REQUIRE(packet->number + 1 > before);
        before = packet->number + 1;
      }
    }
    std::array<std::uint64_t, 2> waiting{};
    for (const Member& member : members)
      for (std::size_t of = 0; of < 2; ++of) waiting[of] += member.counters.of_class[of].depth_packets.read();
    for (std::size_t of = 0; of < 2; ++of) CHECK(made_[of] == out[of] + lost(of) + waiting[of]);
  }

 private:
  const qos::TrafficPolicy policy_;

 public:
  std::array<Member, 2> members;

 private:
  void arrivals(double megabits, std::uint8_t dscp, std::size_t size, double& debt, Instant now) {
    debt += megabits / 8000 * static_cast<double>(kTurn.count());
    for (const auto wire_size = static_cast<double>(size + fast::kWireOverhead); debt >= wire_size;
         debt -= wire_size) {
      TestPacket* packet = &packets_.emplace_back(test::frame_with(dscp, size));
      packet->number = static_cast<std::uint32_t>(came_.size());
      packet->conversation = static_cast<std::uint32_t>(random_.below(12)) + (dscp != 0 ? 12U : 0U);
      came_.push_back(now);
      ++made_[dscp != 0 ? 0 : 1];
      queue(packet, now);
    }
  }
  void queue(TestPacket* packet, Instant now) {
    const std::array<TestPacket*, 1> burst{packet};
    const std::array<std::uint32_t, 1> hash{test::hash_of(packet->conversation)};
    members[packet->conversation % alive_].egress.enqueue(burst, hash, now, sink_);
  }
  void fail_over(Instant now) {
    alive_ = 1;
    for (std::array<TestPacket*, kBurstMax> out;;) {
      const std::size_t count = members[1].egress.take(out);
      if (count == 0) return;
      for (std::size_t i = 0; i < count; ++i) queue(out[i], now);
    }
  }

  double critical_ = 0;
  double bulk_ = 0;
  double critical_debt_ = 0;
  double bulk_debt_ = 0;
  std::optional<Instant> failure_{};
  std::size_t alive_ = 2;
  std::uint64_t backlog_ = 0;
  std::array<std::uint64_t, 2> made_{};
  std::deque<TestPacket> packets_;
  std::vector<Instant> came_;
  test::TestSink sink_;
  test::Prng random_{5};
};

void print(const char* name, const Scenario& scenario) {
  std::printf("%-46s worst %7.1f us, bound %7.1f us, critical lost %llu, bulk lost %llu, wire %.1f %%\n",
              name, static_cast<double>(scenario.worst().count()) / 1000,
              static_cast<double>(scenario.bound().count()) / 1000,
              static_cast<unsigned long long>(scenario.lost(0)),
              static_cast<unsigned long long>(scenario.lost(1)), scenario.used() * 100);
}

TEST_CASE("A critical class loses nothing and stays in its bound at twice a member's speed", "[traffic]") {
  const bool shape = GENERATE(true, false);
  const auto scenario = std::make_unique<Scenario>(shape);
  scenario->offer(400, 3600);  // 2 Gb/s for each of two members
  scenario->run();
  print(shape ? "twice the speed, shaped:" : "twice the speed, not shaped:", *scenario);
  CHECK(scenario->lost(0) == 0);
  CHECK(scenario->lost(1) > 0);
  CHECK(scenario->worst() <= scenario->bound());
  CHECK(scenario->used() > 0.99);
  scenario->check_order_and_sum();
  // The bound says something: a frame does wait for a good part of it.
  CHECK(scenario->worst() > scenario->bound() / 3);
}

TEST_CASE("It stays so when a failover halves the capacity", "[traffic]") {
  const bool shape = GENERATE(true, false);
  const auto scenario = std::make_unique<Scenario>(shape);
  scenario->offer(600, 1200);  // 0.9 of two members, 1.8 of one
  scenario->fail_at(Instant{} + 100ms);
  scenario->run();
  print(shape ? "failover at 90 %, shaped:" : "failover at 90 %, not shaped:", *scenario);
  CHECK(scenario->lost(0) == 0);
  CHECK(scenario->lost(1) > 0);
  CHECK(scenario->worst() <= scenario->bound());
  scenario->check_order_and_sum();
}

}  // namespace
}  // namespace lagoon::traffic_test
