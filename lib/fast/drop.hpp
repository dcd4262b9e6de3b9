// Drop: every way in which the fast path loses a frame, by name. DropCounters counts them for one worker.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lagoon::fast {

enum class Drop : std::uint8_t {
  not_collecting,          // came from a member that is not Collecting
  no_distributing_member,  // nobody to send it to: the LAG is down
  tx_refused,              // the member's transmit queue stayed full for the bounded time of retries
  port_tx_refused,         // the same for an access port
  punt_ring_full,          // a slow-protocol frame, and the control lcore is behind
  no_peer,                 // came from a port that nothing is cross-connected with
  slow_from_port,          // a slow-protocol frame from behind the LAG: the Partner would take it for ours
};

inline constexpr std::size_t kDrops = 7;
inline constexpr std::array<std::string_view, kDrops> kDropNames{
    "not_collecting", "no_distributing_member", "tx_refused", "port_tx_refused", "punt_ring_full",
    "no_peer",        "slow_from_port"};

[[nodiscard]] constexpr std::string_view name_of(Drop drop) noexcept {
  return kDropNames[static_cast<std::size_t>(drop)];
}

}  // namespace lagoon::fast
