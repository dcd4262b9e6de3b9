// SlowTransmitter: sends the control lcore's frames on members: through a PacketSocket or a transmit queue of
// its own where the port has one to spare, else through a ring to the worker that owns the port's only queue.
// A frame that can't go now is kept, and goes at the next turn before others of its member.
//
// Thread: the control lcore. Owns: the mbufs it could not hand on yet.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/fixed_vector.hpp"
#include "control/lag/lag.hpp"
#include "dpdk/control/lag_runtime.hpp"

struct rte_mbuf;
struct rte_mempool;
struct rte_ring;

namespace lagoon::dpdk {

class SlowTransmitter {
 public:
  /// `worker_rings[i]` leads to worker i.
  SlowTransmitter(rte_mempool* pool, std::span<rte_ring* const> worker_rings)
      : pool_{pool}, rings_{worker_rings} {}
  ~SlowTransmitter();
  SlowTransmitter(const SlowTransmitter&) = delete;
  SlowTransmitter& operator=(const SlowTransmitter&) = delete;

  void send(LagRuntime& lag, const control::OutgoingFrame& frame);
  /// Tries again what was kept.
  void retry();
  /// Frees what was kept for a member: its port is about to be closed.
  void forget(const LagRuntime& lag, MemberIndex member);
  [[nodiscard]] bool idle() const noexcept { return kept_.empty(); }

 private:
  struct Kept {
    rte_mbuf* frame = nullptr;
    LagRuntime* lag = nullptr;
    MemberIndex member{};
    std::optional<std::size_t> worker{};  // that is to send it
  };
  static constexpr std::size_t kKeptMost = 256;
  static constexpr std::ptrdiff_t kKeptOfMember = 4;
  [[nodiscard]] bool try_send(const Kept& kept);
  [[nodiscard]] bool waits(const LagRuntime& lag, MemberIndex member) const noexcept;
  void keep(const Kept& kept);

  rte_mempool* pool_;
  std::span<rte_ring* const> rings_;
  FixedVector<Kept, kKeptMost> kept_;
};

}  // namespace lagoon::dpdk
