// TestPacket: a packet without DPDK, and ends to hand it to that remember what they got.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "fast/concepts.hpp"
#include "support/flow_frames.hpp"

namespace lagoon::test {

struct TestPacket {
  std::vector<std::byte> octets;
  std::uint32_t conversation = 0;
  std::uint32_t number = 0;  // of all packets, in order
  std::optional<std::uint32_t> nic_hash;
  bool is_ip = false;
};

/// Accepts up to `room[m]` packets in one call, and keeps them.
struct TestTx {
  std::array<std::vector<TestPacket*>, kMembersMax> sent;
  std::array<std::size_t, kMembersMax> room;
  std::size_t calls = 0;
  TestTx() { room.fill(kBurstMax); }
  std::size_t send(MemberIndex member, std::span<TestPacket*> packets) noexcept {
    ++calls;
    const std::size_t taken = std::min(room[member.value()], packets.size());
    sent[member.value()].insert(sent[member.value()].end(), packets.begin(),
                                packets.begin() + static_cast<std::ptrdiff_t>(taken));
    return taken;
  }
};

struct TestPunt {
  std::vector<TestPacket*> frames;
  std::vector<MemberIndex> from;
  std::size_t room = 1'000'000;
  bool push(MemberIndex member, TestPacket* packet) noexcept {
    if (frames.size() == room) return false;
    frames.push_back(packet);
    from.push_back(member);
    return true;
  }
};

struct TestSink {
  std::vector<TestPacket*> freed;
  void free(std::span<TestPacket*> packets) noexcept {
    freed.insert(freed.end(), packets.begin(), packets.end());
  }
};

}  // namespace lagoon::test

template <>
struct lagoon::fast::PacketTraits<lagoon::test::TestPacket> {
  using P = lagoon::test::TestPacket;
  static std::span<const std::byte> headers(const P& p) noexcept { return p.octets; }
  static std::uint32_t length(const P& p) noexcept { return static_cast<std::uint32_t>(p.octets.size()); }
  static std::optional<std::uint32_t> nic_hash(const P& p) noexcept { return p.nic_hash; }
  static bool is_ip(const P& p) noexcept { return p.is_ip; }
  static void prefetch(const P&) noexcept {}
};
