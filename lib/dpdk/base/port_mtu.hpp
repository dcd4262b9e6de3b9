// Thread: one at a time for a port; the call may take the kernel's locks.
#pragma once

#include <cstdint>

#include "base/ids.hpp"

namespace lagoon::dpdk {

/// Whom a port of a driver without an MTU call serves.
enum class MtuFor : std::uint8_t {
  appliance,  // its configuration says what is so: the driver's refusal is told
  program,    // it may say any MTU that the driver's longest frame has room for: nothing is done for it
};

/// Whether the driver has no MTU, says that 1514 octets are its longest frame, and carries longer ones whole:
/// net_memif, in chains of buffers.
[[nodiscard]] bool carries_any_length(EthdevId port);

/// Sets the MTU of a port, in octets. Gives 0, or a negative errno.
[[nodiscard]] int set_port_mtu(EthdevId port, std::uint16_t mtu, MtuFor whom);

}  // namespace lagoon::dpdk
