// QsbrPublisher: hands snapshots (PortTables, the ports that workers poll) to workers and frees old ones when
// no worker can still be reading them (rte_rcu_qsbr). Publishing never waits: what is still in use is kept
// until a later reclaim().
//
// Thread: the control lcore; workers use qsbr() to report quiescent states, and load the pointer.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
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

/// Where snapshots are kept: in `shared` memory secondary processes see them, at the same address.
enum class SnapshotMemory : std::uint8_t { heap, shared };

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

  [[nodiscard]] Result<void> open(unsigned workers, SnapshotMemory memory = SnapshotMemory::heap);
  [[nodiscard]] rte_rcu_qsbr* qsbr() const noexcept { return qsbr_; }

  /// The snapshot stays with the publisher, until another has taken its place and all have passed by that.
  template <typename T>
  void publish(Slot<T>& slot, std::type_identity_t<std::unique_ptr<const T>> snapshot) {
    Snapshot made{snapshot.release(), [](const void* p) { delete static_cast<const T*>(p); }};
    if (memory_ == SnapshotMemory::shared) {
      static_assert(std::is_trivially_copyable_v<T>);
      made = shared_copy(std::move(made), sizeof(T), alignof(T));
    }
    const auto* const next = static_cast<const T*>(made.get());
    Snapshot old = replace(&slot, std::move(made));
    // Pairs with the load-acquire of a worker at the start of a burst.
    slot.store(next, std::memory_order_release);
    if (old != nullptr) retire(std::move(old));
  }
  /// Begins now. Once it has passed, every worker sees all that was published before.
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
  /// Returns the snapshot that the slot had before.
  [[nodiscard]] Snapshot replace(const void* slot, Snapshot next);
  [[nodiscard]] static Snapshot shared_copy(Snapshot made, std::size_t size, std::size_t alignment);

  rte_rcu_qsbr* qsbr_ = nullptr;
  SnapshotMemory memory_ = SnapshotMemory::heap;
  std::map<const void*, Snapshot> published_;  // by slot
  std::deque<Retired> retired_;
};

}  // namespace lagoon::dpdk
