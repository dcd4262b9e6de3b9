// RingQueue<T, N>: a bounded first-in first-out queue in place, for one thread.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace lagoon {

template <typename T, std::size_t N>
class RingQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// False when the queue is full; the value is then not taken.
  [[nodiscard]] bool push(T value) {
    if (size_ == N) return false;
    items_[(head_ + size_) % N] = std::move(value);
    ++size_;
    return true;
  }
  /// Like push, but makes room by forgetting the oldest value.
  void push_overwriting(T value) {
    if (size_ == N) static_cast<void>(pop());
    static_cast<void>(push(std::move(value)));
  }
  std::optional<T> pop() {
    if (size_ == 0) return std::nullopt;
    T value = std::move(items_[head_]);
    head_ = (head_ + 1) % N;
    --size_;
    return value;
  }
  /// The i-th oldest value. Precondition: i < size().
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return items_[(head_ + i) % N]; }

 private:
  std::array<T, N> items_{};
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace lagoon
