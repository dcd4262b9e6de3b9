#include "rig/frame_set.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "base/check.hpp"
#include "support/flow_frames.hpp"
#include "support/prng.hpp"

namespace lagoon::bench {
namespace {

using test::FlowFrame;

constexpr std::uint32_t kFlows = 1000;
constexpr std::size_t kShortest = 60;  // without FCS

FlowFrame padded(FlowFrame frame) {
  const std::size_t size = frame.octets().size();
  return size < kShortest ? frame.zeros(kShortest - size) : frame;
}

FlowFrame plain(test::Prng& flow) {
  FlowFrame frame;
  frame.macs(0x020000000001, 0x020000000000 | flow.u32())
      .ipv4({.source = flow.u32(), .destination = flow.u32(), .id = 0})
      .udp(flow.u16(), flow.u16());
  return padded(frame);
}

// Near to what a provider's edge sees.
FlowFrame mixed(test::Prng& flow) {
  const std::uint32_t kind = flow.u32() % 100;
  const test::Ipv4 ip{.source = flow.u32(), .destination = flow.u32(), .protocol = 6};
  FlowFrame frame;
  frame.macs(0x020000000001, 0x020000000000 | flow.u32());
  if (kind < 72) return padded(frame.ipv4(ip).tcp(flow.u16(), flow.u16()));
  if (kind < 82) return padded(frame.tag(0x8100, 100).ipv4(ip).tcp(flow.u16(), flow.u16()));
  if (kind < 94)
    return padded(
        frame.ipv6({.source = flow.u32(), .destination = flow.u32(), .next = 6}).tcp(flow.u16(), flow.u16()));
  if (kind < 96) {
    test::Ipv4 with_options = ip;
    with_options.option_words = 1;
    return padded(frame.ipv4(with_options).tcp(flow.u16(), flow.u16()));
  }
  if (kind < 99) {
    test::Ipv4 fragment = ip;
    fragment.flags_and_offset = FlowFrame::kMoreFragments;
    return padded(frame.ipv4(fragment).tcp(flow.u16(), flow.u16()));
  }
  return padded(frame.be16(0x0806).zeros(28));
}

FlowFrame tunnelled(test::Prng& flow) {
  FlowFrame frame;
  frame.macs(0x020000000001, 0x020000000002)
      .ipv4({.source = 0x0a000001, .destination = 0x0a000002})
      .udp(1, 4789)
      .be64(0x0800'0000'0000'0100)
      .macs(0x020000000003, 0x020000000004)
      .ipv4({.source = flow.u32(), .destination = flow.u32(), .id = 0})
      .udp(flow.u16(), flow.u16());
  return frame;
}

FlowFrame frame_of(Kind kind, std::uint32_t number) {
  test::Prng flow{number};
  switch (kind) {
    case Kind::plain:
      break;
    case Kind::imix:
      return mixed(flow);
    case Kind::vxlan:
      return tunnelled(flow);
  }
  return plain(flow);
}

std::uint32_t length_of(Kind kind, std::size_t headers, std::uint32_t draw) {
  if (kind != Kind::imix || draw % 12 < 7) return static_cast<std::uint32_t>(headers);
  return draw % 12 < 11 ? 594 : 1518;
}

}  // namespace

// Room for headers alone, for few pages; a longer frame says that it is longer, and nobody reads further.
FrameSet::FrameSet(const std::string& name, std::size_t count, Kind kind, Told told) : frames_(count) {
  constexpr std::uint16_t kRoom = RTE_PKTMBUF_HEADROOM + 128;
  rte_mempool* const pool =
      rte_pktmbuf_pool_create(name.c_str(), static_cast<unsigned>(count), 0, 0, kRoom, SOCKET_ID_ANY);
  LAGOON_CHECK(pool != nullptr);
  LAGOON_CHECK(rte_pktmbuf_alloc_bulk(pool, frames_.data(), static_cast<unsigned>(count)) == 0);
  std::mt19937 random{7};
  for (rte_mbuf* const mbuf : frames_) {
    const std::uint32_t number = static_cast<std::uint32_t>(random()) % kFlows;
    const FlowFrame frame = frame_of(kind, number);
    const std::size_t size = frame.octets().size();
    std::memcpy(rte_pktmbuf_mtod(mbuf, void*), frame.octets().data(), size);
    mbuf->data_len = static_cast<std::uint16_t>(size);
    mbuf->pkt_len = length_of(kind, size, static_cast<std::uint32_t>(random()));
    if (told != Told::nothing) mbuf->packet_type = RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_UDP;
    if (told == Told::type_and_hash) {
      mbuf->ol_flags |= RTE_MBUF_F_RX_RSS_HASH;
      mbuf->hash.rss = test::Prng{number}.u32();
    }
  }
  std::shuffle(frames_.begin(), frames_.end(), random);
}

}  // namespace lagoon::bench
