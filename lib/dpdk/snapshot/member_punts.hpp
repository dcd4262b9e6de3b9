// MemberPunts: what one member hands to the control lcore. Each kind of frame has a bounded ring of its own,
// so that a member that floods fills nobody's rings but its own, and of those the one of that kind alone.
//
//   worker --> [lacpdu]    at most so many a second as control allows; the rest is freed and counted
//          --> [slow]      Markers, and what else there is of the slow protocols
//          --> [lldp]      who is at the other end
//          --> [bfd]       and what else control has asked for
//          --> [neighbor]  ARP and Neighbor Discovery: answers to probes, and copies
//                 \--> control takes from all members in turn (dpdk/control/intake.hpp)
//
// In memory of DPDK's, which secondary processes see, too. Thread: workers, any number at once; what control
// alone may call says so.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "dpdk/base/frame_inbox.hpp"

struct rte_mbuf;

namespace lagoon::dpdk {

enum class PuntKind : std::uint8_t { lacpdu, slow, lldp, bfd, neighbor };
inline constexpr std::size_t kPuntKinds = 5;

class MemberPunts;
using MemberPuntsPtr = std::unique_ptr<MemberPunts, void (*)(MemberPunts*)>;

class MemberPunts {
 public:
  /// Null: DPDK has no memory.
  [[nodiscard]] static MemberPuntsPtr make();
  MemberPunts(const MemberPunts&) = delete;
  MemberPunts& operator=(const MemberPunts&) = delete;

  enum class Taken : std::uint8_t {
    yes,
    no_room,    // the frame stays with the caller
    elsewhere,  // freed: control hears this member's slow protocols another way
  };
  [[nodiscard]] Taken push(rte_mbuf* frame) noexcept;
  /// Of ARP or Neighbor Discovery. False: no room, or no mbuf.
  [[nodiscard]] bool copy(const rte_mbuf& frame) noexcept;

  /// Whether one more LACPDU may pass now; if not it is counted, and the caller frees it.
  [[nodiscard]] bool admit_lacpdu() noexcept {
    if (lacpdus_left_.load(std::memory_order_relaxed) > 0 &&
        lacpdus_left_.fetch_sub(1, std::memory_order_relaxed) > 0)
      return true;
    lacpdus_above_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  /// Those that did not pass, since the start.
  [[nodiscard]] std::uint64_t lacpdus_above() const noexcept {
    return lacpdus_above_.load(std::memory_order_relaxed);
  }

  // Thread: control.

  /// So many LACPDUs may pass until this is said anew.
  void allow_lacpdus(std::uint16_t count) noexcept { lacpdus_left_.store(count, std::memory_order_relaxed); }
  /// Before any worker knows the member.
  void hears_slow_elsewhere() noexcept { slow_elsewhere_ = true; }
  /// The next one, which is the caller's then; null: there is none.
  [[nodiscard]] rte_mbuf* take(PuntKind kind) noexcept { return ring(kind).pop(); }

 private:
  MemberPunts() = default;
  [[nodiscard]] FrameInbox& ring(PuntKind kind) const noexcept {
    return *rings_[static_cast<std::size_t>(kind)];
  }

  std::array<FrameInboxPtr, kPuntKinds> rings_{FrameInbox::none(), FrameInbox::none(), FrameInbox::none(),
                                               FrameInbox::none(), FrameInbox::none()};
  bool slow_elsewhere_ = false;
  std::atomic<std::int32_t> lacpdus_left_{10};  // until control says so
  std::atomic<std::uint64_t> lacpdus_above_{0};
};

/// Of a frame of a slow protocol.
[[nodiscard]] bool is_lacpdu(std::span<const std::byte> frame) noexcept;
[[nodiscard]] bool is_lacpdu(const rte_mbuf& frame) noexcept;

}  // namespace lagoon::dpdk
