// SidePorts: the queues that one worker polls and sends on, on one side of a cross-connect. A snapshot:
// immutable once published, replaced whole when a member comes or goes (dpdk/control/member_lifecycle.hpp),
// and freed after every worker was quiescent.
//
// Order that the workers rely on: a member is in here before a PortTable names it, and stays until all
// workers have passed a table that does not name it any more. So a worker that loads the table first, then
// this, finds every port that the table asks for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/ids.hpp"
#include "dpdk/snapshot/member_punts.hpp"
#include "dpdk/snapshot/qsbr_publisher.hpp"

namespace lagoon::dpdk {

/// Queues of one port that a worker polls: first_rx, first_rx + step, ... below rx_end; it sends on tx.
struct WorkerPort {
  std::uint16_t id = 0;
  std::uint16_t first_rx = 0;
  std::uint16_t rx_end = 1;
  std::uint16_t step = 1;
  std::uint16_t tx = 0;
  std::optional<int> tx_socket{};  // sends instead of the queue (dpdk/port/packet_socket.hpp)
  std::uint32_t cut = 0;           // a frame of so many octets may be one that was cut; 0: none is
  MemberPunts* punts = nullptr;    // of a member: what it hands to control
};

struct SidePorts {
  std::uint32_t present = 0;                    // bit set of the indices in use; a plain port is number 0
  std::array<WorkerPort, kMembersMax> ports{};  // by MemberIndex

  [[nodiscard]] bool has(MemberIndex member) const noexcept { return (present >> member.value() & 1U) != 0; }
  [[nodiscard]] const WorkerPort& operator[](MemberIndex member) const noexcept {
    return ports[member.value()];
  }
  void put(MemberIndex member, const WorkerPort& port) noexcept {
    present |= std::uint32_t{1} << member.value();
    ports[member.value()] = port;
  }
};

using PortsSlot = Slot<SidePorts>;

}  // namespace lagoon::dpdk
