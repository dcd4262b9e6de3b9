// Network: a LAG with its workers, a Partner, and the cables between them, in virtual time. Everything that
// decides is the real thing: control::Lag on both ends, and the fast path's distributor on each worker.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "control/lag/lag.hpp"
#include "conversations.hpp"
#include "fast/counters.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "fast/steer/hold_queue.hpp"
#include "report/load_counts.hpp"
#include "sim_link.hpp"
#include "table/port_table.hpp"

namespace lagoon::simulate {

struct Cable {
  BitsPerSecond speed = mbps(10'000);
  Duration delay = 20us;
  std::optional<std::uint32_t> weight{};
};

struct NetworkSettings {
  std::vector<Cable> cables;
  control::LagOptions options{};
  std::size_t workers = 1;
  std::uint64_t seed = 1;
  bool partner_answers_markers = true;
  Duration queue_most = 10ms;  // of each cable's transmit queue
  // A worker's CPU is taken away now and then: in this part of its turns it falls asleep for some
  // milliseconds, with a burst in its hands that it then sends by the table it had. What comes for it
  // meanwhile waits.
  double falls_asleep = 0;
};

class Network {
 public:
  Network(NetworkSettings settings, Conversations& conversations, Instant now);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// A frame to be sent.
  void offer(SimFrame* frame, Instant now);
  /// Lets everything go on until `now`.
  void run(Instant now);
  void set_cable(std::size_t cable, bool up, Instant now);
  [[nodiscard]] bool is_up(std::size_t cable) const { return up_[cable]; }

  [[nodiscard]] control::Lag& lag() { return *near_; }
  [[nodiscard]] const control::Lag& lag() const { return *near_; }
  [[nodiscard]] const table::PortTable& table() const { return *table_; }
  [[nodiscard]] const SimLink& link(std::size_t cable) const { return to_far_[cable]; }
  [[nodiscard]] std::uint64_t drops(fast::Drop reason) const;
  [[nodiscard]] std::uint64_t tx_octets(std::size_t member) const;
  [[nodiscard]] fast::DistributorState& worker(std::size_t w) { return workers_[w]->state; }
  /// Frames that wait somewhere on our side.
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Worker {
    fast::DistributorState state{};
    fast::LagCounters counters{};
    fast::HoldQueue<SimFrame, fast::kHoldRoom> hold{};
    std::vector<fast::ConversationLine> lines{};
    std::vector<SimFrame*> arrived{};                         // to be sent in the next turn
    std::deque<std::pair<MemberIndex, SimFrame*>> control{};  // from the control lcore
    Instant asleep_until{};
    std::vector<SimFrame*> in_hand{};
    std::shared_ptr<const table::PortTable> table{};
  };
  friend struct Sender;
  void run_near(Instant now);
  void run_far(Instant now);
  void turn(Worker& worker, Instant now);
  void send_control(Worker& worker, Instant now);
  void let_go(Worker& worker, Instant now);
  void send_burst(Worker& worker, std::span<SimFrame*> burst, Instant now);
  void deliver(Instant now);
  void measure(Instant now);
  [[nodiscard]] SimFrame* control_frame(std::span<const std::byte> octets);

  NetworkSettings settings_;
  Conversations& conversations_;
  Random random_;
  std::vector<SimLink> to_far_;
  std::vector<SimLink> to_near_;
  std::vector<bool> up_;
  std::unique_ptr<control::Lag> near_;
  std::unique_ptr<control::Lag> far_;
  std::shared_ptr<const table::PortTable> table_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<fast::DistributorState*> states_;
  report::LoadCounts loads_{};
};

}  // namespace lagoon::simulate
