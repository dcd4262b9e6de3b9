// How full a ring looks to one who does not use it now. rte_ring_empty() and rte_ring_full() read its ends by
// plain loads, while others move them: a race by C++'s memory model, and by ThreadSanitizer. No order is
// promised.
//
// Thread: any.
#pragma once

#include <rte_ring.h>

#include <algorithm>
#include <cstdint>

namespace lagoon::dpdk {

[[nodiscard]] inline std::uint32_t looked_count(const rte_ring& ring) noexcept {
  const std::uint32_t taken = __atomic_load_n(&ring.cons.tail, __ATOMIC_RELAXED);
  const std::uint32_t put = __atomic_load_n(&ring.prod.tail, __ATOMIC_RELAXED);
  return std::min((put - taken) & ring.mask, ring.capacity);
}
[[nodiscard]] inline bool looks_empty(const rte_ring& ring) noexcept {
  return looked_count(ring) == 0;
}
[[nodiscard]] inline bool looks_full(const rte_ring& ring) noexcept {
  return looked_count(ring) == ring.capacity;
}

}  // namespace lagoon::dpdk
