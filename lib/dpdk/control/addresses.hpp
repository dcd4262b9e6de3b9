// What ports are given while their LAG runs: who carries which address, by the assignment that
// Lag::addresses() has at the moment; port options; for the tap behind a LAG its address, MTU and carrier.
// Setting any of it may wait for the kernel's rtnl lock or for a driver, so it is an errand. A port has one
// under way at most; what is wanted by then is given next.
//
// Thread: the control lcore.
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "config/model.hpp"
#include "dpdk/control/lag_runtime.hpp"

namespace lagoon::dpdk {

/// MTU and all that PortUpkeep sets, in the calling thread. Precondition: the port is started. Gives a
/// sentence for each thing that it lacks while traffic still flows. Errors: busy, not_supported (the MTU;
/// nothing else was changed then).
[[nodiscard]] Result<std::vector<std::string>> give_port_options(MemberRuntime& member,
                                                                 const control::PortOptions& options);

/// For a member that has not served yet: an error where the LAG's mode, or mac-from, can't do with a port
/// that keeps its address; a sentence for the log where it can; empty where the port takes any.
[[nodiscard]] Result<std::string> check_address(const config::Lag& lag, MemberRuntime& member);

/// Until `errands` is open it blocks, and all is done when it returns. Gives what differs, and takes note of
/// what was done. A port that refuses an address is put into promiscuous mode, logged, and told to the LAG.
/// True when something was done.
bool set_ports(LagRuntime& lag, Errands& errands, Instant now);
/// Whether every port has the address that it was given.
[[nodiscard]] bool ports_stand(const LagRuntime& lag);

}  // namespace lagoon::dpdk
