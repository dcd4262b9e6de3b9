// Beginning: what lagoond has before there is EAL, taken from nobody, or from the process whose place it
// takes. Thread: that of main().
#pragma once

#include <memory>
#include <optional>

#include "base/error.hpp"
#include "config/model.hpp"
#include "console/socket/control_socket.hpp"
#include "dpdk/engine/engine.hpp"
#include "lagoond/ending/ending.hpp"
#include "lagoond/handover/hand_over.hpp"
#include "lagoond/handover/take_over.hpp"
#include "lagoond/observability.hpp"
#include "lagoond/options.hpp"
#include "lagoond/start/pid_file.hpp"
#include "lagoond/state/memory.hpp"
#include "lagoond/state/state_file.hpp"

namespace lagoon::lagoond {

struct Beginning {
  const Options& options;
  const config::Config& config;
  std::optional<StateFile> state_file{};  // nothing: what this process knows is not remembered
  std::unique_ptr<TakeOver> take_over{};  // from the process that carries until then; nullptr: there is none
  PidFile pid_file{};
  std::optional<console::ControlSocket> socket{};
};

// In the order of a start.

/// The state file, its writer's end or its place, and the pid file: while this process has all its rights,
/// and one thread. It may go on in another process (packet_group.hpp). Errors: those of TakeOver::begin(),
/// PidFile.
[[nodiscard]] Result<void> begin(Beginning& beginning);
/// When rights are given up. None where there is no usual place for it, and no path was asked for.
[[nodiscard]] Result<void> open_control_socket(Beginning& beginning);
/// What is in the file system is this process's from now on.
void own_files(const Beginning& beginning, Ending& ending);
[[nodiscard]] Result<std::unique_ptr<Memory>> begin_memory(Beginning& beginning);
/// Where another process carries until then: when it has stopped. `memory`: nullptr, if there is no state
/// file.
[[nodiscard]] Result<std::unique_ptr<dpdk::Engine>> start_engine(Beginning& beginning, Memory* memory,
                                                                 Ending& ending);
/// Another process may take over from now on: what only one can have goes to it. nullptr: none may.
[[nodiscard]] std::unique_ptr<HandOver> offer_hand_over(const Beginning& beginning,
                                                        const Observability& observability,
                                                        dpdk::Engine& engine, Memory* memory, Ending& ending);

/// The start has failed. Does not return where another process carries: nothing of it is to be undone, and
/// its files have the names of ours.
void leave_early(const Beginning& beginning, int code);

}  // namespace lagoon::lagoond
