// TakeOver: the start of a lagoond that takes the place of one that carries (--take-over; docs/restart.md).
// Thread: that of main().
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/model.hpp"
#include "console/socket/control_socket.hpp"
#include "lagoond/handover/passage.hpp"
#include "lagoond/state/state_file.hpp"

namespace lagoon::lagoond {

class TakeOver {
 public:
  /// Takes what the process that carries gives; locks of ports are inherited from here on. Nothing has
  /// changed for that process. Errors: not_supported (a port that two processes can't have open, a cluster),
  /// no_such_thing (nobody carries), busy (it refuses), each with what to do.
  [[nodiscard]] static Result<std::unique_ptr<TakeOver>> begin(const StateFile& file,
                                                               const config::Config& config);

  [[nodiscard]] pid_t process() const noexcept { return process_; }
  /// What was given under that name; not open: nothing was.
  [[nodiscard]] console::Descriptor take(std::string_view name);
  /// Says that all is ready, and waits until the other process has stopped, or has ended by itself. Errors:
  /// busy (it does not stop, or `gives_up()` says that this one is to end).
  [[nodiscard]] Result<void> await_turn(const std::function<bool()>& gives_up);
  /// From here on this process carries.
  void carries();
  [[nodiscard]] bool carrying() const noexcept { return carrying_; }

 private:
  TakeOver(Passage passage, pid_t process, std::map<std::string, console::Descriptor, std::less<>> given)
      : passage_{std::move(passage)}, process_{process}, given_{std::move(given)} {}

  Passage passage_;
  pid_t process_;
  bool carrying_ = false;
  std::map<std::string, console::Descriptor, std::less<>> given_;
};

}  // namespace lagoon::lagoond
