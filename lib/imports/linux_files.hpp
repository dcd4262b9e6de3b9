// Files of distributions that make bonds of Linux's driver.
#pragma once

#include "imports/bond.hpp"

namespace lagoon::imports {

/// An ifcfg-* of Red Hat's (BONDING_OPTS, MASTER) or SUSE's (BONDING_MODULE_OPTS, BONDING_SLAVE_0).
void read_ifcfg(Bonds& into, const Source& source);
/// Debian's interfaces(5), with ifenslave's or ifupdown-ng's words.
void read_interfaces(Bonds& into, const Source& source);

}  // namespace lagoon::imports
