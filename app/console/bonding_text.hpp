// What testpmd 22.11 prints of a bonding device, with its labels and indentation, of a LAG.
#pragma once

#include <span>
#include <string>

#include "control/status.hpp"
#include "dpdk/ethdev_status.hpp"

namespace lagoon::console {

/// "show bonding config". `members` are the LAG's ports; only their ids are told, as testpmd does.
[[nodiscard]] std::string bonding_config_text(const control::LagStatus& lag,
                                              std::span<const dpdk::EthdevStatus> members);
/// "show bonding lacp info", of a LAG that speaks LACP. Times that net_bonding alone has are left out.
[[nodiscard]] std::string bonding_lacp_text(const control::LagStatus& lag,
                                            std::span<const dpdk::EthdevStatus> members);

}  // namespace lagoon::console
