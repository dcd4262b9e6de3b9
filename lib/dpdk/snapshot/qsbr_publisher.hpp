// QsbrPublisher: hands snapshots (PortTables, the ports that workers poll) to workers and frees old ones when
// nobody can still be reading them (rte_rcu_qsbr). Publishing never waits: what is still in use is kept until
// a later reclaim().
//
// What is kept is bounded, whoever stands still. A slot waits for its own readers alone, and has at most four
// old snapshots that wait for them. What is published beyond that waits itself, and the next one takes its
// place, until a reader has gone on: that only who stands can miss, since each reader of tables has a slot of
// its own.
//
// Thread: the control lcore; workers use qsbr() to report quiescent states, and load the pointer.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "dpdk/snapshot/shared_memory.hpp"
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

  [[nodiscard]] Result<void> open(unsigned workers, SnapshotMemory memory = SnapshotMemory::heap);
  [[nodiscard]] rte_rcu_qsbr* qsbr() const noexcept { return qsbr_; }

  /// Who reads the slot: threads of qsbr(). Without it: all of them. Before the first snapshot.
  void read_by(const void* slot, std::vector<unsigned> threads) { slots_[slot].readers = std::move(threads); }
  /// The snapshot stays with the publisher, until another has taken its place and all readers have passed by
  /// that. Readers that stand still may get it later (above).
  template <typename T>
  void publish(Slot<T>& slot, std::type_identity_t<std::unique_ptr<const T>> snapshot) {
    publish(std::span{&slot, 1}, std::move(snapshot));
  }
  /// One snapshot for several slots.
  template <typename T>
  void publish(std::span<Slot<T>> slots, std::type_identity_t<std::unique_ptr<const T>> snapshot) {
    Snapshot made{std::move(snapshot)};
    if (memory_ == SnapshotMemory::shared) {
      static_assert(std::is_trivially_copyable_v<T>);
      made = shared_copy(std::move(made), sizeof(T), alignof(T));
    }
    for (Slot<T>& slot : slots)
      offer(&slot, made, [](const void* to, const void* next) {
        // Pairs with the load-acquire of a worker at the start of a burst.
        static_cast<Slot<T>*>(const_cast<void*>(to))
            ->store(static_cast<const T*>(next), std::memory_order_release);
      });
  }
  /// Begins now. Once it has passed, every worker sees all that was published before.
  [[nodiscard]] GracePeriod begin_grace_period() const noexcept;
  /// Not while something that was published waits.
  [[nodiscard]] bool passed(const GracePeriod& period) const noexcept;

  /// Frees what its readers have passed by, and publishes what waited for that.
  void reclaim();
  /// Snapshots that still wait: to be freed, or to be published.
  [[nodiscard]] std::size_t waiting() const noexcept;

 private:
  using Snapshot = std::shared_ptr<const void>;
  using Store = void (*)(const void* slot, const void* snapshot);
  struct Retired {
    GracePeriod period{};
    Snapshot snapshot;
  };
  struct SlotState {
    std::vector<unsigned> readers{};  // none: all
    Snapshot published{};
    std::deque<Retired> retired{};
    Snapshot pending{};
    Store store = nullptr;
  };
  static constexpr std::size_t kRetiredMost = 4;

  void offer(const void* slot, const Snapshot& snapshot, Store store);
  void put(const void* slot, SlotState& state, Snapshot snapshot);
  void reclaim(const void* slot, SlotState& state);
  [[nodiscard]] bool passed(const SlotState& state, const GracePeriod& period) const noexcept;
  [[nodiscard]] static Snapshot shared_copy(Snapshot made, std::size_t size, std::size_t alignment);

  rte_rcu_qsbr* qsbr_ = nullptr;
  SnapshotMemory memory_ = SnapshotMemory::heap;
  std::map<const void*, SlotState> slots_;
  std::size_t pending_ = 0;
  GracePeriod delayed_{};  // began when what had waited was published last
};

}  // namespace lagoon::dpdk
