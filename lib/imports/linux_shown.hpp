// What Linux shows of a bond that runs.
#pragma once

#include "imports/bond.hpp"

namespace lagoon::imports {

/// /proc/net/bonding/NAME; the bond's name is the file's.
void read_proc(Bonds& into, const Source& source);
/// ip -d -j link, of the bond and its members.
void read_iproute(Bonds& into, const Source& source);

}  // namespace lagoon::imports
