// SystemLog: lines to the daemon that listens on /dev/log. Not syslog(3), which waits for a daemon that
// hangs, and says nothing where there is none.
#pragma once

#include <span>
#include <string_view>

#include "base/error.hpp"
#include "lagoond/journal/sink.hpp"

namespace lagoon::lagoond {

class SystemLog final : public LineSink {
 public:
  SystemLog() = default;
  ~SystemLog() override { close(); }
  /// Waits for a fifth of a second at the most. Errors: system (nobody listens), busy (who listens takes
  /// nothing).
  [[nodiscard]] Result<void> write(std::span<const Line> lines) override;

 private:
  [[nodiscard]] Result<void> connect();
  [[nodiscard]] Result<void> send(std::string_view text);
  void close();

  int socket_ = -1;
};

}  // namespace lagoon::lagoond
