// AccessSide: what workers have of an access port, and what outlives its ethdev: that is closed when the
// interface below is gone, and made anew when it is back.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "control/status/status.hpp"
#include "dpdk/port/packet_socket.hpp"
#include "dpdk/port/port.hpp"
#include "dpdk/snapshot/side_ports.hpp"
#include "fast/drop.hpp"

namespace lagoon::dpdk {

/// What an ethdev has counted.
struct PortCounts {
  control::Traffic traffic{};
  std::uint64_t kernel_ring_full = 0;
  std::uint64_t rx_missed = 0;
  std::uint64_t tx_errors = 0;

  PortCounts& operator+=(const PortCounts& more) noexcept;
};
[[nodiscard]] PortCounts counts_of(const Port& port);

/// What workers have counted for a port.
struct PortTally {
  std::array<std::uint64_t, fast::kDrops> drops{};
  control::Traffic sent{};  // by a socket, past the driver: no ethdev has counted it
};

struct AccessSide {
  /// By one worker.
  struct Served {
    std::uint16_t position = 0;
    std::uint16_t step = 1;
    PortsSlot slot{nullptr};
  };
  std::deque<Served> served{};
  std::vector<PacketSocket> sockets{};   // the workers use their descriptors
  std::optional<std::size_t> carrier{};  // number in the CarrierWatch
  /// Whether its link is up. `carrier`: of its interface, if it has one.
  [[nodiscard]] bool is_up(const Port* port, bool has_carrier) const;
  PortCounts before{};         // of ethdevs that it had before this one
  std::string_view absence{};  // it has no ethdev: why. Thread: the control lcore
};

/// The queues of a port that the worker in that position serves; `sockets` gets one to send by, where the
/// port needs that. Errors: those of PacketSocket::open().
[[nodiscard]] Result<std::unique_ptr<SidePorts>> access_queues(const Port& port,
                                                               const AccessSide::Served& served,
                                                               std::vector<PacketSocket>& sockets);

}  // namespace lagoon::dpdk
