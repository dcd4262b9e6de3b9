// How frames are distributed: each value is a policy class in lib/fast/policies, chosen once for a burst.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lagoon::table {

enum class Distribution : std::uint8_t {
  flow_hash,    // a conversation stays on the member of its bucket
  round_robin,  // frame by frame, or N by N, or at random
  broadcast,    // every frame on every member
  adaptive,     // as flow_hash, with the load counted by group, and every member under its own address
  weighted,     // each conversation on a member of its own, chosen by load when it begins
};

inline constexpr std::array<std::string_view, 5> kDistributionNames{"flow_hash", "round_robin", "broadcast",
                                                                    "adaptive", "weighted"};
[[nodiscard]] constexpr std::string_view name_of(Distribution d) noexcept {
  return kDistributionNames[static_cast<std::size_t>(d)];
}

/// Kinds of frames that the control lcore wants to see. Bit set.
enum class Watch : std::uint8_t { none = 0, arp = 1, neighbor = 2, membership = 4, bfd = 8 };
[[nodiscard]] constexpr Watch operator|(Watch a, Watch b) noexcept {
  return static_cast<Watch>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
[[nodiscard]] constexpr bool has(Watch set, Watch one) noexcept {
  return (static_cast<std::uint8_t>(set) & static_cast<std::uint8_t>(one)) != 0;
}

}  // namespace lagoon::table
