// WiringFault: what can be wrong with a member's cable or with the port at its other end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace lagoon::control {

enum class WiringFault : std::uint8_t {
  loop,            // the cable leads back to this LAG
  shared_segment,  // several systems answer on it
  swapped,         // with a cable of another LAG
  wrong_switch,    // it leads to another System than the others
  not_in_channel,  // to the right one, whose port is not in the channel of the others
  no_lacp,         // somebody is there, and speaks no LACP
  not_as_planned,  // another neighbour than `expect` has
  mtu_differs,     // other ends of one LAG take frames of different sizes
  pvid_differs,    // or have different port VLANs
};
inline constexpr std::array<std::string_view, 9> kWiringFaultNames{
    "loop",    "shared_segment", "swapped",     "wrong_switch", "not_in_channel",
    "no_lacp", "not_as_planned", "mtu_differs", "pvid_differs"};
[[nodiscard]] constexpr std::string_view name_of(WiringFault fault) noexcept {
  return kWiringFaultNames[static_cast<std::size_t>(fault)];
}

struct Miswiring {
  MemberIndex member{};
  WiringFault fault{};
  std::string sentence{};  // of both ends, and what to do
};

}  // namespace lagoon::control
