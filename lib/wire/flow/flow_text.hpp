// A frame from words, so that an operator can ask where a conversation goes:
//   udp 10.0.0.1:1000 10.0.0.2:2000 [vlan N] [from MAC] [to MAC]
//   tcp [2001:db8::1]:80 [2001:db8::2]:443
//   icmp 10.0.0.1 10.0.0.2
// or from its octets in hexadecimal, from the destination address on: "0x0200..", spaces and colons allowed.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace lagoon::wire {

/// Longer frames are not taken: only headers count.
inline constexpr std::size_t kFlowOctetsMax = 2048;

/// What is not said is the same in every frame: stations 02:00:00:00:00:01 (from) and 02:00:00:00:00:02 (to),
/// no tag, an empty payload. Checksums are zero. Errors: invalid_argument, with what would be right.
[[nodiscard]] Result<std::vector<std::byte>> parse_flow(std::string_view text);

}  // namespace lagoon::wire
