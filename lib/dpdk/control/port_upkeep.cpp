#include "dpdk/control/port_upkeep.hpp"

#include <rte_ethdev.h>

#include <algorithm>

#include "wire/lldp/lldp.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::dpdk {

namespace {

rte_ether_addr to_dpdk(const MacAddress& mac) {
  rte_ether_addr address{};
  std::copy(mac.octets.begin(), mac.octets.end(), address.addr_bytes);
  return address;
}

template <typename T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

std::vector<std::string> PortUpkeep::apply(const control::PortOptions& wanted, bool address_refused) {
  std::vector<std::string> lacks;
  const bool addresses = set_addresses(wanted.addresses);
  const bool groups = set_multicast(wanted.multicast);
  // LACPDUs are multicast, and have to come in whatever the operator wants.
  const bool all_groups = set_all_multicast(wanted.all_multicast || !groups);
  const bool hears_groups = groups || all_groups || (!hears_lacpdus_ && wanted.multicast.empty());
  if (!wanted.promiscuous) {
    if (address_refused) lacks.emplace_back("keeps its own address, so it stays in promiscuous mode");
    if (!addresses) lacks.emplace_back("takes no secondary addresses, so it stays in promiscuous mode");
    if (!hears_groups) lacks.emplace_back("can't choose multicast groups, so it stays in promiscuous mode");
  }
  const bool promiscuous = wanted.promiscuous || address_refused || !addresses || !hears_groups;
  if (!set_promiscuous(promiscuous) && promiscuous)
    lacks.emplace_back("has no promiscuous mode; frames to other addresses are not forwarded");
  if (!set_vlans(wanted.vlans)) lacks.emplace_back("has no VLAN filter; frames of all VLANs come through");
  if (!set_pause(wanted.pause)) lacks.emplace_back("does not take the setting of pause frames");
  if (!set_pfc(wanted.pfc)) lacks.emplace_back("can't pause single priorities (pfc)");
  return lacks;
}

void PortUpkeep::take_back() {
  static_cast<void>(set_addresses({}));
  static_cast<void>(set_vlans({}));
  static_cast<void>(set_pfc({}));
  static_cast<void>(set_pause({}));
  rte_eth_dev_set_mc_addr_list(port_.value(), nullptr, 0);
  static_cast<void>(set_all_multicast(false));
  static_cast<void>(set_promiscuous(false));
}

bool PortUpkeep::set_addresses(const std::vector<MacAddress>& wanted) {
  std::erase_if(addresses_, [&](const MacAddress& mac) {
    if (contains(wanted, mac)) return false;
    rte_ether_addr address = to_dpdk(mac);
    rte_eth_dev_mac_addr_remove(port_.value(), &address);
    return true;
  });
  bool all = true;
  for (const MacAddress& mac : wanted) {
    if (contains(addresses_, mac)) continue;
    rte_ether_addr address = to_dpdk(mac);
    if (rte_eth_dev_mac_addr_add(port_.value(), &address, 0) == 0)
      addresses_.push_back(mac);
    else
      all = false;
  }
  return all;
}

bool PortUpkeep::set_multicast(const std::vector<MacAddress>& groups) {
  std::vector<rte_ether_addr> list{to_dpdk(wire::kSlowProtocolsAddress), to_dpdk(wire::kLldpAddress)};
  for (const MacAddress& group : groups) list.push_back(to_dpdk(group));
  return rte_eth_dev_set_mc_addr_list(port_.value(), list.data(), static_cast<std::uint32_t>(list.size())) ==
         0;
}

bool PortUpkeep::set_vlans(const std::vector<std::uint16_t>& wanted) {
  if (wanted.empty() && vlans_.empty()) return true;
  const int offloads = rte_eth_dev_get_vlan_offload(port_.value());
  if (offloads < 0) return false;
  if (!wanted.empty() && (offloads & RTE_ETH_VLAN_FILTER_OFFLOAD) == 0 &&
      rte_eth_dev_set_vlan_offload(port_.value(), offloads | RTE_ETH_VLAN_FILTER_OFFLOAD) != 0)
    return false;
  std::erase_if(vlans_, [&](std::uint16_t vlan) {
    if (contains(wanted, vlan)) return false;
    rte_eth_dev_vlan_filter(port_.value(), vlan, 0);
    return true;
  });
  for (const std::uint16_t vlan : wanted) {
    if (contains(vlans_, vlan)) continue;
    if (rte_eth_dev_vlan_filter(port_.value(), vlan, 1) != 0) {
      // Half a filter would lose frames that are wanted.
      rte_eth_dev_set_vlan_offload(port_.value(), offloads & ~RTE_ETH_VLAN_FILTER_OFFLOAD);
      vlans_.clear();
      return false;
    }
    vlans_.push_back(vlan);
  }
  if (wanted.empty()) rte_eth_dev_set_vlan_offload(port_.value(), offloads & ~RTE_ETH_VLAN_FILTER_OFFLOAD);
  return true;
}

bool PortUpkeep::set_promiscuous(bool on) {
  if ((rte_eth_promiscuous_get(port_.value()) == 1) == on) return true;
  return (on ? rte_eth_promiscuous_enable(port_.value()) : rte_eth_promiscuous_disable(port_.value())) == 0;
}

bool PortUpkeep::set_all_multicast(bool on) {
  if ((rte_eth_allmulticast_get(port_.value()) == 1) == on) return true;
  return (on ? rte_eth_allmulticast_enable(port_.value()) : rte_eth_allmulticast_disable(port_.value())) == 0;
}

// Thresholds stay as the port has them. What was refused once is asked for again when it changes only.
bool PortUpkeep::set_pause(std::optional<control::Pause> wanted) {
  if (wanted == pause_) return true;
  pause_ = wanted;
  rte_eth_fc_conf settings{};
  if (rte_eth_dev_flow_ctrl_get(port_.value(), &settings) != 0) return !wanted;
  if (!own_pause_) own_pause_ = static_cast<control::Pause>(settings.mode);
  settings.mode = static_cast<rte_eth_fc_mode>(wanted.value_or(*own_pause_));
  if (!wanted) own_pause_.reset();
  return rte_eth_dev_flow_ctrl_set(port_.value(), &settings) == 0;
}

bool PortUpkeep::set_pfc(const std::vector<std::uint8_t>& wanted) {
  if (wanted == pfc_) return true;
  const auto set = [&](std::uint8_t priority, rte_eth_fc_mode mode) {
    rte_eth_pfc_conf settings{};
    rte_eth_dev_flow_ctrl_get(port_.value(), &settings.fc);  // (its thresholds; zeros mean the driver's own)
    settings.fc.mode = mode;
    settings.priority = priority;
    return rte_eth_dev_priority_flow_ctrl_set(port_.value(), &settings) == 0;
  };
  bool all = true;
  for (const std::uint8_t priority : pfc_)
    if (!contains(wanted, priority)) static_cast<void>(set(priority, RTE_ETH_FC_NONE));
  for (const std::uint8_t priority : wanted)
    if (!contains(pfc_, priority)) all = set(priority, RTE_ETH_FC_FULL) && all;
  pfc_ = wanted;
  return all;
}

}  // namespace lagoon::dpdk
