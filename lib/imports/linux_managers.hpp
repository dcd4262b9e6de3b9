// Files of network managers that make bonds of Linux's driver: systemd-networkd, NetworkManager, netplan.
#pragma once

#include <span>

#include "imports/bond.hpp"

namespace lagoon::imports {

/// A .netdev or .network of systemd-networkd.
void read_networkd(Bonds& into, const Source& source);
/// NetworkManager's keyfiles (.nmconnection), all at once: members name their bond by its UUID, or its name.
void read_keyfiles(Bonds& into, std::span<const Source> sources);
/// netplan's YAML. A remark where it is none.
void read_netplan(Bonds& into, const Source& source);

}  // namespace lagoon::imports
