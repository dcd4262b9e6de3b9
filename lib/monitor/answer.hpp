// Answers of targets to probes of ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

namespace lagoon::monitor {

/// An ARP frame or a Neighbor frame, as far as a monitor looks at it.
struct Resolution {
  std::optional<HostAddress> speaker{};  // who says where it is; nothing: a question of somebody
  MacAddress destination{};
  MacAddress asker{};  // whom it tells; the same as `destination` where it does not say
};

/// Nothing where the frame is neither.
[[nodiscard]] std::optional<Resolution> read_resolution(std::span<const std::byte> frame) noexcept;

}  // namespace lagoon::monitor
