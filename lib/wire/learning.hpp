// A frame that tells nothing but where a MAC address is: from it to itself, as Linux's alb and tlb send it
// (EtherType 0x9000, loopback). A bridge learns the port and filters the frame.
#pragma once

#include <cstdint>
#include <optional>

#include "base/mac_address.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::wire {

[[nodiscard]] ControlFrame learning_frame(const MacAddress& mac, std::optional<std::uint16_t> vlan) noexcept;
/// The same to all: bridges behind the first one learn it, too. A reverse ARP request of the station about
/// itself (RFC 903), as virtual machines are announced after they have moved.
[[nodiscard]] ControlFrame announcing_frame(const MacAddress& mac,
                                            std::optional<std::uint16_t> vlan) noexcept;

}  // namespace lagoon::wire
