// What testpmd prints of a bonding device, with its labels and indentation, of a LAG.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "control/status/status.hpp"
#include "dpdk/port/ethdev_status.hpp"

namespace lagoon::console {

/// Whose words: 22.11 says slave and bonded, 24.11 member and bonding.
enum class BondingWords : std::uint8_t { dpdk_22_11, dpdk_24_11 };

/// "show bonding config"; in 24.11 with what LACP knows behind it. `members` are the LAG's ports; only their
/// ids are told, as testpmd does.
[[nodiscard]] std::string bonding_config_text(const control::LagStatus& lag,
                                              std::span<const dpdk::EthdevStatus> members,
                                              BondingWords words);
/// "show bonding lacp info", of a LAG that speaks LACP. Times that net_bonding alone has are left out.
[[nodiscard]] std::string bonding_lacp_text(const control::LagStatus& lag,
                                            std::span<const dpdk::EthdevStatus> members, BondingWords words);

}  // namespace lagoon::console
