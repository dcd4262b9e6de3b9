// ServiceManager: what systemd is told about lagoond (sd_notify(3)). Without a socket to say it to, or built
// without libsystemd, nothing is said. Thread: any.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"

namespace lagoon::lagoond {

class ServiceManager {
 public:
  /// Whether somebody listens ($NOTIFY_SOCKET).
  [[nodiscard]] static bool listens();
  /// How often alive() has to be said at least ($WATCHDOG_USEC); nothing: nobody waits for it.
  [[nodiscard]] static std::optional<Duration> watchdog();

  /// Also the end of reloading().
  static void ready(const std::string& status);
  static void say(const std::string& status);
  static void reloading();
  static void alive();
  static void stopping();
  /// Another process goes on as this one (MAINPID=). It has to be in the unit's control group.
  static void succeeded_by(int process);
};

}  // namespace lagoon::lagoond
