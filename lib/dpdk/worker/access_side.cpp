#include "dpdk/worker/access_side.hpp"

#include <rte_ethdev.h>

#include <utility>

namespace lagoon::dpdk {

PortCounts& PortCounts::operator+=(const PortCounts& more) noexcept {
  traffic.rx_packets += more.traffic.rx_packets;
  traffic.rx_bytes += more.traffic.rx_bytes;
  traffic.tx_packets += more.traffic.tx_packets;
  traffic.tx_bytes += more.traffic.tx_bytes;
  kernel_ring_full += more.kernel_ring_full;
  rx_missed += more.rx_missed;
  tx_errors += more.tx_errors;
  return *this;
}

// (the driver of a kernel's interface says up always)
bool AccessSide::is_up(const Port* port, bool has_carrier) const {
  return port != nullptr && absence.empty() && port->link().up && (!carrier || has_carrier);
}

PortCounts counts_of(const Port& port) {
  PortCounts counts;
  if (const auto& losses = port.ring_losses()) counts.kernel_ring_full = losses->lost();
  rte_eth_stats stats{};
  if (rte_eth_stats_get(port.id().value(), &stats) != 0) return counts;
  counts.traffic = {.rx_packets = stats.ipackets,
                    .rx_bytes = stats.ibytes,
                    .tx_packets = stats.opackets,
                    .tx_bytes = stats.obytes};
  counts.rx_missed = stats.imissed;
  counts.tx_errors = stats.oerrors;
  return counts;
}

Result<std::unique_ptr<SidePorts>> access_queues(const Port& port, const AccessSide::Served& served,
                                                 std::vector<PacketSocket>& sockets) {
  WorkerPort queues{.id = port.id().value(),
                    .first_rx = served.position,
                    .rx_end = port.rx_queues(),
                    .step = served.step,
                    .tx = served.position,
                    .cut = port.cut_from()};
  if (port.device().is_af_packet) {
    auto socket = PacketSocket::open(*port.device().carrier_interface, SocketUse::transmit);
    if (!socket) return std::unexpected{socket.error()};
    queues.tx_socket = socket->descriptor();
    sockets.push_back(std::move(*socket));
  }
  auto only = std::make_unique<SidePorts>();
  only->put(MemberIndex{0}, queues);
  return only;
}

}  // namespace lagoon::dpdk
