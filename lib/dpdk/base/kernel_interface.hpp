// What the kernel tells of an interface of its own. Network namespace: that of the calling thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lagoon::dpdk {

/// Whether frames that its other end sends may lack their checksums, as a veth's do by default. Asks the
/// kernel, so it is for the start alone.
[[nodiscard]] bool is_veth(const std::string& interface);

struct Presence {
  unsigned index = 0;  // 0: there is none of that name
  bool up = false;     // the operator has set it up
  friend bool operator==(const Presence&, const Presence&) noexcept = default;
};
/// Waits for no lock of the kernel's.
[[nodiscard]] Presence presence_of(const std::string& interface);

/// In octets; nothing: there is no such interface. Waits for no lock of the kernel's.
[[nodiscard]] std::optional<std::uint16_t> mtu_of(const std::string& interface);
/// Waits for the kernel's rtnl lock. Gives an errno, or 0.
[[nodiscard]] int set_mtu_of(const std::string& interface, std::uint16_t mtu);

/// Whether a tap that is there takes one more queue, as its driver opens them: it was made with multi_queue.
/// Tries one for a moment, which may cost a frame of who uses it: only for who has its lock.
[[nodiscard]] bool takes_another_queue(const std::string& tap);

}  // namespace lagoon::dpdk
