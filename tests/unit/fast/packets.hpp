// TestPacket: a packet without DPDK, and ends to hand it to that remember what they got.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/check.hpp"
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
  bool is_tcp_or_udp = false;
  std::size_t cut = 0;  // where its second segment begins; 0: it has one
  int references = 1;
};

/// Frames of one conversation, numbered.
[[nodiscard]] inline std::deque<TestPacket> packets_of(std::size_t count, std::size_t size) {
  std::deque<TestPacket> packets(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    FlowFrame frame;
    frame.macs().ipv4({}).udp(1, 2);
    frame.zeros(size - frame.octets().size());
    packets[i].octets.assign(frame.octets().begin(), frame.octets().end());
    packets[i].number = i;
  }
  return packets;
}

[[nodiscard]] inline std::vector<TestPacket*> pointers(std::deque<TestPacket>& packets) {
  std::vector<TestPacket*> out;
  for (TestPacket& packet : packets) out.push_back(&packet);
  return out;
}

/// Accepts up to `room[m]` packets in one call, and keeps them.
struct TestTx {
  std::array<std::vector<TestPacket*>, kMembersMax> sent;
  std::array<std::size_t, kMembersMax> room;
  std::array<std::uint64_t, kMembersMax> offered{};
  std::size_t calls = 0;
  TestTx() { room.fill(kBurstMax); }
  std::size_t send(MemberIndex member, std::span<TestPacket*> packets) noexcept {
    ++calls;
    offered[member.value()] += packets.size();
    const std::size_t taken = std::min(room[member.value()], packets.size());
    sent[member.value()].insert(sent[member.value()].end(), packets.begin(),
                                packets.begin() + static_cast<std::ptrdiff_t>(taken));
    return taken;
  }
  void clear() {
    for (auto& packets : sent) packets.clear();
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
  std::vector<TestPacket> copies;
  std::size_t room_for_copies = 1'000'000;
  bool copy(MemberIndex, const TestPacket& packet) noexcept {
    if (copies.size() == room_for_copies) return false;
    copies.push_back(packet);
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
  static std::span<const std::byte> headers(const P& p) noexcept {
    return std::span{p.octets}.first(p.cut != 0 ? p.cut : p.octets.size());
  }
  static std::span<std::byte> writable_headers(P& p) noexcept {
    if (p.references != 1) return {};
    return std::span{p.octets}.first(p.cut != 0 ? p.cut : p.octets.size());
  }
  static void each_segment(const P& p, auto&& use) noexcept {
    use(headers(p));
    if (p.cut != 0) use(std::span{p.octets}.subspan(p.cut));
  }
  static std::uint32_t length(const P& p) noexcept { return static_cast<std::uint32_t>(p.octets.size()); }
  static std::optional<std::uint32_t> nic_hash(const P& p) noexcept { return p.nic_hash; }
  static bool is_ip(const P& p) noexcept { return p.is_ip; }
  static bool is_tcp_or_udp(const P& p) noexcept { return p.is_tcp_or_udp; }
  static void prefetch(const P&) noexcept {}
  static void set_destination(P& p, const MacAddress& mac) noexcept { write(p, 0, mac); }
  static void set_source(P& p, const MacAddress& mac) noexcept { write(p, 6, mac); }
  static void share(P& p, std::uint16_t count) noexcept { p.references += count; }
  static void unshare(P& p, std::uint16_t count) noexcept {
    LAGOON_CHECK(count < p.references);
    p.references -= count;
  }
  static void release(P& p) noexcept {
    LAGOON_CHECK(p.references > 0);
    --p.references;
  }

 private:
  static void write(P& p, std::size_t at, const MacAddress& mac) noexcept {
    for (std::size_t i = 0; i < mac.octets.size(); ++i) p.octets[at + i] = std::byte{mac.octets[i]};
  }
};
