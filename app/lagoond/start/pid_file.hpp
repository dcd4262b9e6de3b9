// PidFile: the pid file, locked as long as lagoond runs (pidfile_open(3bsd)), and removed at its end.
#pragma once

#include <string>

#include "base/error.hpp"
#include "console/socket/control_socket.hpp"

struct pidfh;

namespace lagoon::lagoond {

class PidFile {
 public:
  PidFile() = default;
  ~PidFile();
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;

  /// Errors: busy (and whose it is), system.
  [[nodiscard]] Result<void> write(const std::string& path);
  /// It is another process's that hands over: its lock goes with the descriptor. It names this process from
  /// name_us() on, and is removed at this one's end.
  void inherit(std::string path, console::Descriptor file);
  void name_us();
  /// -1: there is none.
  [[nodiscard]] int descriptor() const noexcept;

 private:
  pidfh* file_ = nullptr;
  std::string inherited_path_{};
  console::Descriptor inherited_{};
  bool ours_ = false;
};

}  // namespace lagoon::lagoond
