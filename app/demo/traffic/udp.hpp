// A constant rate of numbered UDP frames in several flows, and the other end's frames taken in at the same
// time.
#pragma once

#include <cstdint>
#include <string>

namespace lagoon::traffic {

struct UdpOptions {
  std::string bind;
  std::string peer;
  std::string log;
  unsigned port = 20000;  // of flow 0; the others follow
  unsigned flows = 16;
  unsigned rate = 2000;     // frames in a second, all flows together
  unsigned seconds = 0;     // 0: until SIGTERM
  unsigned drain_ms = 700;  // how long it listens on after the last frame was sent
};

/// 0, or an exit code after a line on standard error.
[[nodiscard]] int run_udp(const UdpOptions& options);

/// What a frame carries; both ends are of one byte order.
struct Payload {
  static constexpr std::uint32_t kMagic = 0x4c61676f;
  std::uint32_t magic;
  std::uint16_t flow;
  std::uint16_t reserved;
  std::uint32_t sequence;
  std::uint32_t reserved2;
  std::int64_t sent_at_ns;
};

}  // namespace lagoon::traffic
