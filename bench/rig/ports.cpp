#include "rig/ports.hpp"

#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_eth_bond.h>
#include <rte_eth_bond_8023ad.h>
#include <rte_mbuf.h>

#include <array>
#include <functional>
#include <optional>
#include <string>

#include "base/check.hpp"

namespace lagoon::bench {
namespace {

constexpr int kPatienceMs = 5000;

void configure(std::uint16_t port, rte_mempool* pool) {
  const rte_eth_conf conf{};
  LAGOON_CHECK(rte_eth_dev_configure(port, 1, 1, &conf) == 0);
  LAGOON_CHECK(rte_eth_rx_queue_setup(port, 0, 512, SOCKET_ID_ANY, nullptr, pool) == 0);
  LAGOON_CHECK(rte_eth_tx_queue_setup(port, 0, 512, SOCKET_ID_ANY, nullptr) == 0);
}

void wait_until(const std::function<bool()>& so) {
  for (int ms = 0; ms < kPatienceMs && !so(); ++ms) rte_delay_us_sleep(1000);
  LAGOON_CHECK(so());
}

void drop_slow_frame(std::uint16_t, rte_mbuf* frame) {
  rte_pktmbuf_free(frame);
}

bool all_are_active(const Bond& bond) {
  std::array<std::uint16_t, RTE_MAX_ETHPORTS> active{};
  return rte_eth_bond_active_slaves_get(bond.id, active.data(), active.size()) ==
         static_cast<int>(bond.members.size());
}

// The bond's mode is the last one then.
void learn_functions(Bond& bond) {
  for (const int mode :
       {BONDING_MODE_ROUND_ROBIN, BONDING_MODE_ACTIVE_BACKUP, BONDING_MODE_BROADCAST, BONDING_MODE_BALANCE}) {
    LAGOON_CHECK(rte_eth_dev_stop(bond.id) == 0);
    LAGOON_CHECK(rte_eth_bond_mode_set(bond.id, static_cast<std::uint8_t>(mode)) == 0);
    LAGOON_CHECK(rte_eth_dev_start(bond.id) == 0);
    wait_until([&] { return all_are_active(bond); });
    bond.send_in[static_cast<std::uint8_t>(mode)] = rte_eth_fp_ops[bond.id].tx_pkt_burst;
  }
}

void distribute_on_all(const Bond& bond) {
  for (const std::uint16_t member : bond.members) {
    LAGOON_CHECK(rte_eth_bond_8023ad_ext_collect(bond.id, member, 1) == 0);
    LAGOON_CHECK(rte_eth_bond_8023ad_ext_distrib(bond.id, member, 1) == 0);
  }
}

}  // namespace

Ports::Ports()
    : pool_{rte_pktmbuf_pool_create("ports", 4095, 64, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY)} {
  LAGOON_CHECK(pool_ != nullptr);
  for (const std::size_t members : {2U, 4U, 8U}) bonds_[members] = new_bond(BONDING_MODE_BALANCE, members);
  learn_functions(bonds_.at(4));
  lacp_bond_ = new_bond(BONDING_MODE_8023AD, 4);
  lagoon_ = new_lagoon(4);
}

std::uint16_t Ports::new_port() {
  const std::string name = "net_null" + std::to_string(made_++);
  LAGOON_CHECK(rte_eal_hotplug_add("vdev", name.c_str(), "no-rx=1") == 0);
  std::uint16_t port = 0;
  LAGOON_CHECK(rte_eth_dev_get_port_by_name(name.c_str(), &port) == 0);
  return port;
}

std::vector<std::uint16_t> Ports::new_ports(std::size_t count) {
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < count; ++i) ports.push_back(new_port());
  return ports;
}

Bond Ports::new_bond(std::uint8_t mode, std::size_t members) {
  Bond bond;
  const std::string name = "net_bonding" + std::to_string(made_);
  const int id = rte_eth_bond_create(name.c_str(), mode, 0);
  LAGOON_CHECK(id >= 0);
  bond.id = static_cast<std::uint16_t>(id);
  bond.members = new_ports(members);
  for (const std::uint16_t port : bond.members) configure(port, pool_);
  configure(bond.id, pool_);
  if (mode == BONDING_MODE_8023AD) {
    rte_eth_bond_8023ad_conf conf;
    LAGOON_CHECK(rte_eth_bond_8023ad_conf_get(bond.id, &conf) == 0);
    conf.slowrx_cb = drop_slow_frame;
    LAGOON_CHECK(rte_eth_bond_8023ad_setup(bond.id, &conf) == 0);
  }
  for (const std::uint16_t member : bond.members) LAGOON_CHECK(rte_eth_bond_slave_add(bond.id, member) == 0);
  LAGOON_CHECK(rte_eth_bond_xmit_policy_set(bond.id, BALANCE_XMIT_POLICY_LAYER34) == 0);
  LAGOON_CHECK(rte_eth_dev_start(bond.id) == 0);
  // (ours leaves addresses to what is above it, too)
  LAGOON_CHECK(rte_eth_promiscuous_enable(bond.id) == 0);
  wait_until([&] { return all_are_active(bond); });
  if (mode == BONDING_MODE_8023AD) distribute_on_all(bond);
  bond.send_in[static_cast<std::uint8_t>(mode)] = rte_eth_fp_ops[bond.id].tx_pkt_burst;
  return bond;
}

std::optional<LagPort> Ports::new_lagoon(std::size_t members) {
  LagPort lag;
  std::string options = "mode=balance-xor,hash=l3+4";
  const unsigned first = made_;
  lag.members = new_ports(members);
  for (std::size_t i = 0; i < members; ++i) options += ",member=net_null" + std::to_string(first + i);
  if (rte_eal_hotplug_add("vdev", "net_lagoon0", options.c_str()) != 0) return std::nullopt;
  LAGOON_CHECK(rte_eth_dev_get_port_by_name("net_lagoon0", &lag.id) == 0);
  configure(lag.id, pool_);
  LAGOON_CHECK(rte_eth_dev_start(lag.id) == 0);
  LAGOON_CHECK(rte_eth_promiscuous_enable(lag.id) == 0);
  return lag;
}

}  // namespace lagoon::bench
