// Engine: a whole Lagoon in one process, from a Config: ports, LAGs, workers and the control loop.
//
// The thread that calls start() and run() is the control lcore (EAL's main lcore). Workers are the other
// lcores. DPDK allows one EAL in a process, so there is one Engine.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "config/change/change_plan.hpp"
#include "config/command/command.hpp"
#include "config/model.hpp"
#include "control/journal/journal.hpp"
#include "control/status/explanation.hpp"
#include "control/status/status.hpp"
#include "control/views/health.hpp"
#include "dpdk/port/ethdev_status.hpp"

namespace lagoon::dpdk {

class EventFeed;
class MultichassisDesk;

/// An entry of a journal, with the member's name.
struct NamedEvent {
  control::JournalEntry entry;
  std::string member;
};

/// An access port, as it is now.
struct PortStatus {
  std::string name;
  std::string port;  // what it is to DPDK
  bool up = false;
  control::Traffic traffic{};                // as the port counts
  std::vector<control::NamedCount> drops{};  // frames that came from it, or were to go there
  std::string_view absence{};                // it has no interface: why, in words. Empty: it has one
};

/// Which way a conversation takes through a LAG.
struct FlowAnswer {
  /// Of one worker, under weighted distribution: it goes before the bucket.
  struct Entry {
    unsigned lcore = 0;
    std::string member;
    std::string_view why;  // fast::kPlacedNames
    Duration since{};      // about a second exact, at most some 17 hours
  };
  std::string lag;
  control::Explanation way{};
  std::string member;  // names of way.member and way.before; empty: none
  std::string before;
  std::optional<Duration> since{};
  bool nic_hash = false;  // the NIC's hash decides where a frame has one, and may have another way
  std::vector<Entry> entries{};
};

/// How a change of the whole configuration went.
struct ApplyOutcome {
  config::ChangePlan plan;             // with refusals nothing was done
  std::vector<std::string> done{};     // what the steps say of themselves
  std::optional<std::string> error{};  // of the step that failed: those before it were taken back
  std::vector<std::string> undone{};   // what taking back says of itself
  [[nodiscard]] bool good() const noexcept { return !plan.refused() && !error; }
};

class StateBoard;
class StationTable;
struct Succession;

class Engine {
 public:
  /// Starts EAL, opens the ports, starts workers. On an error everything is undone. `board`, which outlives
  /// it, has what another process left, and takes what the next one needs; nullptr: nothing is remembered.
  /// `succession`: another process carries until it is this one's turn.
  [[nodiscard]] static Result<std::unique_ptr<Engine>> start(const config::Config& config,
                                                             StateBoard* board = nullptr,
                                                             const Succession* succession = nullptr);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Every entry of every journal, for one reader, from the start to the end of run(). To be called before
  /// run(), once. It lives as long as the Engine.
  [[nodiscard]] Result<EventFeed*> open_event_feed();
  /// Where who decides about LAGs that two boxes have leaves its orders; nullptr: no LAG is such. Until the
  /// first one they stand by.
  [[nodiscard]] MultichassisDesk* desk() noexcept { return desk_.get(); }
  /// Of a LAG that two boxes have, by its position: who is heard on it, by worker. As long as the Engine.
  [[nodiscard]] std::vector<StationTable*> stations_of(std::size_t lag) const;
  /// The kernel's interface behind that LAG, where a switch at it has to be told where stations are: the
  /// driver can't take its link away. To be asked before run().
  [[nodiscard]] std::optional<std::string> interface_behind(std::size_t lag) const;
  /// run_control() and end_workers().
  void run();
  /// The control loop. Returns after request_stop(), when the Partners were told, or did not hear it in time:
  /// then false.
  bool run_control();
  /// Blocking: until all workers have ended.
  void end_workers();
  /// Thread: any; may be called in a signal handler.
  void request_stop() noexcept;
  /// As request_stop(), but no Partner is told: another process goes on. When workers have ended, the board
  /// has all that it needs. Thread: any.
  void hand_over() noexcept;
  /// Between hand_over() and the process's end: the kernel is to give frames of taps to who follows.
  void let_go_of_taps();
  /// While it lives no command is carried out. Errors: busy, where one is under way for too long. Its end is
  /// the caller's thread's.
  [[nodiscard]] Result<std::unique_lock<std::timed_mutex>> hold_commands();
  /// Before a process that another one follows ends as if it was killed: the Partners hear once more what is
  /// so, and the board has what LAGs know. Thread: any but the control lcore; waits some 1.2 s at the most.
  void prepare_to_be_followed();

  // Questions and commands. Thread: any but the control lcore; they wait for its answer, at most a second.
  // Errors: busy where it did not come; no_such_thing, invalid_argument.
  [[nodiscard]] Result<std::vector<std::string>> lag_names();
  [[nodiscard]] Result<control::LagStatus> status(std::string_view lag);
  [[nodiscard]] Result<std::vector<control::LagStatus>> status_of_all();
  /// What an operator should know now. `lags`: what status_of_all() has just said. Thread: any; it asks
  /// nobody.
  [[nodiscard]] control::Health health(const Result<std::vector<control::LagStatus>>& lags) const;
  /// How long the control lcore or a worker has stood still, where that is a stall; else zero. Thread: any;
  /// it asks nobody.
  [[nodiscard]] Duration standing() const;
  /// The same of the control lcore alone.
  [[nodiscard]] Duration control_stands() const;
  /// The newest `most` entries, the oldest first.
  [[nodiscard]] Result<std::vector<NamedEvent>> events(std::string_view lag, std::size_t most);
  [[nodiscard]] Result<std::vector<PortStatus>> access_ports();
  /// All ports: those that give access, then the members of each LAG.
  [[nodiscard]] Result<std::vector<EthdevStatus>> ethdevs();
  /// Of the port with that id. Empty where its driver has none.
  [[nodiscard]] Result<std::vector<ExtendedCount>> extended_counts(std::uint16_t id);
  /// Of a frame as wire::parse_flow() takes it, to be sent on the LAG. Nothing is sent.
  [[nodiscard]] Result<FlowAnswer> explain(std::string_view lag, std::string_view flow);
  /// Changes a running LAG, without stopping its traffic: if what then runs is a configuration that a file
  /// may have (config/change/rehearse.hpp). Gives a sentence on what was done. Longer than a second only for
  /// removing a member (then it says that this is under way), or while another command is under way: after
  /// six seconds of that, as for all that follows, the answer is busy. Errors say what would be right.
  [[nodiscard]] Result<std::string> execute(const config::Command& command);
  /// As a command to remove the member, but no rule keeps it: its device is gone. `unserved` is called, in
  /// this thread, when no queue can be inside its driver any more and nothing of it has been closed; never,
  /// where that takes too long.
  [[nodiscard]] Result<std::string> let_go(std::string_view lag, const std::string& member,
                                           const std::function<void()>& unserved = {});
  /// The LAG's own address, while it runs. Errors: invalid_argument, not_supported (it follows a member's).
  [[nodiscard]] Result<void> set_address(std::string_view lag, const MacAddress& address);
  /// What apply() would do now.
  [[nodiscard]] config::ChangePlan plan(const config::Config& wanted, const config::SourceMap& source = {});
  /// Makes what runs be `wanted`: all of it, or nothing when a step fails or something is refused. Members
  /// that it does not change go on without a pause. `announce` gets the plan before its first step. Takes as
  /// long as all of its commands; other commands wait for it.
  [[nodiscard]] ApplyOutcome apply(const config::Config& wanted, const config::SourceMap& source = {},
                                   const std::function<void(const config::ChangePlan&)>& announce = {});
  /// The configuration with all commands that were executed.
  [[nodiscard]] Result<config::Config> running_config();
  /// Captures into a new file (dpdk/engine/capture.hpp), one at a time. `of`: LAGs, members, LAG/MEMBER,
  /// access ports; empty: all. Errors besides: already_exists, permission (the file), busy.
  [[nodiscard]] Result<std::string> start_capture(const std::string& file,
                                                  const std::vector<std::string>& of);
  /// Says how many frames were written, and how many were lost.
  [[nodiscard]] Result<std::string> stop_capture();
  [[nodiscard]] Result<std::string> describe_capture();
  [[nodiscard]] Result<void> act_on_wire(std::string_view wire, std::string_view action);

 private:
  friend class EmbeddedLag;  // an Engine without workers of its own
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  [[nodiscard]] static Result<void> begin(Parts& parts);
  [[nodiscard]] Result<void> open_desk();
  std::unique_ptr<MultichassisDesk> desk_;  // (tables name what is in it)
  std::unique_ptr<Parts> parts_;
};

}  // namespace lagoon::dpdk
