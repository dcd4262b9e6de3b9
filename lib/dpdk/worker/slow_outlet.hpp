// SlowOutlet: the control lcore's frames on transmit queues that a worker owns: LACPDUs where a port has no
// queue to spare, and Markers, which have to stand behind that worker's data.
//
// Thread: the worker; refused() any. Owns: the frames that ports did not take yet.
#pragma once

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/fixed_vector.hpp"
#include "dpdk/base/ring_look.hpp"
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
    if (!refused_frames_.empty()) try_again(port_of, waits);
    // (as many as there is room for where ports refuse)
    while (!refused_frames_.full()) {
      void* next = nullptr;
      if (rte_ring_sc_dequeue(ring_, &next) != 0) return;
      auto* const frame = static_cast<rte_mbuf*>(next);
      if (is_kept_of(frame->port))
        keep({.frame = frame});
      else if (!went({.frame = frame}, port_of, waits))
        refused_frames_.push_back({.frame = frame});
    }
  }
  [[nodiscard]] bool has_work() const noexcept { return !refused_frames_.empty() || !looks_empty(*ring_); }
  /// Frees what is kept: the worker ends.
  void discard() noexcept {
    for (const Refused& r : refused_frames_) rte_pktmbuf_free(r.frame);
    refused_frames_.clear();
  }
  /// Who used it ended in the middle: what is kept may be gone already, so it is not freed. Gives its number.
  [[nodiscard]] std::size_t forget() noexcept {
    const std::size_t kept = refused_frames_.size();
    refused_frames_.clear();
    return kept;
  }
  /// LACPDUs that a port would not take for so long that they were given up.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_.read(); }

 private:
  static constexpr unsigned kTries = 4096;
  static constexpr unsigned kKeptOfPort = 4;
  struct Refused {
    rte_mbuf* frame = nullptr;
    unsigned tries = 0;
  };

  // On this worker's own queue: behind all that it has sent on the member. (LACPDUs pass by what waits in
  // front of it.) True: it is gone, or given up.
  template <typename PortOf, typename Waits>
  [[nodiscard]] bool went(const Refused& r, PortOf& port_of, Waits& waits) noexcept {
    rte_mbuf* frame = r.frame;
    const WorkerPort* const port = port_of(frame->port);
    if (port != nullptr && is_marker(*frame) && waits(*frame)) return true;
    if (port != nullptr && send_on(*port, {&frame, 1}) == 1) return true;
    if (port != nullptr && r.tries < kTries) return false;
    rte_pktmbuf_free(frame);
    refused_.add(1);
    return true;
  }
  // A port that refuses keeps nobody else's frames waiting.
  template <typename PortOf, typename Waits>
  void try_again(PortOf& port_of, Waits& waits) noexcept {
    FixedVector<Refused, kKeptMost> before;
    std::swap(before, refused_frames_);
    for (Refused& r : before) {
      ++r.tries;
      if (is_kept_of(r.frame->port) || !went(r, port_of, waits)) refused_frames_.push_back(r);
    }
  }
  [[nodiscard]] bool is_kept_of(std::uint16_t port) const noexcept {
    for (const Refused& r : refused_frames_)
      if (r.frame->port == port) return true;
    return false;
  }
  // A port that takes nothing has room for a few; what the newest says is what counts.
  void keep(const Refused& newest) noexcept {
    unsigned count = 0;
    for (const Refused& r : refused_frames_) count += r.frame->port == newest.frame->port ? 1U : 0U;
    if (count < kKeptOfPort) return refused_frames_.push_back(newest);
    FixedVector<Refused, kKeptMost> others;
    bool given_up = false;
    for (const Refused& r : refused_frames_)
      if (given_up || r.frame->port != newest.frame->port) {
        others.push_back(r);
      } else {
        given_up = true;
        rte_pktmbuf_free(r.frame);
        refused_.add(1);
      }
    others.push_back(newest);
    refused_frames_ = others;
  }

  static constexpr std::size_t kKeptMost = 64;
  rte_ring* ring_;
  FixedVector<Refused, kKeptMost> refused_frames_;  // go first at the next time
  fast::Counter refused_;
};

}  // namespace lagoon::dpdk
