#include "ops.hpp"

#include "lag_port.hpp"
#include "xstats/question.hpp"

namespace lagoon::pmd {

namespace {

int configure(rte_eth_dev* dev) noexcept {
  LagPort& lag = lag_of(*dev);
  return as_errno(lag, lag.configure());
}

int start(rte_eth_dev* dev) noexcept {
  LagPort& lag = lag_of(*dev);
  return as_errno(lag, lag.start());
}

int stop(rte_eth_dev* dev) noexcept {
  lag_of(*dev).stop();
  return 0;
}

int close(rte_eth_dev* dev) noexcept {
  if (rte_eal_process_type() != RTE_PROC_PRIMARY) return 0;
  auto* const lag = static_cast<LagPort*>(dev->process_private);
  if (lag != nullptr) forget(*lag);
  delete lag;
  dev->process_private = nullptr;
  // (part of dev_private, which ethdev frees)
  dev->data->mac_addrs = nullptr;
  return 0;
}

int link_up(rte_eth_dev* dev) noexcept {
  LagPort& lag = lag_of(*dev);
  return as_errno(lag, lag.set_link(true));
}

int link_down(rte_eth_dev* dev) noexcept {
  LagPort& lag = lag_of(*dev);
  return as_errno(lag, lag.set_link(false));
}

// The control thread keeps it.
int link_update(rte_eth_dev*, int) noexcept {
  return -1;  // nothing has changed by asking
}

int flow_ops(rte_eth_dev*, const rte_flow_ops** ops) noexcept {
  *ops = &flow_operations();
  return 0;
}

// (the order of members differs between releases, so none is relied upon)
constexpr eth_dev_ops asked_by_all() {
  eth_dev_ops ops{};
  ops.link_update = link_update;
  ops.dev_infos_get = info;
  ops.stats_get = stats;
  ops.stats_reset = stats_reset;
  ops.xstats_get = xstats;
  ops.xstats_get_names = xstats_names;
  ops.xstats_reset = xstats_reset;
  ops.rxq_info_get = rx_queue_info;
  ops.txq_info_get = tx_queue_info;
  ops.rx_burst_mode_get = burst_mode;
  ops.tx_burst_mode_get = burst_mode;
  ops.dev_close = close;
  return ops;
}

constexpr eth_dev_ops all() {
  eth_dev_ops ops = asked_by_all();
  ops.dev_configure = configure;
  ops.dev_start = start;
  ops.dev_stop = stop;
  ops.dev_set_link_up = link_up;
  ops.dev_set_link_down = link_down;
  ops.promiscuous_enable = promiscuous_enable;
  ops.promiscuous_disable = promiscuous_disable;
  ops.allmulticast_enable = all_multicast_enable;
  ops.allmulticast_disable = all_multicast_disable;
  ops.mac_addr_set = mac_set;
  ops.mac_addr_add = mac_add;
  ops.mac_addr_remove = mac_remove;
  ops.set_mc_addr_list = multicast_set;
  ops.mtu_set = mtu_set;
  ops.vlan_filter_set = vlan_filter_set;
  ops.vlan_offload_set = vlan_offload_set;
  ops.rx_queue_setup = rx_queue_setup;
  ops.rx_queue_release = rx_queue_release;
  ops.tx_queue_setup = tx_queue_setup;
  ops.tx_queue_release = tx_queue_release;
  ops.rss_hash_update = rss_update;
  ops.rss_hash_conf_get = rss_conf;
  ops.reta_update = reta_update;
  ops.reta_query = reta_query;
  ops.flow_ops_get = flow_ops;
  ops.eth_dev_priv_dump = dump;
  return ops;
}

constinit const eth_dev_ops kPrimary = all();
constinit const eth_dev_ops kSecondary = asked_by_all();

}  // namespace

const eth_dev_ops& operations(bool primary) noexcept {
  return primary ? kPrimary : kSecondary;
}

}  // namespace lagoon::pmd
