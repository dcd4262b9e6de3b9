// EgressRig: an Egress with all that it needs, over TestPackets that carry a class (as DSCP), a conversation
// and a number.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "fast/egress/egress.hpp"
#include "fast/egress/storage.hpp"
#include "packets.hpp"
#include "support/catch.hpp"
#include "support/reference_meter.hpp"

namespace lagoon::test {

inline constexpr MemberIndex kMember{3};

/// A frame of at least 60 octets with a DSCP.
[[nodiscard]] inline TestPacket frame_with(std::uint8_t dscp, std::size_t size) {
  FlowFrame frame;
  frame.macs().ipv4({}).udp(1, 2);
  frame.zeros(size - frame.octets().size());
  TestPacket packet;
  packet.octets.assign(frame.octets().begin(), frame.octets().end());
  packet.octets[15] = static_cast<std::byte>(dscp << 2);
  return packet;
}

[[nodiscard]] inline qos::TrafficPolicy policy_of(const qos::TrafficOptions& options) {
  auto policy = qos::TrafficPolicy::from(options);
  REQUIRE(policy.has_value());
  return *std::move(policy);
}

/// A hash with all of its bits in use, as FlowMixer gives.
[[nodiscard]] constexpr std::uint32_t hash_of(std::uint32_t conversation) noexcept {
  return static_cast<std::uint32_t>((0x9e3779b97f4a7c15ULL * (conversation + 1)) >> 32);
}

class EgressRig {
 public:
  using Egress = fast::Egress<TestPacket, ReferenceMeter>;

  explicit EgressRig(const qos::TrafficOptions& options)
      : policy{policy_of(options)},
        storage{policy},
        meter{policy},
        egress{policy, storage.memory(), meter, counters} {}

  TestPacket* make(std::uint8_t dscp, std::uint32_t conversation, std::size_t size = 60) {
    TestPacket& packet = packets.emplace_back(frame_with(dscp, size));
    packet.conversation = conversation;
    packet.number = next_number++;
    return &packet;
  }
  void enqueue(TestPacket* packet) {
    const std::array<TestPacket*, 1> burst{packet};
    const std::array<std::uint32_t, 1> hashes{hash_of(packet->conversation)};
    egress.enqueue(burst, hashes, now, sink);
  }
  void enqueue(std::uint8_t dscp, std::uint32_t conversation, std::size_t size = 60) {
    enqueue(make(dscp, conversation, size));
  }
  /// Up to `count` frames.
  std::vector<TestPacket*> serve(std::size_t count) {
    std::vector<TestPacket*> out;
    while (out.size() < count) {
      tx.room[kMember.value()] = std::min(count - out.size(), kBurstMax);
      if (egress.serve(kMember, tx, now, 1) == 0) break;
      auto& sent = tx.sent[kMember.value()];
      out.insert(out.end(), sent.begin(), sent.end());
      sent.clear();
    }
    return out;
  }
  [[nodiscard]] const fast::ClassCounters& of(std::size_t index) const { return counters.of_class[index]; }
  void check_conserved() const {
    for (std::size_t i = 0; i < policy.classes().size(); ++i) {
      const fast::ClassCounters& one = counters.of_class[i];
      std::uint64_t gone = one.out_packets.read() + one.taken_back.read() + one.depth_packets.read();
      for (const fast::Counter& drop : one.drop) gone += drop.read();
      CAPTURE(i);
      CHECK(one.in_packets.read() == gone);
    }
  }

  qos::TrafficPolicy policy;
  fast::EgressStorage<TestPacket> storage;
  ReferenceMeter meter;
  fast::EgressCounters counters;
  Egress egress;
  TestTx tx;
  TestSink sink;
  Instant now = instant_from_ns(1'000'000);
  std::deque<TestPacket> packets;
  std::uint32_t next_number = 0;
};

}  // namespace lagoon::test
