// The burst calls of the port, in every process.
#pragma once

#include "sdk.hpp"

namespace lagoon::pmd {

/// Gives the device its receive and transmit functions. They are of this process only.
void set_burst_functions(rte_eth_dev& dev) noexcept;

}  // namespace lagoon::pmd
