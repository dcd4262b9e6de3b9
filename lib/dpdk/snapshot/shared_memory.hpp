// Memory for what those who receive and send on a LAG read: snapshots, queues of traffic classes,
// conversations.
//
// Thread: any, but none of the fast path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace lagoon::dpdk {

/// Where that lies: in `shared` memory secondary processes see it, at the same address.
enum class SnapshotMemory : std::uint8_t { heap, shared };

/// Freed with its last owner. Who has it counts owners in its own heap, wherever the memory is.
using Block = std::shared_ptr<void>;

/// Whether EAL has hugepages; without them no secondary process can attach.
[[nodiscard]] bool can_be_shared() noexcept;
/// Zeroed, aligned to a cache line. `shared` is DPDK's memory, or the heap where it can't be shared. Null:
/// there is no more.
[[nodiscard]] Block block_of(SnapshotMemory where, std::size_t octets);

/// Errc::no_resources, in words: of DPDK's memory there was none for `what`.
[[nodiscard]] std::unexpected<Error> no_memory_for(std::string_view what);

/// A T in such memory. Null: there is no more.
template <typename T, typename... Args>
[[nodiscard]] std::shared_ptr<T> kept_in(SnapshotMemory where, Args&&... args) {
  static_assert(alignof(T) <= 64);
  Block block = block_of(where, sizeof(T));
  if (block == nullptr) return nullptr;
  T* const made = new (block.get()) T(std::forward<Args>(args)...);
  return {made, [block = std::move(block)](T* at) { at->~T(); }};
}

}  // namespace lagoon::dpdk
