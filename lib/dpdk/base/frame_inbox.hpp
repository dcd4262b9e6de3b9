// FrameInbox: a bounded queue of frames from many threads to one, of which none waits for another; so a
// thread that is killed amid a push, in a secondary process, stops nobody. (In an rte_ring producers, or the
// consumer, wait for one that began before them, whichever way they are synchronised.)
//
// A place is one word: a frame, or "free" with the number of the lap in which it is. So one compare-and-swap
// puts a frame in, and what comes of a push that ended in between is either all of it or nothing:
//
//     push:  at = in; place[at] free in this lap?  swap: frame    in = at + 1, by whoever is there first
//     pop:            place[out] a frame?  in = out + 1 if nobody has;  place[out] = free in the next lap
//
// A thread that slept since it read `in` finds another lap in the place, and begins anew.
//
// In memory of DPDK's, which secondary processes see. Thread: push(), looks_full(): any; pop(): one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct rte_mbuf;

namespace lagoon::dpdk {

class FrameInbox;
using FrameInboxPtr = std::unique_ptr<FrameInbox, void (*)(FrameInbox*)>;

class FrameInbox {
 public:
  /// `room`: a power of two. Frees what is left in it at its end. Null: DPDK has no memory.
  [[nodiscard]] static FrameInboxPtr make(std::uint32_t room);
  /// In memory that the caller has, of octets_for(room), in the alignment of a cache line. Nothing of it is
  /// freed.
  [[nodiscard]] static FrameInbox& make_in(void* at, std::uint32_t room);
  [[nodiscard]] static constexpr std::size_t octets_for(std::uint32_t room) noexcept;
  [[nodiscard]] static FrameInboxPtr none() noexcept;
  FrameInbox(const FrameInbox&) = delete;
  FrameInbox& operator=(const FrameInbox&) = delete;

  /// False: there is no room, and the frame stays with the caller.
  [[nodiscard]] bool push(rte_mbuf* frame) noexcept {
    for (;;) {
      const std::uint64_t out = out_.load(std::memory_order_acquire);
      std::uint64_t at = in_.load(std::memory_order_acquire);
      if (at - out >= places_.size()) {
        if (out_.load(std::memory_order_acquire) == out) return false;
        continue;
      }
      std::uint64_t expected = free_in(at);
      // Pairs with the load in pop().
      const bool put = place(at).compare_exchange_strong(expected, word_of(frame), std::memory_order_release,
                                                         std::memory_order_relaxed);
      in_.compare_exchange_strong(at, at + 1, std::memory_order_release, std::memory_order_relaxed);
      if (put) return true;
    }
  }
  /// The oldest frame, which is the caller's then; null: there is none.
  [[nodiscard]] rte_mbuf* pop() noexcept {
    const std::uint64_t at = out_.load(std::memory_order_relaxed);
    const std::uint64_t word = place(at).load(std::memory_order_acquire);
    if (is_free(word)) return nullptr;
    std::uint64_t expected = at;
    in_.compare_exchange_strong(expected, at + 1, std::memory_order_release, std::memory_order_relaxed);
    place(at).store(free_in(at + places_.size()), std::memory_order_relaxed);
    // Pairs with the load in push(): who sees room sees the place free, and `in` behind `out`.
    out_.store(at + 1, std::memory_order_release);
    return frame_of(word);
  }
  [[nodiscard]] bool looks_full() const noexcept {
    const std::uint64_t out = out_.load(std::memory_order_acquire);
    return in_.load(std::memory_order_relaxed) - out >= places_.size();
  }

 private:
  explicit FrameInbox(std::span<std::atomic<std::uint64_t>> places) noexcept;
  ~FrameInbox();

  // (frames lie at even addresses)
  [[nodiscard]] std::uint64_t free_in(std::uint64_t at) const noexcept { return at >> shift_ << 1U | 1U; }
  [[nodiscard]] static bool is_free(std::uint64_t word) noexcept { return (word & 1U) != 0; }
  [[nodiscard]] static std::uint64_t word_of(rte_mbuf* frame) noexcept {
    return reinterpret_cast<std::uintptr_t>(frame);
  }
  [[nodiscard]] static rte_mbuf* frame_of(std::uint64_t word) noexcept {
    return reinterpret_cast<rte_mbuf*>(word);
  }
  [[nodiscard]] std::atomic<std::uint64_t>& place(std::uint64_t at) const noexcept {
    return places_[at & (places_.size() - 1)];
  }

  std::span<std::atomic<std::uint64_t>> places_;
  unsigned shift_;
  alignas(64) std::atomic<std::uint64_t> in_{0};
  alignas(64) std::atomic<std::uint64_t> out_{0};
};

constexpr std::size_t FrameInbox::octets_for(std::uint32_t room) noexcept {
  return sizeof(FrameInbox) + room * sizeof(std::atomic<std::uint64_t>);
}

}  // namespace lagoon::dpdk
