// SlowOutlet: the control lcore's frames on transmit queues that a worker owns: LACPDUs where a port has no
// queue to spare, and Markers, which have to stand behind that worker's data.
//
// Thread: the worker; refused() any. Owns: the frame that a port did not take yet.
#pragma once

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <cstddef>
#include <cstdint>

#include "dpdk/snapshot/side_ports.hpp"
#include "dpdk/worker/worker_io.hpp"
#include "fast/counters.hpp"
#include "wire/marker_pdu.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::dpdk {

// The kind of slow-protocol frame that stands behind data: a Marker that asks (802.1AX-2014 6.5.3.3).
[[nodiscard]] inline bool is_marker(const rte_mbuf& frame) noexcept {
  constexpr std::size_t kSubtypeAt = 14;
  constexpr std::size_t kTlvAt = 16;
  const auto* const octets = rte_pktmbuf_mtod(&frame, const std::uint8_t*);
  return frame.data_len > kTlvAt &&
         octets[kSubtypeAt] == static_cast<std::uint8_t>(wire::SlowSubtype::marker) &&
         octets[kTlvAt] == static_cast<std::uint8_t>(wire::MarkerKind::information);
}

class SlowOutlet {
 public:
  explicit SlowOutlet(rte_ring* ring) noexcept : ring_{ring} {}

  /// To be called before data is sent, so that a saturated queue can't keep LACPDUs from leaving.
  /// `port_of(ethdev)`: this worker's port, or null where the member has left. `waits(marker)`: a Marker that
  /// asks has been kept, to go behind frames that wait.
  template <typename PortOf, typename Waits>
  void send(PortOf port_of, Waits waits) noexcept {
    for (;;) {
      if (frame_ == nullptr) {
        void* next = nullptr;
        if (rte_ring_sc_dequeue(ring_, &next) != 0) return;
        frame_ = static_cast<rte_mbuf*>(next);
      }
      // On this worker's own queue: behind all that it has sent on the member. (LACPDUs pass by what waits in
      // front of it.)
      const WorkerPort* const port = port_of(frame_->port);
      const bool kept = port != nullptr && is_marker(*frame_) && waits(*frame_);
      if (!kept && (port == nullptr || send_on(*port, {&frame_, 1}) == 0)) {
        // A port that never sends again must not keep the other members' LACPDUs waiting.
        if (port != nullptr && ++tries_ < kTries) return;
        rte_pktmbuf_free(frame_);
        refused_.add(1);
      }
      frame_ = nullptr;
      tries_ = 0;
    }
  }
  [[nodiscard]] bool has_work() const noexcept { return frame_ != nullptr || rte_ring_empty(ring_) == 0; }
  /// Frees what is kept: the worker ends.
  void discard() noexcept {
    rte_pktmbuf_free(frame_);
    frame_ = nullptr;
  }
  /// LACPDUs that a port would not take for so long that they were given up.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_.read(); }

 private:
  static constexpr unsigned kTries = 4096;
  rte_ring* ring_;
  rte_mbuf* frame_ = nullptr;  // refused, goes first at the next time
  unsigned tries_ = 0;
  fast::Counter refused_;
};

}  // namespace lagoon::dpdk
