// SpscQueue<T, N>: a bounded queue in place between one thread that pushes and one that pops. Neither waits.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace lagoon {

template <typename T, std::size_t N>
class SpscQueue {
 public:
  /// Thread: the pushing one. False when the queue is full; the value is then not taken.
  [[nodiscard]] bool push(T value) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    // (acquire: pairs with the release of head_ in pop; the slot was moved from before it is filled again)
    if (tail - head_.load(std::memory_order_acquire) == N) return false;
    items_[tail % N] = std::move(value);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  /// Thread: the popping one.
  std::optional<T> pop() {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    // (acquire: pairs with the release of tail_ in push)
    if (tail_.load(std::memory_order_acquire) == head) return std::nullopt;
    std::optional<T> value{std::move(items_[head % N])};
    head_.store(head + 1, std::memory_order_release);
    return value;
  }

 private:
  static constexpr std::size_t kCacheLine = 64;
  std::array<T, N> items_{};
  alignas(kCacheLine) std::atomic<std::size_t> head_ = 0;
  alignas(kCacheLine) std::atomic<std::size_t> tail_ = 0;
};

}  // namespace lagoon
