#include "control/wiring/same_box.hpp"

#include <algorithm>
#include <cstddef>

namespace lagoon::control {

bool is_address(const wire::LldpId& id, const MacAddress& address) {
  return id.subtype == wire::kChassisMacAddress &&
         std::ranges::equal(id.value, address.octets, {},
                            [](std::byte octet) { return std::to_integer<std::uint8_t>(octet); });
}

Same same_box(const lldp::Neighbor& a, const lldp::Neighbor& b) {
  if (a.said.chassis == b.said.chassis) return Same::yes;
  const auto has_name = [](const lldp::Neighbor& n) {
    return n.said.system_name && !n.said.system_name->empty();
  };
  if (has_name(a) && has_name(b)) return *a.said.system_name == *b.said.system_name ? Same::yes : Same::no;
  const auto by_port = [&](const lldp::Neighbor& n) {
    return !has_name(n) && is_address(n.said.chassis, n.source);
  };
  return by_port(a) && by_port(b) ? Same::unknown : Same::no;
}

}  // namespace lagoon::control
