// What the port can do: what all its members can, so that what is asked of it can be asked of each.
#include <algorithm>
#include <cerrno>

#include "ops.hpp"
#include "shared.hpp"

namespace lagoon::pmd {

namespace {

// Queues of a port that no member is known of yet.
constexpr std::uint16_t kQueuesMax = 64;
// A frame of the control thread (a LACPDU, an announcement) may share a queue with the program's, and a frame
// that goes by several members is counted, so not all of a queue's mbufs are of one pool and used once. A
// queue has one user. The rest needs sessions that belong to one port.
constexpr std::uint64_t kNoTxOffloads = RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE | RTE_ETH_TX_OFFLOAD_MT_LOCKFREE |
                                        RTE_ETH_TX_OFFLOAD_SECURITY | RTE_ETH_TX_OFFLOAD_MACSEC_INSERT;
constexpr std::uint64_t kNoRxOffloads = RTE_ETH_RX_OFFLOAD_SECURITY | RTE_ETH_RX_OFFLOAD_MACSEC_STRIP;

void narrow(rte_eth_desc_lim& all, const rte_eth_desc_lim& one) {
  all.nb_max = std::min(all.nb_max, one.nb_max);
  all.nb_min = std::max(all.nb_min, one.nb_min);
  all.nb_align = std::max(all.nb_align, one.nb_align);
  all.nb_seg_max = std::min(all.nb_seg_max, one.nb_seg_max);
  all.nb_mtu_seg_max = std::min(all.nb_mtu_seg_max, one.nb_mtu_seg_max);
}

void narrow(rte_eth_dev_info& all, const rte_eth_dev_info& one) {
  all.min_mtu = std::max(all.min_mtu, one.min_mtu);
  all.max_mtu = std::min(all.max_mtu, one.max_mtu);
  all.min_rx_bufsize = std::max(all.min_rx_bufsize, one.min_rx_bufsize);
  all.max_rx_pktlen = std::min(all.max_rx_pktlen, one.max_rx_pktlen);
  all.max_lro_pkt_size = std::min(all.max_lro_pkt_size, one.max_lro_pkt_size);
  all.max_rx_queues = std::min(all.max_rx_queues, one.max_rx_queues);
  all.max_tx_queues = std::min(all.max_tx_queues, one.max_tx_queues);
  all.rx_offload_capa &= one.rx_offload_capa;
  all.tx_offload_capa &= one.tx_offload_capa;
  all.flow_type_rss_offloads &= one.flow_type_rss_offloads;
  // (a table, or a key, can only be given to all if it is of one size)
  if (all.reta_size != one.reta_size) all.reta_size = 0;
  if (all.hash_key_size != one.hash_key_size) all.hash_key_size = 0;
  all.speed_capa &= one.speed_capa;
  narrow(all.rx_desc_lim, one.rx_desc_lim);
  narrow(all.tx_desc_lim, one.tx_desc_lim);
}

}  // namespace

int info(rte_eth_dev* dev, rte_eth_dev_info* out) noexcept {
  bool first = true;
  rte_eth_dev_info all{};
  for_each_member(shared_of(*dev), [&](std::uint16_t member) {
    rte_eth_dev_info one{};
    if (rte_eth_dev_info_get(member, &one) != 0) return;
    if (first)
      all = one;
    else
      narrow(all, one);
    first = false;
  });
  // (its own: what a driver leaves as it finds it is set by ethdev before)
  out->max_mac_addrs = kAddressesMax;
  out->dev_capa = 0;
  out->max_rx_queues =
      first ? kQueuesMax : std::min<std::uint16_t>(all.max_rx_queues, RTE_MAX_QUEUES_PER_PORT);
  out->max_tx_queues =
      first ? kQueuesMax : std::min<std::uint16_t>(all.max_tx_queues, RTE_MAX_QUEUES_PER_PORT);
  out->max_rx_pktlen = first ? RTE_ETHER_MAX_JUMBO_FRAME_LEN : all.max_rx_pktlen;
  if (first) {
    // (programs configure the port before it has members, with what these will have)
    out->flow_type_rss_offloads = RTE_ETH_RSS_PROTO_MASK;
    return 0;
  }
  out->min_mtu = all.min_mtu;
  out->max_mtu = all.max_mtu;
  out->min_rx_bufsize = all.min_rx_bufsize;
  out->max_lro_pkt_size = all.max_lro_pkt_size;
  out->rx_offload_capa = all.rx_offload_capa & ~kNoRxOffloads;
  out->tx_offload_capa = all.tx_offload_capa & ~kNoTxOffloads;
  out->flow_type_rss_offloads = all.flow_type_rss_offloads;
  out->reta_size = all.reta_size;
  out->hash_key_size = all.hash_key_size;
  out->speed_capa = all.speed_capa;
  out->rx_desc_lim = all.rx_desc_lim;
  out->tx_desc_lim = all.tx_desc_lim;
  out->default_rxportconf = all.default_rxportconf;
  out->default_txportconf = all.default_txportconf;
  return 0;
}

}  // namespace lagoon::pmd
