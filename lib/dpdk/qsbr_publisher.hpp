// QsbrPublisher: hands PortTables to workers and frees old ones when no worker can still be reading them
// (rte_rcu_qsbr). Publishing never waits: a table that is still in use is kept until a later reclaim().
//
// Thread: the control lcore; workers use qsbr() to report quiescent states, and load the pointer.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>

#include "base/error.hpp"
#include "table/port_table.hpp"

struct rte_rcu_qsbr;

namespace lagoon::dpdk {

/// Where a worker finds the table of one LAG: one load-acquire for a burst.
using TableSlot = std::atomic<const table::PortTable*>;

class QsbrPublisher {
 public:
  QsbrPublisher() = default;
  /// Precondition: no worker reads any more.
  ~QsbrPublisher();
  QsbrPublisher(const QsbrPublisher&) = delete;
  QsbrPublisher& operator=(const QsbrPublisher&) = delete;

  [[nodiscard]] Result<void> open(unsigned workers);
  [[nodiscard]] rte_rcu_qsbr* qsbr() const noexcept { return qsbr_; }

  void publish(TableSlot& slot, std::unique_ptr<const table::PortTable> table);
  /// Frees what every worker has passed by.
  void reclaim();
  /// Tables that still wait.
  [[nodiscard]] std::size_t waiting() const noexcept { return retired_.size(); }

 private:
  struct Retired {
    std::uint64_t token = 0;
    std::unique_ptr<const table::PortTable> table;
  };
  rte_rcu_qsbr* qsbr_ = nullptr;
  std::deque<Retired> retired_;
};

}  // namespace lagoon::dpdk
