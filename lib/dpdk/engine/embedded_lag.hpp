// EmbeddedLag: one LAG inside a program that has EAL, ports and lcores of its own: what the PMD and liblagoon
// are made of. It is an Engine whose workers are the program's threads, in burst calls.
//
// A receive queue and a transmit queue are each used by one thread at a time, as DPDK's are; different queues
// by different threads, in whatever rhythm. Nothing here waits for them: a queue that stands still in a burst
// delays only that what it may see is freed. What a queue does not do because nobody calls it (LACPDUs to be
// taken in, frames that were held back) the control thread does in its place (dpdk/control/queue_care.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "config/model.hpp"
#include "dpdk/engine/engine.hpp"
#include "dpdk/worker/bursts.hpp"

struct rte_eth_conf;
struct rte_mempool;

namespace lagoon::dpdk {

/// What a LAG is to the program, like a port's link.
struct LagLink {
  bool up = false;        // control::Lag::up(): under LACP, somebody distributes
  BitsPerSecond speed{};  // of the members that distribute, together
};

/// Who runs the control loop.
enum class ControlBy : std::uint8_t {
  own_thread,  // a thread that we make, on CPUs that are no lcore's
  caller,      // whoever calls control_turn(), always the same thread
};

struct Embedding {
  /// Members are ethdevs that are there, named as DPDK names them, by PCI address, or by number:
  /// member.source is a config::DevicePort with that. Others are probed by their devargs.
  config::Lag lag;
  /// Queues of the LAG; the members get as many, and one more of each kind for LACP where they have it.
  std::uint16_t rx_queues = 1;
  std::uint16_t tx_queues = 1;
  /// By receive queue: where members put what they receive. One for all is enough.
  std::vector<rte_mempool*> pools{};
  std::uint16_t rx_descriptors = 1024;
  std::uint16_t tx_descriptors = 1024;
  /// What members are configured with (offloads, RSS); null: as the appliance does. Not kept.
  const rte_eth_conf* conf = nullptr;
  /// False: the program has configured the members and set up at least these queues. A transmit queue more is
  /// taken for LACPDUs. They are started if they are not, and left as they are at the end.
  bool configure_members = true;
  /// Of DPDK's, to whom the members that are there belong already in the LAG's name; 0: to nobody, and the
  /// LAG becomes their owner. Others' are refused.
  std::uint64_t owner = 0;
  /// mbuf->port of what is received; nothing: the member's.
  std::optional<std::uint16_t> port{};
  ControlBy control = ControlBy::own_thread;
  config::Idle idle = config::Idle::relax;
  /// When the link changes. Thread: the control thread, at the end of a turn. It may ask the engine (status,
  /// events, explain) and is answered at once; a command may wait for another thread's, and so for itself.
  std::function<void(const LagLink&)> on_link{};
  /// Each entry of the journal, as soon as the turn is over that wrote it. Thread: as on_link.
  std::function<void(const NamedEvent&)> on_event{};
};

class EmbeddedLag {
 public:
  /// make() and begin() in one.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedLag>> start(const Embedding& embedding);
  /// Opens, configures and starts the members. No callback comes before begin(). Errors name the member;
  /// everything is undone.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedLag>> make(const Embedding& embedding);
  /// Starts the control thread under ControlBy::own_thread, and does nothing under ControlBy::caller. Once.
  /// The links that are up carry frames then, where no protocol has to agree.
  [[nodiscard]] Result<void> begin();
  /// Waits until the control thread has seen what was so at the call, what follows from it is published, and
  /// ports have their addresses: a turn or two, a fifth of a second at the most. Thread: any; on the control
  /// thread it does nothing.
  void catch_up() noexcept;
  /// Tells the Partners (1.5 s at most), stops the members. Precondition: no burst is under way or comes.
  ~EmbeddedLag();
  EmbeddedLag(const EmbeddedLag&) = delete;
  EmbeddedLag& operator=(const EmbeddedLag&) = delete;

  /// In memory that secondary processes see at the same address.
  [[nodiscard]] RxQueue& rx_queue(std::uint16_t queue) noexcept;
  [[nodiscard]] TxQueue& tx_queue(std::uint16_t queue) noexcept;

  /// Thread: any.
  [[nodiscard]] LagLink link() const noexcept;
  /// Status, events, explain: any thread. Commands: any but the control thread of own_thread, and not in
  /// callbacks; the caller of control_turn() may between its turns.
  [[nodiscard]] Engine& engine() noexcept;
  /// One turn of the control loop, under ControlBy::caller. Gives how long the next may wait at most.
  [[nodiscard]] Duration control_turn();

 private:
  struct Parts;
  explicit EmbeddedLag(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace lagoon::dpdk
