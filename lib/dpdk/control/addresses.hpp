// Who carries which address: brings the ports of a LAG, and the tap behind it, to the assignment that
// Lag::addresses() has at the moment.
//
// Thread: the control lcore.
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "config/model.hpp"
#include "dpdk/control/lag_runtime.hpp"

namespace lagoon::dpdk {

/// For a member that has not served yet: an error where the LAG's mode, or mac-from, can't do with a port
/// that keeps its address; a sentence for the log where it can; empty where the port takes any.
[[nodiscard]] Result<std::string> check_address(const config::Lag& lag, MemberRuntime& member);

/// Sets what differs. A port that refuses is put into promiscuous mode, logged, and told to the LAG. True
/// when an address was set.
bool apply_addresses(LagRuntime& lag, Instant now);

}  // namespace lagoon::dpdk
