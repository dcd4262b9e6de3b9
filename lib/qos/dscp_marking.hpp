// Writes a DSCP into a frame. The two bits of ECN beside it stay, and IPv4's checksum is brought up to date
// by the difference (RFC 1624), so that a wrong one stays wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lagoon::qos {

/// False: no IPv4 or IPv6 header that is there as far as it is needed; nothing was written then.
bool mark_dscp(std::span<std::byte> frame, std::uint8_t dscp) noexcept;

}  // namespace lagoon::qos
