// How LLDP's frames are told from others (IEEE 802.1AB-2016 clause 7).
#pragma once

#include <cstdint>

#include "base/mac_address.hpp"

namespace lagoon::wire {

inline constexpr std::uint16_t kLldpEtherType = 0x88cc;
/// Nearest bridge (7.1): no bridge forwards it.
inline constexpr MacAddress kLldpAddress{{0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e}};

}  // namespace lagoon::wire
