// A constant rate of numbered UDP frames in several flows, and the other end's frames taken in at the same
// time. Begins when the other end is heard.
#pragma once

#include <cstdint>
#include <string>

namespace lagoon::traffic {

struct UdpOptions {
  std::string bind;
  std::string peer;
  std::string log;
  unsigned port = 20000;  // where frames are taken in; the flows come from the ports that follow
  unsigned flows = 16;
  unsigned rate = 2000;     // frames in a second, all flows together
  unsigned seconds = 0;     // 0: until SIGTERM
  unsigned drain_ms = 700;  // how long it listens on after the last frame was sent
};

/// 0, or an exit code after a line on standard error.
[[nodiscard]] int run_udp(const UdpOptions& options);

}  // namespace lagoon::traffic
