// What the port receives: addresses, modes, MTU, VLANs. What PortUpkeep keeps for members is asked of the
// LAG; VLAN filters and offloads are members' own affair and are passed on.
#include <algorithm>
#include <cerrno>
#include <string>

#include "lag_port.hpp"
#include "ops.hpp"

namespace lagoon::pmd {

namespace {

std::string list_of(const std::vector<MacAddress>& addresses) {
  std::string list = "[";
  for (const MacAddress& mac : addresses) list += (list.size() == 1 ? "\"" : ", \"") + to_string(mac) + "\"";
  return list + "]";
}

int set(LagPort& lag, const char* key, std::string value) {
  // (what a stopped port is to have stands in its ethdev's data)
  if (!lag.is_running()) return 0;
  const auto done = lag.execute(config::SetOption{key, std::move(value)});
  return done ? 0 : as_errno(lag, std::unexpected{done.error()});
}

template <typename Call>
int on_members(LagPort& lag, Call call) {
  int worst = 0;
  for (const std::uint16_t member : lag.members().ports())
    if (const int result = call(member); result != 0) worst = result;
  return worst;
}

}  // namespace

int promiscuous_enable(rte_eth_dev* dev) noexcept {
  return set(lag_of(*dev), "promiscuous", "true");
}
int promiscuous_disable(rte_eth_dev* dev) noexcept {
  return set(lag_of(*dev), "promiscuous", "false");
}
int all_multicast_enable(rte_eth_dev* dev) noexcept {
  return set(lag_of(*dev), "all-multicast", "true");
}
int all_multicast_disable(rte_eth_dev* dev) noexcept {
  return set(lag_of(*dev), "all-multicast", "false");
}

int mac_set(rte_eth_dev* dev, rte_ether_addr* address) noexcept {
  LagPort& lag = lag_of(*dev);
  return as_errno(lag, lag.set_address(to_mac(*address)));
}

int mac_add(rte_eth_dev* dev, rte_ether_addr* address, std::uint32_t index, std::uint32_t) noexcept {
  LagPort& lag = lag_of(*dev);
  std::vector<MacAddress> all = lag.configuration().options.port.addresses;
  const MacAddress added = to_mac(*address);
  // (ethdev repeats all at every start)
  if (index == 0 || std::ranges::find(all, added) != all.end()) return 0;
  all.push_back(added);
  return set(lag, "addresses", list_of(all));
}

void mac_remove(rte_eth_dev* dev, std::uint32_t index) noexcept {
  LagPort& lag = lag_of(*dev);
  std::vector<MacAddress> all = lag.configuration().options.port.addresses;
  std::erase(all, to_mac(shared_of(*dev).addresses[index]));
  static_cast<void>(set(lag, "addresses", list_of(all)));
}

int multicast_set(rte_eth_dev* dev, rte_ether_addr* groups, std::uint32_t count) noexcept {
  LagPort& lag = lag_of(*dev);
  std::vector<MacAddress> wanted;
  for (std::uint32_t i = 0; i < count; ++i) wanted.push_back(to_mac(groups[i]));
  if (const int result = set(lag, "multicast", list_of(wanted)); result != 0) return result;
  lag.groups() = std::move(wanted);
  return 0;
}

int mtu_set(rte_eth_dev* dev, std::uint16_t mtu) noexcept {
  return set(lag_of(*dev), "mtu", std::to_string(mtu));
}

int vlan_filter_set(rte_eth_dev* dev, std::uint16_t vlan, int on) noexcept {
  LagPort& lag = lag_of(*dev);
  // (a stopped port's members get the whole filter at the start)
  if (!lag.is_running()) return 0;
  return on_members(lag, [&](std::uint16_t member) { return rte_eth_dev_vlan_filter(member, vlan, on); });
}

int vlan_offload_set(rte_eth_dev* dev, int) noexcept {
  LagPort& lag = lag_of(*dev);
  const std::uint64_t wanted = dev->data->dev_conf.rxmode.offloads;
  int words = 0;
  if ((wanted & RTE_ETH_RX_OFFLOAD_VLAN_STRIP) != 0) words |= RTE_ETH_VLAN_STRIP_OFFLOAD;
  if ((wanted & RTE_ETH_RX_OFFLOAD_VLAN_FILTER) != 0) words |= RTE_ETH_VLAN_FILTER_OFFLOAD;
  if ((wanted & RTE_ETH_RX_OFFLOAD_VLAN_EXTEND) != 0) words |= RTE_ETH_VLAN_EXTEND_OFFLOAD;
  if ((wanted & RTE_ETH_RX_OFFLOAD_QINQ_STRIP) != 0) words |= RTE_ETH_QINQ_STRIP_OFFLOAD;
  lag.passed_on().vlan_offload = words;
  if (!lag.is_running()) return 0;
  return on_members(lag, [&](std::uint16_t member) { return rte_eth_dev_set_vlan_offload(member, words); });
}

}  // namespace lagoon::pmd
