// The two calls that a program makes on a LAG inside it (dpdk/engine/embedded_lag.hpp).
#pragma once

#include <cstdint>

struct rte_mbuf;

namespace lagoon::dpdk {

struct RxQueue;
struct TxQueue;

/// At most `most` frames of any members of the LAG. Thread: the queue's user; also in
/// a secondary process, for queues of an EmbeddedLag in the primary.
[[nodiscard]] std::uint16_t receive(RxQueue& queue, rte_mbuf** frames, std::uint16_t most) noexcept;
/// Takes over the first frames of the array (which it may reorder), and gives their number: less than `count`
/// where the members take no more, or none distributes. The rest stays with the caller.
[[nodiscard]] std::uint16_t send(TxQueue& queue, rte_mbuf** frames, std::uint16_t count) noexcept;

}  // namespace lagoon::dpdk
