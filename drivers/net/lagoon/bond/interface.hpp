// What librte_net_lagoon_bondapi.so asks of the driver: net_bonding's API over ports of ours. The two are
// built and installed together, so it may change with any version. Return values are those of rte_eth_bond.h.
#pragma once

#include <cstdint>

#include <rte_eth_bond.h>
#include <rte_eth_bond_8023ad.h>
#include <rte_version.h>

namespace lagoon::pmd {

// (a function has the same name)
#if RTE_VERSION >= RTE_VERSION_NUM(23, 7, 0, 0)
using BondMemberInfo = struct rte_eth_bond_8023ad_member_info;
#else
using BondMemberInfo = struct rte_eth_bond_8023ad_slave_info;
#endif

enum class BondFlag : std::uint8_t { collecting, distributing };

struct BondInterface {
  bool (*is_ours)(std::uint16_t port);
  /// The name as our driver has it: "net_bonding_x" is "net_lagoon_x".
  int (*create)(const char* name, std::uint8_t mode, std::uint8_t socket);
  int (*destroy)(const char* name);  // -ENODEV: none of ours has that name
  int (*add)(std::uint16_t port, std::uint16_t member);
  int (*remove)(std::uint16_t port, std::uint16_t member);
  int (*set_mode)(std::uint16_t port, std::uint8_t mode);
  int (*mode)(std::uint16_t port);
  int (*set_primary)(std::uint16_t port, std::uint16_t member);
  int (*primary)(std::uint16_t port);
  int (*members)(std::uint16_t port, std::uint16_t* members, std::uint16_t room, bool active);
  int (*set_address)(std::uint16_t port, const rte_ether_addr* address);  // null: the primary's
  int (*set_policy)(std::uint16_t port, std::uint8_t policy);
  int (*policy)(std::uint16_t port);
  /// Milliseconds: "miimon", "updelay", "downdelay".
  int (*set_time)(std::uint16_t port, const char* key, std::uint32_t ms);
  int (*time)(std::uint16_t port, const char* key);
  int (*conf)(std::uint16_t port, rte_eth_bond_8023ad_conf* conf);
  int (*set_conf)(std::uint16_t port, const rte_eth_bond_8023ad_conf* conf);  // null: the defaults
  int (*member_info)(std::uint16_t port, std::uint16_t member, BondMemberInfo* info);
  int (*flag)(std::uint16_t port, std::uint16_t member, BondFlag flag);
  int (*selection)(std::uint16_t port);
  int (*set_selection)(std::uint16_t port, rte_bond_8023ad_agg_selection selection);
  /// Whether queues of its own for LACP could be switched now: 0, or -1 while the port is started.
  int (*dedicate)(std::uint16_t port);
};

}  // namespace lagoon::pmd

extern "C" [[gnu::visibility("default")]] const lagoon::pmd::BondInterface* lagoon_pmd_bond() noexcept;
