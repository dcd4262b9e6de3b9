// The burst calls of the port, in every process.
#pragma once

#include "sdk.hpp"

namespace lagoon::pmd {

/// Gives the device its receive and transmit functions. They are of this process only. In a secondary they do
/// nothing while some member can't be used there: the log says which, and why.
void set_burst_functions(rte_eth_dev& dev) noexcept;

}  // namespace lagoon::pmd
