// What an Engine owns, in the order in which it is taken down (last member first): loop, workers, ports,
// pools, EAL.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/command/command.hpp"
#include "config/model.hpp"
#include "dpdk/base/errand.hpp"
#include "dpdk/base/turn_meter.hpp"
#include "dpdk/control/control_loop.hpp"
#include "dpdk/control/event_feed.hpp"
#include "dpdk/control/lag_runtime.hpp"
#include "dpdk/control/link_monitor.hpp"
#include "dpdk/control/member_lifecycle.hpp"
#include "dpdk/control/removal_watch.hpp"
#include "dpdk/control/slow_transmitter.hpp"
#include "dpdk/control/task_queue.hpp"
#include "dpdk/engine/capacity.hpp"
#include "dpdk/engine/capture.hpp"
#include "dpdk/engine/connections.hpp"
#include "dpdk/engine/eal.hpp"
#include "dpdk/engine/embedded_lag.hpp"
#include "dpdk/engine/engine.hpp"
#include "dpdk/port/guest_ports.hpp"
#include "dpdk/port/port.hpp"
#include "dpdk/port/state_board.hpp"
#include "dpdk/port/wires.hpp"
#include "dpdk/snapshot/qsbr_publisher.hpp"
#include "dpdk/succession/following.hpp"
#include "dpdk/worker/access_side.hpp"
#include "dpdk/worker/stall_watch.hpp"
#include "dpdk/worker/worker.hpp"

struct rte_mempool;
struct rte_ring;

namespace lagoon::dpdk {

/// So long control tries to tell the Partners that it ends.
constexpr Duration kFarewellPatience = std::chrono::milliseconds{1500};

[[nodiscard]] GuestPorts guest_ports_of(const Embedding& embedding);

struct Engine::Parts {
  explicit Parts(const config::Config& c);
  ~Parts();

  // What runs: commands change it. Written under `commands`, by the thread that has the command.
  config::Config config;
  std::timed_mutex commands;  // one at a time
  std::optional<GuestPorts> guest{};
  StateBoard* board = nullptr;  // where what is to be remembered goes, if anybody wants it
  Following following{};        // the process that carries until this one does
  Eal eal;
  rte_mempool* pool = nullptr;
  PoolSize pool_size{};
  Wires wires;
  QsbrPublisher publisher;
  Errands errands;                           // (of ports and LAGs: ended after them)
  std::vector<std::unique_ptr<Port>> ports;  // access ports, as in the configuration; null: closed for now
  std::deque<AccessSide> access;             // of those
  std::vector<std::unique_ptr<LagRuntime>> lags;
  std::vector<Connection> connections;
  std::vector<rte_ring*> slow_rings;  // one for each worker
  std::vector<std::unique_ptr<Worker>> workers;
  StallWatch stalls;
  LinkMonitor links;
  TaskQueue tasks;
  TurnMeter meter;                  // the control lcore's
  std::unique_ptr<EventFeed> feed;  // where somebody reads the journals as they are written
  std::unique_ptr<SlowTransmitter> transmitter;
  std::unique_ptr<MemberLifecycle> lifecycle;
  std::unique_ptr<Capture> capture;  // under `commands`
  struct Life {
    std::atomic<bool> stop = false;
    std::atomic<bool> handed_over = false;  // before `stop`
    std::atomic<bool> stop_workers = false;
    bool running = false;
  };
  Life life{};
  class Returns;                           // engine_returns.hpp
  std::unique_ptr<Returns> returns;        // (as the next one)
  std::unique_ptr<RemovalWatch> removals;  // (the first to go: it gives commands)

  // In the order of the start (engine_start.cpp, engine_lags.cpp).
  [[nodiscard]] Result<void> open_ports();
  [[nodiscard]] Result<void> make_pool_and_rings();
  [[nodiscard]] Result<void> make_rings();
  [[nodiscard]] Result<void> configure_ports();
  [[nodiscard]] PortNeeds access_needs(const Connection& connection, const Endpoint& port) const;
  [[nodiscard]] Result<void> start_ports();
  [[nodiscard]] Result<void> make_lags();
  void tell_of_veths() const;
  [[nodiscard]] Result<void> launch_workers();
  void stop_all();
  /// All but EAL and workers (engine_guest.cpp).
  [[nodiscard]] Result<void> start_as_guest();
  [[nodiscard]] Result<WorkerSide> side_of(const Endpoint& end, std::uint16_t position, std::uint16_t step);
  /// Names of rings and pools are one for the whole process.
  [[nodiscard]] std::string name_of_object(std::string_view what) const;

  // One member, from its device to a port that runs (member_opening.cpp). Thread: any that has `commands`.
  [[nodiscard]] Result<std::unique_ptr<MemberRuntime>> open_member(const config::Member& member,
                                                                   const std::string& lag,
                                                                   std::optional<std::uint16_t> mtu);
  [[nodiscard]] Result<void> configure_member(MemberRuntime& member, std::size_t lag);
  [[nodiscard]] Result<void> start_member(MemberRuntime& member, std::size_t lag);
  [[nodiscard]] control::MemberSettings settings_of(const config::Member& member, const Port& port) const;

  /// Holds `commands`. Errors: busy, where a command that is under way does not end in time: one that hangs
  /// must not take whoever comes after it along. Thread: any.
  using CommandsLock = std::unique_lock<std::timed_mutex>;
  [[nodiscard]] Result<CommandsLock> begin_command();
  class Commands;  // engine_commands.hpp
  /// Judges a command, and carries it out. Thread: any that has `commands`, and not the control lcore.
  [[nodiscard]] Result<std::string> execute(std::size_t lag, const config::Command& command);
  /// A member's device is about to go: the member leaves, and the port is closed.
  void device_goes(const std::string& device);
  /// What the LAG says of itself to its Partner, with those options.
  [[nodiscard]] std::optional<config::LagIdentity> identity_of(std::size_t lag, const config::Lag& as) const;

  // All of the configuration (engine_apply.cpp). Thread: as for commands.
  [[nodiscard]] config::ChangePlan plan(const config::Config& wanted, const config::SourceMap& source) const;
  void apply(const config::Config& wanted, ApplyOutcome& outcome);
  [[nodiscard]] Result<std::string> take(const std::string& lag, const config::ChangeAction& action,
                                         const config::Config& before);

  /// For the next process. Thread: any that has `commands`.
  void note_configuration() const;
  /// What the process before has changed, and this one does not use (engine_remembering.cpp).
  void put_back_rest() const;
  [[nodiscard]] std::optional<std::size_t> position_of(std::string_view lag) const noexcept;
  /// With what the workers counted. Thread: the control lcore.
  [[nodiscard]] control::LagStatus status_of(std::size_t lag) const;
  /// (engine_conversations.cpp) Thread: the control lcore.
  void add_conversations(control::LagStatus& status, std::size_t lag) const;
  [[nodiscard]] FlowAnswer explain(std::size_t lag, std::span<const std::byte> frame) const;
  [[nodiscard]] PortStatus port_status_of(std::size_t port) const;
  [[nodiscard]] std::vector<EthdevStatus> ethdevs() const;
  /// (engine_ports.cpp) Thread: the control lcore.
  void for_each_port(const std::function<void(const Port& port, const std::string& name,
                                              const std::string& lag)>& visit) const;
  /// The access port that is cross-connected with the LAG; null: none is.
  [[nodiscard]] Port* port_behind(std::size_t lag) const noexcept;

 private:
  /// `user`: "LAG 'lag0'"; `mtu`: that it is to have; nothing: its own.
  [[nodiscard]] Result<Port> open(const config::PortSource& source, const std::string& user,
                                  std::optional<std::uint16_t> mtu);
  [[nodiscard]] Result<Port> open_noted(const Device& device, const std::string& user);
  void go_on(LagRuntime& runtime, Instant now);
  [[nodiscard]] Result<void> make_lag(std::size_t lag, Instant now);
  void use_slots(LagRuntime& runtime);
  [[nodiscard]] Result<void> make_host_access(std::size_t lag);
  [[nodiscard]] std::size_t queues_offered(const Connection& connection) const;
  [[nodiscard]] Result<Port> find_or_open(const Device& device, const std::string& user);
  [[nodiscard]] Result<void> make_guest_pool();
  unsigned opened_ = 0;  // ports so far: it makes names of taps
};

/// How long a question or a command waits for the control lcore.
inline constexpr Duration kAnswerPatience = 1s;
[[nodiscard]] std::unexpected<Error> no_answer();
[[nodiscard]] std::string ethdev_name(EthdevId id);

/// Locally administered, individual.
[[nodiscard]] MacAddress random_address();

}  // namespace lagoon::dpdk
