#include "dpdk/control/slow_transmitter.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_memcpy.h>
#include <rte_ring.h>

#include <algorithm>
#include <utility>

#include "fast/collect/punt.hpp"

namespace lagoon::dpdk {

SlowTransmitter::~SlowTransmitter() {
  for (const Kept& kept : kept_) rte_pktmbuf_free(kept.frame);
}

void SlowTransmitter::send(LagRuntime& lag, const control::OutgoingFrame& frame) {
  const MemberRuntime* const member = lag.find(frame.member);
  if (member == nullptr) return;  // (it has left)
  rte_mbuf* const m = rte_pktmbuf_alloc(pool_);
  if (m == nullptr) {
    ++lag.slow_tx_refused;
    return;
  }
  void* const octets = rte_pktmbuf_append(m, static_cast<std::uint16_t>(frame.frame.size()));
  rte_memcpy(octets, frame.frame.data(), frame.frame.size());
  m->port = member->port.id().value();
  const Kept kept{.frame = m, .lag = &lag, .member = frame.member, .worker = frame.worker};
  // What waits for the member goes first, so that the last state sent is the last one said.
  if (!waits(lag, frame.member) && try_send(kept)) return;
  keep(kept);
}

bool SlowTransmitter::waits(const LagRuntime& lag, MemberIndex member) const noexcept {
  return std::ranges::any_of(kept_, [&](const Kept& k) { return k.lag == &lag && k.member == member; });
}

// A member that takes nothing has room for a few: of its older frames, which nobody needs any more, one goes.
void SlowTransmitter::keep(const Kept& kept) {
  const auto of_same = [&](const Kept& k) { return k.lag == kept.lag && k.member == kept.member; };
  if (std::ranges::count_if(kept_, of_same) >= kKeptOfMember || kept_.full()) {
    ++kept.lag->slow_tx_refused;
    const auto oldest = std::ranges::find_if(kept_, of_same);
    if (oldest == kept_.end()) return rte_pktmbuf_free(kept.frame);
    rte_pktmbuf_free(oldest->frame);
    FixedVector<Kept, kKeptMost> others;
    for (const Kept& k : kept_)
      if (&k != &*oldest) others.push_back(k);
    kept_ = others;
  }
  kept_.push_back(kept);
}

bool SlowTransmitter::try_send(const Kept& kept) {
  const MemberRuntime& member = *kept.lag->find(kept.member);
  const Port& port = member.port;
  rte_mbuf* frame = kept.frame;
  if (kept.worker) return rte_ring_sp_enqueue(rings_[kept.lag->workers[*kept.worker]], frame) == 0;
  if (member.slow_socket) {
    // What is not of a slow protocol would come back to the driver's own socket as received.
    const std::span octets{rte_pktmbuf_mtod(frame, const std::byte*), frame->data_len};
    const PacketSocket& socket =
        fast::is_slow_protocol(octets) || !member.quiet_socket ? *member.slow_socket : *member.quiet_socket;
    if (!socket.send(octets)) return false;
    rte_pktmbuf_free(frame);
    return true;
  }
  if (const auto queue = port.control_tx())
    return rte_eth_tx_burst(port.id().value(), queue->value(), &frame, 1) == 1;
  return rte_ring_sp_enqueue(rings_[kept.lag->workers.front()], frame) == 0;
}

void SlowTransmitter::forget(const LagRuntime& lag, MemberIndex member) {
  FixedVector<Kept, kKeptMost> still;
  for (const Kept& kept : kept_)
    if (kept.lag == &lag && kept.member == member)
      rte_pktmbuf_free(kept.frame);
    else
      still.push_back(kept);
  kept_ = still;
}

// In the order of each member; one that takes nothing holds up no other.
void SlowTransmitter::retry() {
  if (kept_.empty()) return;
  FixedVector<Kept, kKeptMost> tried;
  std::swap(tried, kept_);
  for (const Kept& kept : tried)
    if (waits(*kept.lag, kept.member) || !try_send(kept)) kept_.push_back(kept);
}

}  // namespace lagoon::dpdk
