// Counters of the port: what went through its queues, and what its members have lost.
#include <algorithm>

#include "ops.hpp"
#include "shared.hpp"

namespace lagoon::pmd {

namespace {

struct Count {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

Count read(const QueueCounts& counts) {
  return {.packets = counts.packets.read() - counts.packets_before.load(std::memory_order_relaxed),
          .bytes = counts.bytes.read() - counts.bytes_before.load(std::memory_order_relaxed)};
}

void reset(QueueCounts& counts) {
  counts.packets_before.store(counts.packets.read(), std::memory_order_relaxed);
  counts.bytes_before.store(counts.bytes.read(), std::memory_order_relaxed);
}

template <typename Slot, typename Function>
void for_each_slot(void** queues, std::uint16_t count, Function function) {
  for (std::uint16_t i = 0; i < count; ++i)
    if (queues[i] != nullptr) function(i, static_cast<Slot*>(queues[i])->counts);
}

}  // namespace

int stats(rte_eth_dev* dev, rte_eth_stats* out) noexcept {
  rte_eth_dev_data& data = *dev->data;
  for_each_slot<RxSlot>(data.rx_queues, data.nb_rx_queues,
                        [&](std::uint16_t queue, const QueueCounts& counts) {
                          const Count count = read(counts);
                          out->ipackets += count.packets;
                          out->ibytes += count.bytes;
                          if (queue >= RTE_ETHDEV_QUEUE_STAT_CNTRS) return;
                          out->q_ipackets[queue] = count.packets;
                          out->q_ibytes[queue] = count.bytes;
                        });
  for_each_slot<TxSlot>(data.tx_queues, data.nb_tx_queues,
                        [&](std::uint16_t queue, const QueueCounts& counts) {
                          const Count count = read(counts);
                          out->opackets += count.packets;
                          out->obytes += count.bytes;
                          if (queue >= RTE_ETHDEV_QUEUE_STAT_CNTRS) return;
                          out->q_opackets[queue] = count.packets;
                          out->q_obytes[queue] = count.bytes;
                        });
  for_each_member(shared_of(*dev), [&](std::uint16_t member) {
    rte_eth_stats one{};
    if (rte_eth_stats_get(member, &one) != 0) return;
    out->imissed += one.imissed;
    out->ierrors += one.ierrors;
    out->oerrors += one.oerrors;
    out->rx_nombuf += one.rx_nombuf;
  });
  return 0;
}

int stats_reset(rte_eth_dev* dev) noexcept {
  rte_eth_dev_data& data = *dev->data;
  for_each_slot<RxSlot>(data.rx_queues, data.nb_rx_queues,
                        [](std::uint16_t, QueueCounts& counts) { reset(counts); });
  for_each_slot<TxSlot>(data.tx_queues, data.nb_tx_queues,
                        [](std::uint16_t, QueueCounts& counts) { reset(counts); });
  for_each_member(shared_of(*dev),
                  [](std::uint16_t member) { static_cast<void>(rte_eth_stats_reset(member)); });
  return 0;
}

}  // namespace lagoon::pmd
