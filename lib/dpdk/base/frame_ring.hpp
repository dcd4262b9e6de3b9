// FrameRing: an rte_ring of frames that frees those that are left in it at its end.
#pragma once

#include <rte_ring.h>

#include <memory>
#include <string>

namespace lagoon::dpdk {

using FrameRing = std::unique_ptr<rte_ring, void (*)(rte_ring*)>;

/// Null: DPDK has no memory, or another ring has the name.
[[nodiscard]] FrameRing make_frame_ring(const std::string& name, unsigned room, unsigned flags);
/// None.
[[nodiscard]] FrameRing no_frame_ring() noexcept;

}  // namespace lagoon::dpdk
