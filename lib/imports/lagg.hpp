// FreeBSD's rc.conf(5): ifconfig_lagg0="laggproto lacp laggport em0 ..".
#pragma once

#include "imports/bond.hpp"

namespace lagoon::imports {

void read_rc_conf(Bonds& into, const Source& source);

}  // namespace lagoon::imports
