#include "burst.hpp"

#include <rte_mbuf.h>

#include "shared.hpp"

namespace lagoon::pmd {

namespace {

std::uint64_t octets_of(rte_mbuf* const* frames, std::uint16_t count) noexcept {
  std::uint64_t octets = 0;
  for (std::uint16_t i = 0; i < count; ++i) octets += frames[i]->pkt_len;
  return octets;
}

std::uint16_t receive(void* queue, rte_mbuf** frames, std::uint16_t most) noexcept {
  auto& slot = *static_cast<RxSlot*>(queue);
  // (start() has published it long before the program polls)
  dpdk::RxQueue* const to = slot.queue.load(std::memory_order_relaxed);
  if (to == nullptr) [[unlikely]]
    return 0;
  const std::uint16_t count = dpdk::receive(*to, frames, most);
  if (count == 0) return 0;
  slot.counts.packets.add(count);
  slot.counts.bytes.add(octets_of(frames, count));
  return count;
}

std::uint16_t send(void* queue, rte_mbuf** frames, std::uint16_t count) noexcept {
  auto& slot = *static_cast<TxSlot*>(queue);
  dpdk::TxQueue* const to = slot.queue.load(std::memory_order_relaxed);
  if (to == nullptr) [[unlikely]]
    return 0;
  // Frames that are taken may be freed at once, so octets are counted before, and those left are taken off.
  const std::uint64_t offered = octets_of(frames, count);
  const std::uint16_t taken = dpdk::send(*to, frames, count);
  slot.counts.packets.add(taken);
  slot.counts.bytes.add(offered - octets_of(frames + taken, static_cast<std::uint16_t>(count - taken)));
  return taken;
}

}  // namespace

void set_burst_functions(rte_eth_dev& dev) noexcept {
  dev.rx_pkt_burst = receive;
  dev.tx_pkt_burst = send;
}

}  // namespace lagoon::pmd
