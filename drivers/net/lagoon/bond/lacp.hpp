// net_bonding's 802.3ad API over LagPort.
#pragma once

#include "interface.hpp"

namespace lagoon::pmd::bond {

int conf(std::uint16_t port, rte_eth_bond_8023ad_conf* out);
int set_conf(std::uint16_t port, const rte_eth_bond_8023ad_conf* wanted);
int member_info(std::uint16_t port, std::uint16_t member, BondMemberInfo* out);
int flag(std::uint16_t port, std::uint16_t member, BondFlag flag);
int selection(std::uint16_t port);
int set_selection(std::uint16_t port, rte_bond_8023ad_agg_selection wanted);
int dedicate(std::uint16_t port);

}  // namespace lagoon::pmd::bond
