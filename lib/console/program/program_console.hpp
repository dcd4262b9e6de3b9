// ProgramConsole: the control socket of a program that has LAGs in it (the PMD, liblagoon), for
// lagoon-console and scripts; /lagoon/* of DPDK's telemetry besides. There is one in a process, made only
// when somebody asks for it, and it serves all LAGs that run there (ProgramLags). It has threads of its own,
// on CPUs that are no lcore's: no lcore and no control thread waits for a client.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "console/program/program_running.hpp"
#include "console/socket/control_server.hpp"

namespace lagoon::console {

class ProgramConsole {
 public:
  /// Opens it, or gives the one that is open at that path: it closes when nobody holds it any more. An empty
  /// path is the usual place, by EAL's file-prefix (console/socket/socket_path.hpp). EAL has to be up.
  /// Thread: any. Errors: not_supported (a secondary process), already_exists (open at another path), busy
  /// (somebody else listens there), permission, system, invalid_argument, no_such_thing (there is no usual
  /// place).
  [[nodiscard]] static Result<std::shared_ptr<ProgramConsole>> open(const std::string& path);
  /// Ends all connections. Blocking: for commands that are under way. In a forked child it does nothing.
  ~ProgramConsole();
  ProgramConsole(const ProgramConsole&) = delete;
  ProgramConsole& operator=(const ProgramConsole&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  explicit ProgramConsole(std::string path) : path_{std::move(path)} {}
  [[nodiscard]] Result<void> serve(ControlSocket socket);

  std::string path_;
  pid_t process_ = 0;
  ProgramRunning running_{ProgramLags::of_process()};
  std::unique_ptr<ControlServer> server_;
};

}  // namespace lagoon::console
