// Bonds of teamd, Open vSwitch, DPDK's net_bonding and VPP.
#pragma once

#include "imports/bond.hpp"

namespace lagoon::imports {

/// teamd's JSON (teamd.conf(5)).
void read_teamd(Bonds& into, const Source& source);
/// The text of `ovs-vsctl list port`, and of `ovs-vsctl list interface` behind it, which has the members'
/// names.
void read_openvswitch(Bonds& into, const Source& source);
/// "net_bonding0,mode=4,slave=0000:01:00.0,..", as --vdev has it; several, a line for each.
void read_net_bonding(Bonds& into, const Source& source);
/// VPP's `create bond` and `bond add` (or `bond slave`).
void read_vpp(Bonds& into, const Source& source);

}  // namespace lagoon::imports
