#include "dpdk/base/port_mtu.hpp"

#include <rte_ethdev.h>

#include <cerrno>
#include <string_view>

namespace lagoon::dpdk {

bool carries_any_length(EthdevId port) {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(port.value(), &info) != 0 || info.driver_name == nullptr) return false;
  return std::string_view{info.driver_name} == "net_memif";
}

int set_port_mtu(EthdevId port, std::uint16_t mtu, MtuFor whom) {
  const int error = rte_eth_dev_set_mtu(port.value(), mtu);
  if (error == -ENOTSUP && carries_any_length(port)) return 0;
  rte_eth_dev_info info{};
  if (error != -ENOTSUP || whom == MtuFor::appliance || rte_eth_dev_info_get(port.value(), &info) != 0)
    return error;
  const std::uint32_t frame = std::uint32_t{mtu} + RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
  return info.max_rx_pktlen == 0 || frame <= info.max_rx_pktlen ? 0 : error;
}

}  // namespace lagoon::dpdk
