// QueueCare: what queues do not do because nobody calls them. A receive queue that has been left alone is
// polled, so that LACPDUs come through; the data in it waits for the user, and when there is no more room it
// is dropped by name, as a NIC would. A transmit queue that has been left alone follows new tables, lets held
// frames go, and sends LACPDUs that have no other way out. A queue whose user has ended inside it, as a
// secondary process does that is killed, is taken from the dead: the next user may come, and nobody waits for
// it.
//
// Thread: the control thread. It waits for nobody: a queue that somebody is in is looked at in the next turn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "dpdk/worker/burst_queue.hpp"

namespace lagoon::dpdk {

class QueueCare {
 public:
  /// Who ended inside a queue.
  struct Dead {
    std::string who;         // "a thread in a burst of receive queue 0"
    std::size_t frames = 0;  // that it held, and nobody frees
  };

  void add(RxQueue& queue, std::string who) { receivers_.push_back({&queue, std::move(who)}); }
  void add(TxQueue& queue, std::string who) { senders_.push_back({&queue, std::move(who)}); }

  /// True when there was something to do.
  bool turn(Instant now);
  /// Since the last turn began.
  [[nodiscard]] const std::vector<Dead>& dead() const noexcept { return dead_; }

 private:
  template <typename Queue>
  struct Watched {
    Queue* queue = nullptr;
    std::string who{};
    std::uint64_t entries = 0;
    Instant since{};      // nobody came in
    Instant next_look{};  // whether who is inside lives
  };
  template <typename Queue>
  [[nodiscard]] static bool is_left_alone(Watched<Queue>& watched, Duration patience, Instant now);
  template <typename Queue>
  [[nodiscard]] bool claim(Watched<Queue>& watched, Instant now);
  [[nodiscard]] static bool poll(RxQueue& queue);

  std::vector<Watched<RxQueue>> receivers_;
  std::vector<Watched<TxQueue>> senders_;
  std::vector<Dead> dead_;
};

}  // namespace lagoon::dpdk
