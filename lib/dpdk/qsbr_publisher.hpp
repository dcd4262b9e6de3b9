// QsbrPublisher: hands snapshots (PortTables, the ports that workers poll) to workers and frees old ones when
// no worker can still be reading them (rte_rcu_qsbr). Publishing never waits: what is still in use is kept
// until a later reclaim().
//
// Thread: the control lcore; workers use qsbr() to report quiescent states, and load the pointer.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <type_traits>

#include "base/error.hpp"
#include "table/port_table.hpp"

struct rte_rcu_qsbr;

namespace lagoon::dpdk {

/// Where a worker finds a snapshot: one load-acquire for a burst.
template <typename T>
using Slot = std::atomic<const T*>;
using TableSlot = Slot<table::PortTable>;

/// A moment that every worker will have passed some time later.
struct GracePeriod {
  std::uint64_t token = 0;
};

class QsbrPublisher {
 public:
  QsbrPublisher() = default;
  /// Precondition: no worker reads any more.
  ~QsbrPublisher();
  QsbrPublisher(const QsbrPublisher&) = delete;
  QsbrPublisher& operator=(const QsbrPublisher&) = delete;

  [[nodiscard]] Result<void> open(unsigned workers);
  [[nodiscard]] rte_rcu_qsbr* qsbr() const noexcept { return qsbr_; }

  template <typename T>
  void publish(Slot<T>& slot, std::type_identity_t<std::unique_ptr<const T>> snapshot) {
    // Pairs with the load-acquire of a worker at the start of a burst.
    const T* old = slot.exchange(snapshot.release(), std::memory_order_acq_rel);
    if (old != nullptr) retire({old, [](const void* p) { delete static_cast<const T*>(p); }});
  }
  /// Begins now. What was published before is what workers see once it has passed.
  [[nodiscard]] GracePeriod begin_grace_period() const noexcept;
  [[nodiscard]] bool passed(const GracePeriod& period) const noexcept;

  /// Frees what every worker has passed by.
  void reclaim();
  /// Snapshots that still wait.
  [[nodiscard]] std::size_t waiting() const noexcept { return retired_.size(); }

 private:
  using Snapshot = std::unique_ptr<const void, void (*)(const void*)>;
  struct Retired {
    GracePeriod period{};
    Snapshot snapshot;
  };
  void retire(Snapshot old);

  rte_rcu_qsbr* qsbr_ = nullptr;
  std::deque<Retired> retired_;
};

}  // namespace lagoon::dpdk
