// Queues: what the program sets up before the LAG runs. The members' own are made at the start.
#include <rte_malloc.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "ops.hpp"
#include "shared.hpp"

namespace lagoon::pmd {

namespace {

template <typename Slot>
Slot* make(const rte_eth_dev& dev, unsigned socket) {
  void* const memory =
      rte_zmalloc_socket(dev.data->name, sizeof(Slot), alignof(Slot), static_cast<int>(socket));
  if (memory == nullptr) return nullptr;
  auto* const slot = new (memory) Slot{};
  slot->of = &shared_of(dev);
  return slot;
}

}  // namespace

int rx_queue_setup(rte_eth_dev* dev, std::uint16_t queue, std::uint16_t descriptors, unsigned socket,
                   const rte_eth_rxconf*, rte_mempool* pool) noexcept {
  auto* const slot = make<RxSlot>(*dev, socket);
  if (slot == nullptr) return -ENOMEM;
  slot->pool = pool;
  slot->descriptors = descriptors;
  dev->data->rx_queues[queue] = slot;
  return 0;
}

int tx_queue_setup(rte_eth_dev* dev, std::uint16_t queue, std::uint16_t descriptors, unsigned socket,
                   const rte_eth_txconf*) noexcept {
  auto* const slot = make<TxSlot>(*dev, socket);
  if (slot == nullptr) return -ENOMEM;
  slot->descriptors = descriptors;
  dev->data->tx_queues[queue] = slot;
  return 0;
}

void rx_queue_release(rte_eth_dev* dev, std::uint16_t queue) noexcept {
  rte_free(dev->data->rx_queues[queue]);
  dev->data->rx_queues[queue] = nullptr;
}

void tx_queue_release(rte_eth_dev* dev, std::uint16_t queue) noexcept {
  rte_free(dev->data->tx_queues[queue]);
  dev->data->tx_queues[queue] = nullptr;
}

void rx_queue_info(rte_eth_dev* dev, std::uint16_t queue, rte_eth_rxq_info* out) noexcept {
  const auto& slot = *static_cast<const RxSlot*>(dev->data->rx_queues[queue]);
  out->mp = slot.pool;
  out->nb_desc = slot.descriptors;
  out->scattered_rx = dev->data->scattered_rx;
  out->conf.offloads = dev->data->dev_conf.rxmode.offloads;
}

void tx_queue_info(rte_eth_dev* dev, std::uint16_t queue, rte_eth_txq_info* out) noexcept {
  out->nb_desc = static_cast<const TxSlot*>(dev->data->tx_queues[queue])->descriptors;
  out->conf.offloads = dev->data->dev_conf.txmode.offloads;
}

int burst_mode(rte_eth_dev*, std::uint16_t, rte_eth_burst_mode* mode) noexcept {
  std::strncpy(mode->info, "Lagoon", sizeof mode->info - 1);
  return 0;
}

}  // namespace lagoon::pmd
