// Whether two neighbours are one box, by what LLDP tells alone.
#pragma once

#include <cstdint>

#include "base/mac_address.hpp"
#include "lldp/neighbor_table.hpp"

namespace lagoon::control {

enum class Same : std::uint8_t { yes, no, unknown };

[[nodiscard]] bool is_address(const wire::LldpId& id, const MacAddress& address);
/// One chassis, or one name. Who has no name, and the port's own address for a chassis, may be one that tells
/// another chassis on each port (Open vSwitch): then it is not known.
[[nodiscard]] Same same_box(const lldp::Neighbor& a, const lldp::Neighbor& b);

}  // namespace lagoon::control
