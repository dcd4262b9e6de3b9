// The receivers of frames that the templates of lib/fast ask for: ports, the control lcore's rings, the pool.
#pragma once

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "dpdk/port/packet_socket.hpp"
#include "dpdk/snapshot/side_ports.hpp"

namespace lagoon::dpdk {

// The first step of rte_eth_tx_burst(), for frames that go past it, so that a capture (rte_pdump) has them.
[[nodiscard]] inline std::span<rte_mbuf*> show_to_callbacks(const WorkerPort& port,
                                                            std::span<rte_mbuf*> frames) noexcept {
#ifdef RTE_ETHDEV_RXTX_CALLBACKS
  // Relaxed, as in rte_eth_tx_burst(): a callback is a pointer that is followed.
  void* const callback =
      std::atomic_ref{rte_eth_fp_ops[port.id].txq.clbk[port.tx]}.load(std::memory_order_relaxed);
  if (callback == nullptr) return frames;
  const std::uint16_t count = rte_eth_call_tx_callbacks(port.id, port.tx, frames.data(),
                                                        static_cast<std::uint16_t>(frames.size()), callback);
  return frames.first(count);
#else
  static_cast<void>(port);
  return frames;
#endif
}

[[nodiscard]] inline std::size_t send_on(const WorkerPort& port, std::span<rte_mbuf*> frames) noexcept {
  if (port.tx_socket) return send_burst(*port.tx_socket, show_to_callbacks(port, frames));
  return rte_eth_tx_burst(port.id, port.tx, frames.data(), static_cast<std::uint16_t>(frames.size()));
}

class MemberSender {
 public:
  explicit MemberSender(const SidePorts& ports) noexcept : ports_{ports} {}
  [[nodiscard]] std::size_t send(MemberIndex member, std::span<rte_mbuf*> frames) noexcept {
    if (!ports_.has(member)) [[unlikely]]
      return 0;
    return send_on(ports_[member], frames);
  }

 private:
  const SidePorts& ports_;
};

struct Freer {
  void free(std::span<rte_mbuf*> frames) noexcept {
    rte_pktmbuf_free_bulk(frames.data(), static_cast<unsigned>(frames.size()));
  }
};

// A copy of the frame handed to the control lcore, under the number that says whose it is.
[[nodiscard]] inline bool copy_to(rte_ring* ring, const rte_mbuf& frame, std::uint16_t whose) noexcept {
  rte_mbuf* const made = rte_pktmbuf_copy(&frame, frame.pool, 0, frame.pkt_len);
  if (made == nullptr) return false;
  made->port = whose;
  if (rte_ring_mp_enqueue(ring, made) == 0) return true;
  rte_pktmbuf_free(made);
  return false;
}

class PuntRing {
 public:
  PuntRing(rte_ring* ring, const SidePorts& ports) noexcept : ring_{ring}, ports_{ports} {}
  [[nodiscard]] bool push(MemberIndex member, rte_mbuf* frame) noexcept {
    // Not every driver says where a frame came from (net_ring passes on what stood there).
    frame->port = ports_[member].id;
    return rte_ring_mp_enqueue(ring_, frame) == 0;
  }
  [[nodiscard]] bool copy(MemberIndex member, const rte_mbuf& frame) noexcept {
    return copy_to(ring_, frame, ports_[member].id);
  }

 private:
  rte_ring* ring_;
  const SidePorts& ports_;
};

// Frames on their way out that the control lcore wants to see, or to send itself.
class OutgoingRing {
 public:
  OutgoingRing(rte_ring* ring, std::size_t lag) noexcept
      : ring_{ring}, lag_{static_cast<std::uint16_t>(lag)} {}
  [[nodiscard]] bool take(rte_mbuf* frame) noexcept {
    frame->port = lag_;
    return rte_ring_mp_enqueue(ring_, frame) == 0;
  }
  [[nodiscard]] bool copy(const rte_mbuf& frame) noexcept { return copy_to(ring_, frame, lag_); }
  void free(std::span<rte_mbuf*> frames) noexcept { Freer{}.free(frames); }

 private:
  rte_ring* ring_;
  std::uint16_t lag_;
};

// After the table, so that whom the table names is in it (dpdk/snapshot/side_ports.hpp).
[[nodiscard]] inline const SidePorts& ports_of(const PortsSlot& slot) noexcept {
  // Pairs with the exchange in QsbrPublisher::publish().
  return *slot.load(std::memory_order_acquire);
}

}  // namespace lagoon::dpdk
