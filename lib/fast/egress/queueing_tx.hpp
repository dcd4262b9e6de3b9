// QueueingTx: stands before the ports where a LAG has traffic classes. The Frame Distributor sends to it as
// to ports, so every policy of distribution works with queues as it is; it takes everything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "dist/flow_hash.hpp"
#include "fast/concepts.hpp"
#include "fast/distribute/burst_hash.hpp"
#include "fast/egress/egress.hpp"

namespace lagoon::fast {

/// `of(member)` gives the member's Egress, or nullptr for one that has none; such a one has its frames taken
/// by `tx`, as without queues.
template <MarkablePacket P, typename Queues, MemberTx<P> Tx, DropSink<P> Sink>
class QueueingTx {
 public:
  QueueingTx(Queues& queues, Tx& tx, Sink& sink, const dist::FlowHashSettings& hash, Instant now) noexcept
      : queues_{queues}, tx_{tx}, sink_{sink}, hash_{hash}, now_{now} {}

  std::size_t send(MemberIndex member, std::span<P*> packets) noexcept {
    auto* const egress = queues_.of(member);
    if (egress == nullptr) return tx_.send(member, packets);
    BurstFolds folds;
    fold_burst<P>(hash_, packets, folds);
    const dist::FlowMixer mix{hash_.seed};
    for (std::size_t i = 0; i < packets.size(); ++i) folds[i] = mix(folds[i]);
    egress->enqueue(packets, std::span{folds}.first(packets.size()), now_, sink_);
    return packets.size();
  }
  [[nodiscard]] Unfit take_unfit() noexcept
    requires FindsUnfit<Tx>
  {
    return tx_.take_unfit();
  }

 private:
  Queues& queues_;
  Tx& tx_;
  Sink& sink_;
  const dist::FlowHashSettings& hash_;
  Instant now_;
};

}  // namespace lagoon::fast
