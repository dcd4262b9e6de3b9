// FixedVector<T, N>: up to N values in place, never the heap. For what grows at run time under a limit.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/check.hpp"

namespace lagoon {

template <typename T, std::size_t N>
class FixedVector {
 public:
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr bool full() const noexcept { return size_ == N; }
  constexpr void push_back(const T& value) noexcept {
    LAGOON_CHECK(!full());
    items_[size_++] = value;
  }
  constexpr void clear() noexcept { size_ = 0; }
  [[nodiscard]] constexpr T& operator[](std::size_t i) noexcept {
    LAGOON_DCHECK(i < size_);
    return items_[i];
  }
  [[nodiscard]] constexpr const T& operator[](std::size_t i) const noexcept {
    LAGOON_DCHECK(i < size_);
    return items_[i];
  }
  [[nodiscard]] constexpr T* begin() noexcept { return items_.data(); }
  [[nodiscard]] constexpr T* end() noexcept { return items_.data() + size_; }
  [[nodiscard]] constexpr const T* begin() const noexcept { return items_.data(); }
  [[nodiscard]] constexpr const T* end() const noexcept { return items_.data() + size_; }
  friend constexpr bool operator==(const FixedVector& a, const FixedVector& b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::array<T, N> items_{};
  std::size_t size_ = 0;
};

}  // namespace lagoon
