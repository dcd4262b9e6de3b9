#include "rig/stand_in.hpp"

#include <rte_ethdev.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace lagoon::bench {
namespace {

// The functions below are called with a queue alone, which is net_null's.
FrameSet* supply_now = nullptr;
std::uint16_t share_now = 0;

struct alignas(16) Descriptor {
  std::uint64_t address;
  std::uint64_t length_and_flags;
};
std::array<Descriptor, 512> descriptors;
std::size_t next_descriptor = 0;

std::uint16_t take(void*, rte_mbuf**, std::uint16_t count) {
  return count;
}

std::uint16_t write_descriptors(void*, rte_mbuf** frames, std::uint16_t count) {
  std::size_t next = next_descriptor;
  for (std::uint16_t i = 0; i < count; ++i) {
    const rte_mbuf& frame = *frames[i];
    descriptors[next] = {.address = rte_mbuf_data_iova(&frame),
                         .length_and_flags = frame.data_len | frame.ol_flags << 16};
    next = (next + 1) % descriptors.size();
  }
  next_descriptor = next;
  return count;
}

std::uint16_t release(void*, rte_mbuf** frames, std::uint16_t count) {
  for (std::uint16_t i = 0; i < count; ++i) rte_mbuf_refcnt_set(frames[i], 1);
  return count;
}

std::uint16_t hand_out(void*, rte_mbuf** out, std::uint16_t count) {
  const auto burst = supply_now->next(std::min(count, share_now));
  std::copy(burst.begin(), burst.end(), out);
  return static_cast<std::uint16_t>(burst.size());
}

std::uint16_t receive_nothing(void*, rte_mbuf**, std::uint16_t) {
  return 0;
}

}  // namespace

void stand_in(std::span<const std::uint16_t> ports, Device device) {
  for (const std::uint16_t port : ports) {
    struct rte_eth_fp_ops& ops = rte_eth_fp_ops[port];
    ops.tx_pkt_burst = device == Device::descriptors ? write_descriptors : take;
    ops.rx_pkt_burst = receive_nothing;
  }
  // (the last member's are the last references)
  if (device == Device::releasing && !ports.empty()) rte_eth_fp_ops[ports.back()].tx_pkt_burst = release;
}

void supply(std::span<const std::uint16_t> ports, FrameSet* set, std::uint16_t share) {
  supply_now = set;
  share_now = share;
  for (const std::uint16_t port : ports)
    rte_eth_fp_ops[port].rx_pkt_burst = set != nullptr ? hand_out : receive_nothing;
}

}  // namespace lagoon::bench
