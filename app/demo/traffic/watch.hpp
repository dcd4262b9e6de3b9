// Looks at links from outside and writes down which flow used which of them, and when.
#pragma once

#include <string>
#include <vector>

namespace lagoon::traffic {

struct WatchOptions {
  std::string log;
  std::vector<std::string> interfaces;  // link 0, 1, ...: where the frames to be seen come in
};

/// Until SIGTERM.
[[nodiscard]] int run_watch(const WatchOptions& options);

}  // namespace lagoon::traffic
