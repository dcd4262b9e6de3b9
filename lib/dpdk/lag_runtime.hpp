// LagRuntime: one LAG with the ports it runs on. What the control loop, the link monitor and the workers
// share.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/units.hpp"
#include "control/lag.hpp"
#include "dpdk/packet_socket.hpp"
#include "dpdk/port.hpp"
#include "dpdk/qsbr_publisher.hpp"
#include "dpdk/stack_guard.hpp"

namespace lagoon::dpdk {

struct MemberRuntime {
  Port port;
  std::optional<std::size_t> carrier{};  // number in the CarrierWatch
  std::optional<BitsPerSecond> carrier_speed{};
  std::optional<PacketSocket> slow_socket{};  // then punts of this member are copies, and ignored
  std::optional<StackGuard> guard{};
};

struct LagRuntime {
  std::vector<MemberRuntime> members;
  std::unique_ptr<control::Lag> lag;  // control lcore only
  TableSlot table{nullptr};           // written by the control lcore, read by workers
  std::size_t first_worker = 0;       // sends LACPDUs on members without a transmit queue of control's own
  std::uint64_t slow_tx_refused = 0;
};

}  // namespace lagoon::dpdk
