#include "dpdk/control/slow_transmitter.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_memcpy.h>
#include <rte_ring.h>

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
  // What waits goes first, so that the last state sent is the last one said.
  if (kept_.empty() && try_send(kept)) return;
  if (kept_.full()) {
    rte_pktmbuf_free(m);
    ++lag.slow_tx_refused;
    return;
  }
  kept_.push_back(kept);
}

bool SlowTransmitter::try_send(const Kept& kept) {
  const MemberRuntime& member = *kept.lag->find(kept.member);
  const Port& port = member.port;
  rte_mbuf* frame = kept.frame;
  if (kept.worker) return rte_ring_sp_enqueue(rings_[kept.lag->workers[*kept.worker]], frame) == 0;
  if (member.slow_socket) {
    if (!member.slow_socket->send({rte_pktmbuf_mtod(frame, const std::byte*), frame->data_len})) return false;
    rte_pktmbuf_free(frame);
    return true;
  }
  if (const auto queue = port.control_tx())
    return rte_eth_tx_burst(port.id().value(), queue->value(), &frame, 1) == 1;
  return rte_ring_sp_enqueue(rings_[kept.lag->workers.front()], frame) == 0;
}

void SlowTransmitter::forget(const LagRuntime& lag, MemberIndex member) {
  FixedVector<Kept, 128> still;
  for (const Kept& kept : kept_)
    if (kept.lag == &lag && kept.member == member)
      rte_pktmbuf_free(kept.frame);
    else
      still.push_back(kept);
  kept_ = still;
}

void SlowTransmitter::retry() {
  if (kept_.empty()) return;
  FixedVector<Kept, 128> still;
  for (const Kept& kept : kept_)
    if (!still.empty() || !try_send(kept)) still.push_back(kept);
  kept_ = still;
}

}  // namespace lagoon::dpdk
