// What ports are given in a program that is not ours (dpdk/engine/embedded_lag.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

struct rte_eth_conf;
struct rte_mempool;

namespace lagoon::dpdk {

struct GuestPorts {
  std::uint16_t rx_queues = 1;
  std::uint16_t tx_queues = 1;
  std::vector<rte_mempool*> pools{};
  std::uint16_t rx_descriptors = 0;
  std::uint16_t tx_descriptors = 0;
  std::shared_ptr<const rte_eth_conf> conf{};
  bool configure = true;
  std::uint64_t owner = 0;  // of DPDK's, to whom the ports belong already in our name; 0: nobody
};

}  // namespace lagoon::dpdk
