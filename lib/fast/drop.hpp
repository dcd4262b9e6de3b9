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
  punt_ring_full,          // a slow frame, and the control lcore is behind
  no_peer,                 // came from a port that nothing is cross-connected with
  slow_from_port,          // a slow frame from behind the LAG: the other end would take it for ours
  inactive_member,         // came from a member that works while another is the active one
  other_address,           // not to the address of its member: a bridge flooded it, the active one has it too
  reflected,               // a frame of our own that a bridge has sent back
  duplicate,               // another member has brought it already
  copy_refused,            // broadcast: one member's copy of a frame that at least one other has taken
  control_ring_full,       // to be sent by the control lcore, and that is behind
  not_polled,              // the program does not poll its receive queue, and no more of it can wait
  unfit,                   // the port can never send it: too long or too short
  cut,                     // the kernel has cut its end off on the way in, or may have
  user_died,               // the thread that sent it ended inside a burst: gone or not, nobody knows
  stands_by,               // another box carries the LAG
  lapsed,                  // the box's right to carry the LAG was over, or is younger than the frame
};

inline constexpr std::size_t kDrops = 19;
inline constexpr std::array<std::string_view, kDrops> kDropNames{"not_collecting",
                                                                 "no_distributing_member",
                                                                 "tx_refused",
                                                                 "port_tx_refused",
                                                                 "punt_ring_full",
                                                                 "no_peer",
                                                                 "slow_from_port",
                                                                 "inactive_member",
                                                                 "other_address",
                                                                 "reflected",
                                                                 "duplicate",
                                                                 "copy_refused",
                                                                 "control_ring_full",
                                                                 "not_polled",
                                                                 "unfit",
                                                                 "cut",
                                                                 "user_died",
                                                                 "stands_by",
                                                                 "lapsed"};

[[nodiscard]] constexpr std::string_view name_of(Drop drop) noexcept {
  return kDropNames[static_cast<std::size_t>(drop)];
}

}  // namespace lagoon::fast
