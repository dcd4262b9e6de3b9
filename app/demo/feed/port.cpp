#include "demo/feed/port.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <array>
#include <cstring>

namespace lagoon::feed {

namespace {

constexpr std::uint16_t kRingSize = 256;
constexpr std::uint16_t kBurst = 32;

std::unexpected<std::string> refused(const std::string& device, const char* step, int error) {
  return std::unexpected{device + ": " + step + ": " + rte_strerror(-error)};
}

}  // namespace

std::expected<Port, std::string> Port::open(const std::string& device, rte_mempool* pool) {
  std::uint16_t id = 0;
  if (const int error = rte_eth_dev_get_port_by_name(device.c_str(), &id); error != 0)
    return refused(device, "look up", error);
  const rte_eth_conf none{};
  if (const int error = rte_eth_dev_configure(id, 1, 1, &none); error != 0)
    return refused(device, "configure", error);
  const unsigned node = rte_socket_id();
  if (const int error = rte_eth_rx_queue_setup(id, 0, kRingSize, node, nullptr, pool); error != 0)
    return refused(device, "receive queue", error);
  if (const int error = rte_eth_tx_queue_setup(id, 0, kRingSize, node, nullptr); error != 0)
    return refused(device, "transmit queue", error);
  if (const int error = rte_eth_dev_start(id); error != 0) return refused(device, "start", error);
  return Port{id, pool};
}

bool Port::is_connected() const noexcept {
  rte_eth_link link{};
  return rte_eth_link_get_nowait(id_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

bool Port::send(std::span<const std::byte> head, std::span<const std::byte> tail) noexcept {
  rte_mbuf* mbuf = rte_pktmbuf_alloc(pool_);
  if (mbuf == nullptr) return false;
  char* const room = rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(head.size() + tail.size()));
  if (room != nullptr) {
    std::memcpy(room, head.data(), head.size());
    std::memcpy(room + head.size(), tail.data(), tail.size());
    if (rte_eth_tx_burst(id_, 0, &mbuf, 1) == 1) return true;
  }
  rte_pktmbuf_free(mbuf);
  return false;
}

void Port::receive(const std::function<void(std::span<const std::byte>)>& take) {
  std::array<rte_mbuf*, kBurst> mbufs;
  for (;;) {
    const std::uint16_t count = rte_eth_rx_burst(id_, 0, mbufs.data(), kBurst);
    for (std::uint16_t i = 0; i < count; ++i) {
      // (only the first segment; the longest frame has one)
      take({rte_pktmbuf_mtod(mbufs[i], const std::byte*), rte_pktmbuf_data_len(mbufs[i])});
      rte_pktmbuf_free(mbufs[i]);
    }
    if (count < kBurst) return;
  }
}

void Port::close() noexcept {
  rte_eth_dev_stop(id_);
  rte_eth_dev_close(id_);
}

}  // namespace lagoon::feed
