#include "dpdk/base/frame_ring.hpp"

#include <rte_mbuf.h>

namespace lagoon::dpdk {

namespace {

void free_with_frames(rte_ring* ring) {
  void* frame = nullptr;
  while (rte_ring_dequeue(ring, &frame) == 0) rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
  rte_ring_free(ring);
}

}  // namespace

FrameRing make_frame_ring(const std::string& name, unsigned room, unsigned flags) {
  return {rte_ring_create(name.c_str(), room, SOCKET_ID_ANY, flags), free_with_frames};
}

FrameRing no_frame_ring() noexcept {
  return {nullptr, free_with_frames};
}

}  // namespace lagoon::dpdk
