// StateFile: a file with a State, for the next process of this configuration (docs/service.md). It is ours
// alone, is replaced as a whole, and belongs to this boot of the machine.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/error.hpp"
#include "state/state.hpp"

namespace lagoon::lagoond {

class StateFile {
 public:
  /// PREFIX.state beside the usual control sockets; the folder is made. Errors: no_such_thing, where there is
  /// no usual place; system.
  [[nodiscard]] static Result<StateFile> in_usual_place(const std::string& prefix);
  explicit StateFile(std::string path) : path_{std::move(path)} {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Where the process that wrote it is about to end, for it was killed: waits until it has, some 1 s at
  /// most, so that what it had is free.
  void await_end_of_writer() const;
  /// What another process left; nothing: there is no file. Errors, with the path and the reason: permission
  /// (it is not ours alone), invalid_argument (what is in it is not to be believed), busy (that process
  /// runs), system. `giver`: a process that may run, for it hands over; 0: none may.
  [[nodiscard]] Result<std::optional<state::State>> load(pid_t giver = 0) const;
  /// Fills in boot and process. Errors: permission, where something else than a state file stands in its
  /// place (a device, a folder, a link, somebody's file); system. Then what is there is as it was. It is not
  /// forced to the disk: what a loss of power takes is of no use after it.
  [[nodiscard]] Result<void> store(state::State state) const;
  /// Leaves what is no state file.
  void remove() const;

 private:
  [[nodiscard]] Result<std::optional<state::State>> read() const;

  std::string path_;
};

/// How long the machine slept since its boot.
[[nodiscard]] Duration suspended_so_far();

}  // namespace lagoon::lagoond
