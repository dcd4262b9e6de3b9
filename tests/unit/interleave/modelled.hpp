// What stands for std::atomic and for GCC's __atomic builtins in code that an Explorer runs. Include it last
// but for that code: from here on `atomic` is another type.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "explorer.hpp"

namespace lagoon::interleave {

/// Faults that are planted: the weakest code that a careless change would leave.
struct Planted {
  bool no_release = false;   // release is relaxed
  bool no_acquire = false;   // acquire is relaxed
  bool no_sequence = false;  // seq_cst is acquire or release, and a fence nothing more than both
};
inline Planted planted{};

[[nodiscard]] inline Order order_of(int order) {
  switch (order) {
    case __ATOMIC_RELAXED:
      return Order::relaxed;
    case __ATOMIC_CONSUME:
    case __ATOMIC_ACQUIRE:
      return planted.no_acquire ? Order::relaxed : Order::acquire;
    case __ATOMIC_RELEASE:
      return planted.no_release ? Order::relaxed : Order::release;
    case __ATOMIC_ACQ_REL:
      return Order::acq_rel;
    default:
      return planted.no_sequence ? Order::acq_rel : Order::seq_cst;
  }
}

template <typename T>
[[nodiscard]] std::uint64_t bits_of(T value) {
  static_assert(sizeof(T) <= sizeof(std::uint64_t) && std::is_trivially_copyable_v<T>);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}
template <typename T>
[[nodiscard]] T from_bits(std::uint64_t bits) {
  T value{};
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename T>
[[nodiscard]] T load_at(const T* at, int order) {
  return in_thread() ? from_bits<T>(load(at, bits_of(*at), order_of(order))) : *at;
}
template <typename T>
void store_at(T* at, std::type_identity_t<T> value, int order) {
  if (in_thread()) store(at, bits_of(*at), bits_of(value), order_of(order));
  *at = value;
}
// Gives what was there.
template <typename T, typename Next>
T change_at(T* at, Next next, int order) {
  const T before =
      in_thread()
          ? from_bits<T>(exchange(
                at, bits_of(*at), [&](std::uint64_t bits) { return bits_of(next(from_bits<T>(bits))); },
                order_of(order)))
          : *at;
  *at = next(before);
  return before;
}
inline void fence_of(int order) {
  if (in_thread()) fence(order_of(order));
}

template <typename T>
class Modelled {
 public:
  constexpr Modelled() noexcept = default;
  constexpr Modelled(T value) noexcept : value_{value} {}  // NOLINT: as std::atomic
  [[nodiscard]] T load(std::memory_order order = std::memory_order_seq_cst) const {
    return load_at(&value_, static_cast<int>(order));
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst) {
    store_at(&value_, value, static_cast<int>(order));
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) {
    return change_at(&value_, [&](T) { return value; }, static_cast<int>(order));
  }
  T fetch_add(T value, std::memory_order order = std::memory_order_seq_cst) {
    return change_at(
        &value_, [&](T before) { return static_cast<T>(before + value); }, static_cast<int>(order));
  }

 private:
  T value_{};
};

}  // namespace lagoon::interleave

namespace std {
template <typename T>
using lagoon_modelled = ::lagoon::interleave::Modelled<T>;
}

#define atomic lagoon_modelled
#define __atomic_load_n(at, order) ::lagoon::interleave::load_at(at, order)
#define __atomic_store_n(at, value, order) ::lagoon::interleave::store_at(at, value, order)
#define __atomic_fetch_add(at, value, order) \
  ::lagoon::interleave::change_at(at, [&](auto before) { return before + (value); }, order)
#define __atomic_add_fetch(at, value, order) \
  (::lagoon::interleave::change_at(at, [&](auto before) { return before + (value); }, order) + (value))
#define rte_atomic_thread_fence(order) ::lagoon::interleave::fence_of(order)
