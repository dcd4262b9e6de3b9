// QueueCare: what queues do not do because nobody calls them. A receive queue that has been left alone is
// polled, so that LACPDUs come through; the data in it waits for the user, and when there is no more room it
// is dropped by name, as a NIC would. A transmit queue that has been left alone follows new tables, lets held
// frames go, and sends LACPDUs that have no other way out.
//
// Thread: the control thread. It waits for nobody: a queue that somebody is in is looked at in the next turn.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "dpdk/worker/burst_queue.hpp"

namespace lagoon::dpdk {

class QueueCare {
 public:
  void add(RxQueue& queue) { receivers_.push_back({&queue}); }
  void add(TxQueue& queue) { senders_.push_back({&queue}); }

  /// True when there was something to do.
  bool turn(Instant now);

 private:
  template <typename Queue>
  struct Watched {
    Queue* queue = nullptr;
    std::uint64_t entries = 0;
    Instant since{};  // nobody came in
  };
  template <typename Queue>
  [[nodiscard]] static bool is_left_alone(Watched<Queue>& watched, Duration patience, Instant now);
  [[nodiscard]] static bool poll(RxQueue& queue);

  std::vector<Watched<RxQueue>> receivers_;
  std::vector<Watched<TxQueue>> senders_;
};

}  // namespace lagoon::dpdk
