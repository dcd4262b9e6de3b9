// The receivers of frames that the templates of lib/fast ask for: ports, the control lcore's rings, the pool.
#pragma once

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/ids.hpp"
#include "dpdk/base/frame_inbox.hpp"
#include "dpdk/port/packet_socket.hpp"
#include "dpdk/snapshot/side_ports.hpp"
#include "fast/concepts.hpp"

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

// Offers frames to members, in order. A frame that the port can never send is freed and told of, so that the
// ones behind it go on: drivers say of it what they say of a full queue, and would be asked again for ever.
class MemberSender {
 public:
  explicit MemberSender(const SidePorts& ports) noexcept : ports_{ports} {}
  [[nodiscard]] std::size_t send(MemberIndex member, std::span<rte_mbuf*> frames) noexcept {
    if (!ports_.has(member)) [[unlikely]]
      return 0;
    const std::size_t sent = send_on(ports_[member], frames);
    if (sent == frames.size()) [[likely]]
      return sent;
    return sent + send_past_unfit(ports_[member], frames.subspan(sent));
  }
  [[nodiscard]] fast::Unfit take_unfit() noexcept {
    if (unfit_.frames == 0) [[likely]]
      return {};
    return std::exchange(unfit_, {});
  }

 private:
  // The first frame of `frames` was refused just now.
  [[nodiscard]] std::size_t send_past_unfit(const WorkerPort& port, std::span<rte_mbuf*> frames) noexcept;

  const SidePorts& ports_;
  fast::Unfit unfit_{};
};

struct Freer {
  void free(std::span<rte_mbuf*> frames) noexcept {
    rte_pktmbuf_free_bulk(frames.data(), static_cast<unsigned>(frames.size()));
  }
};

// What members hand to control.
class PuntRings {
 public:
  explicit PuntRings(const SidePorts& ports) noexcept : ports_{ports} {}
  [[nodiscard]] bool push(MemberIndex member, rte_mbuf* frame) noexcept {
    MemberPunts* const punts = ports_[member].punts;
    if (punts == nullptr) return false;
    const MemberPunts::Taken taken = punts->push(frame);
    if (taken == MemberPunts::Taken::elsewhere) ++elsewhere_;
    return taken != MemberPunts::Taken::no_room;
  }
  [[nodiscard]] bool copy(MemberIndex member, const rte_mbuf& frame) noexcept {
    MemberPunts* const punts = ports_[member].punts;
    return punts != nullptr && punts->copy(frame);
  }
  /// Frames that control hears another way.
  [[nodiscard]] std::size_t heard_elsewhere() const noexcept { return elsewhere_; }

 private:
  const SidePorts& ports_;
  std::size_t elsewhere_ = 0;
};

// Frames on their way out that the control lcore wants to see, or to send itself.
class OutgoingRing {
 public:
  explicit OutgoingRing(FrameInbox* ring) noexcept : ring_{ring} {}
  [[nodiscard]] bool take(rte_mbuf* frame) noexcept { return ring_ != nullptr && ring_->push(frame); }
  [[nodiscard]] bool copy(const rte_mbuf& frame) noexcept {
    // (no copy is made that finds no room)
    if (ring_ == nullptr || ring_->looks_full()) return false;
    rte_mbuf* const made = rte_pktmbuf_copy(&frame, frame.pool, 0, frame.pkt_len);
    if (made == nullptr) return false;
    if (ring_->push(made)) return true;
    rte_pktmbuf_free(made);
    return false;
  }
  void free(std::span<rte_mbuf*> frames) noexcept { Freer{}.free(frames); }

 private:
  FrameInbox* ring_;
};

// After the table, so that whom the table names is in it (dpdk/snapshot/side_ports.hpp).
[[nodiscard]] inline const SidePorts& ports_of(const PortsSlot& slot) noexcept {
  // Pairs with the exchange in QsbrPublisher::publish().
  return *slot.load(std::memory_order_acquire);
}

}  // namespace lagoon::dpdk
