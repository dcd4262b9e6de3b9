// The calls that ethdev makes of a driver, by subject; ops.cpp puts them into its tables. Each gives 0 or a
// negative errno, and has logged why. None throws.
#pragma once

#include "sdk.hpp"

namespace lagoon::pmd {

/// Of the primary process, or of a secondary, which can send, receive and ask.
[[nodiscard]] const eth_dev_ops& operations(bool primary) noexcept;

// queues.cpp
int rx_queue_setup(rte_eth_dev* dev, std::uint16_t queue, std::uint16_t descriptors, unsigned socket,
                   const rte_eth_rxconf* conf, rte_mempool* pool) noexcept;
int tx_queue_setup(rte_eth_dev* dev, std::uint16_t queue, std::uint16_t descriptors, unsigned socket,
                   const rte_eth_txconf* conf) noexcept;
void rx_queue_release(rte_eth_dev* dev, std::uint16_t queue) noexcept;
void tx_queue_release(rte_eth_dev* dev, std::uint16_t queue) noexcept;
void rx_queue_info(rte_eth_dev* dev, std::uint16_t queue, rte_eth_rxq_info* info) noexcept;
void tx_queue_info(rte_eth_dev* dev, std::uint16_t queue, rte_eth_txq_info* info) noexcept;
int burst_mode(rte_eth_dev* dev, std::uint16_t queue, rte_eth_burst_mode* mode) noexcept;

// info.cpp
int info(rte_eth_dev* dev, rte_eth_dev_info* out) noexcept;

// stats.cpp, xstats/xstats.cpp
int stats(rte_eth_dev* dev, rte_eth_stats* out) noexcept;
int stats_reset(rte_eth_dev* dev) noexcept;
int xstats(rte_eth_dev* dev, rte_eth_xstat* out, unsigned room) noexcept;
int xstats_names(rte_eth_dev* dev, rte_eth_xstat_name* out, unsigned room) noexcept;
int xstats_reset(rte_eth_dev* dev) noexcept;

// filters.cpp
int promiscuous_enable(rte_eth_dev* dev) noexcept;
int promiscuous_disable(rte_eth_dev* dev) noexcept;
int all_multicast_enable(rte_eth_dev* dev) noexcept;
int all_multicast_disable(rte_eth_dev* dev) noexcept;
int mac_set(rte_eth_dev* dev, rte_ether_addr* address) noexcept;
int mac_add(rte_eth_dev* dev, rte_ether_addr* address, std::uint32_t index, std::uint32_t pool) noexcept;
void mac_remove(rte_eth_dev* dev, std::uint32_t index) noexcept;
int multicast_set(rte_eth_dev* dev, rte_ether_addr* groups, std::uint32_t count) noexcept;
int mtu_set(rte_eth_dev* dev, std::uint16_t mtu) noexcept;
int vlan_filter_set(rte_eth_dev* dev, std::uint16_t vlan, int on) noexcept;
int vlan_offload_set(rte_eth_dev* dev, int mask) noexcept;

// rss.cpp
int rss_update(rte_eth_dev* dev, rte_eth_rss_conf* conf) noexcept;
int rss_conf(rte_eth_dev* dev, rte_eth_rss_conf* conf) noexcept;
int reta_update(rte_eth_dev* dev, rte_eth_rss_reta_entry64* conf, std::uint16_t size) noexcept;
int reta_query(rte_eth_dev* dev, rte_eth_rss_reta_entry64* conf, std::uint16_t size) noexcept;

// dump.cpp
int dump(rte_eth_dev* dev, std::FILE* file) noexcept;

}  // namespace lagoon::pmd
