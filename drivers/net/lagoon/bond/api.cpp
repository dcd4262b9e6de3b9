// librte_net_lagoon_bondapi.so: the functions of rte_eth_bond.h and rte_eth_bond_8023ad.h, for ports of
// net_lagoon; for all others, net_bonding's own. Preloaded, it lets a program that was written for
// net_bonding run on ours as it is. Never more than a choice between the two.
#include <dlfcn.h>

#include <cerrno>

#include "interface.hpp"

namespace lagoon::pmd {

namespace {

// Null where the driver is not loaded: then there are no ports of ours.
const BondInterface* ours() {
  static const BondInterface* const found = []() -> const BondInterface* {
    void* const driver = dlopen(LAGOON_PMD_LIBRARY, RTLD_NOW | RTLD_NOLOAD);
    if (driver == nullptr) return nullptr;
    const auto ask = reinterpret_cast<decltype(&lagoon_pmd_bond)>(dlsym(driver, "lagoon_pmd_bond"));
    return ask == nullptr ? nullptr : ask();
  }();
  return found;
}

// The interface if the port is ours.
const BondInterface* ours(std::uint16_t port) {
  const BondInterface* const driver = ours();
  return driver != nullptr && driver->is_ours(port) ? driver : nullptr;
}

// net_bonding's function of that name. It is there in programs that link it; the others never got to one.
template <typename Function, typename... Arguments>
int theirs(Function* ours, const char* name, Arguments... arguments) {
  const auto next = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
  return next == nullptr || next == ours ? -ENODEV : next(arguments...);
}

// net_bonding has one number for whatever is wrong: this one in rte_eth_bond.h, and -EINVAL for what is no
// port of its own in rte_eth_bond_8023ad.h. What is wrong stands in the log.
constexpr int kRefused = -1;

int of_bond(int result) {
  return result < 0 ? kRefused : result;
}
int of_lacp(int result) {
  return result == -ENODEV ? -EINVAL : result;
}

}  // namespace

}  // namespace lagoon::pmd

using lagoon::pmd::BondFlag;
using lagoon::pmd::BondMemberInfo;
using lagoon::pmd::kRefused;
using lagoon::pmd::of_bond;
using lagoon::pmd::of_lacp;
using lagoon::pmd::ours;
using lagoon::pmd::theirs;

// The words of the release that it is built for.
#if RTE_VERSION >= RTE_VERSION_NUM(23, 7, 0, 0)
#define LAGOON_MEMBER_FUNCTION(before, after) before##member##after
#else
#define LAGOON_MEMBER_FUNCTION(before, after) before##slave##after
#endif

extern "C" {

int rte_eth_bond_create(const char* name, std::uint8_t mode, std::uint8_t socket) {
  const auto* const driver = ours();
  return driver != nullptr ? driver->create(name, mode, socket)
                           : theirs(rte_eth_bond_create, __func__, name, mode, socket);
}

int rte_eth_bond_free(const char* name) {
  const auto* const driver = ours();
  const int done = driver != nullptr ? driver->destroy(name) : -ENODEV;
  return done != -ENODEV ? done : theirs(rte_eth_bond_free, __func__, name);
}

int LAGOON_MEMBER_FUNCTION(rte_eth_bond_, _add)(std::uint16_t port, std::uint16_t member) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr
                     ? driver->add(port, member)
                     : theirs(LAGOON_MEMBER_FUNCTION(rte_eth_bond_, _add), __func__, port, member));
}

int LAGOON_MEMBER_FUNCTION(rte_eth_bond_, _remove)(std::uint16_t port, std::uint16_t member) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr
                     ? driver->remove(port, member)
                     : theirs(LAGOON_MEMBER_FUNCTION(rte_eth_bond_, _remove), __func__, port, member));
}

int rte_eth_bond_mode_set(std::uint16_t port, std::uint8_t mode) {
  const auto* const driver = ours(port);
  const int done =
      driver != nullptr ? driver->set_mode(port, mode) : theirs(rte_eth_bond_mode_set, __func__, port, mode);
  // (net_bonding changes it under a program's hands, and has no number for it)
  return done == -EBUSY ? done : of_bond(done);
}

int rte_eth_bond_mode_get(std::uint16_t port) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->mode(port) : theirs(rte_eth_bond_mode_get, __func__, port));
}

int rte_eth_bond_primary_set(std::uint16_t port, std::uint16_t member) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->set_primary(port, member)
                                   : theirs(rte_eth_bond_primary_set, __func__, port, member));
}

int rte_eth_bond_primary_get(std::uint16_t port) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->primary(port)
                                   : theirs(rte_eth_bond_primary_get, __func__, port));
}

int LAGOON_MEMBER_FUNCTION(rte_eth_bond_, s_get)(std::uint16_t port, std::uint16_t members[],
                                                 std::uint16_t room) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr
                     ? driver->members(port, members, room, false)
                     : theirs(LAGOON_MEMBER_FUNCTION(rte_eth_bond_, s_get), __func__, port, members, room));
}

int LAGOON_MEMBER_FUNCTION(rte_eth_bond_active_, s_get)(std::uint16_t port, std::uint16_t members[],
                                                        std::uint16_t room) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->members(port, members, room, true)
                                   : theirs(LAGOON_MEMBER_FUNCTION(rte_eth_bond_active_, s_get), __func__,
                                            port, members, room));
}

int rte_eth_bond_mac_address_set(std::uint16_t port, rte_ether_addr* address) {
  const auto* const driver = ours(port);
  if (driver != nullptr && address == nullptr) return kRefused;
  return of_bond(driver != nullptr ? driver->set_address(port, address)
                                   : theirs(rte_eth_bond_mac_address_set, __func__, port, address));
}

int rte_eth_bond_mac_address_reset(std::uint16_t port) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->set_address(port, nullptr)
                                   : theirs(rte_eth_bond_mac_address_reset, __func__, port));
}

int rte_eth_bond_xmit_policy_set(std::uint16_t port, std::uint8_t policy) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->set_policy(port, policy)
                                   : theirs(rte_eth_bond_xmit_policy_set, __func__, port, policy));
}

int rte_eth_bond_xmit_policy_get(std::uint16_t port) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->policy(port)
                                   : theirs(rte_eth_bond_xmit_policy_get, __func__, port));
}

int rte_eth_bond_link_monitoring_set(std::uint16_t port, std::uint32_t ms) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->set_time(port, "miimon", ms)
                                   : theirs(rte_eth_bond_link_monitoring_set, __func__, port, ms));
}

int rte_eth_bond_link_monitoring_get(std::uint16_t port) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->time(port, "miimon")
                                   : theirs(rte_eth_bond_link_monitoring_get, __func__, port));
}

int rte_eth_bond_link_down_prop_delay_set(std::uint16_t port, std::uint32_t ms) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->set_time(port, "downdelay", ms)
                                   : theirs(rte_eth_bond_link_down_prop_delay_set, __func__, port, ms));
}

int rte_eth_bond_link_down_prop_delay_get(std::uint16_t port) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->time(port, "downdelay")
                                   : theirs(rte_eth_bond_link_down_prop_delay_get, __func__, port));
}

int rte_eth_bond_link_up_prop_delay_set(std::uint16_t port, std::uint32_t ms) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->set_time(port, "updelay", ms)
                                   : theirs(rte_eth_bond_link_up_prop_delay_set, __func__, port, ms));
}

int rte_eth_bond_link_up_prop_delay_get(std::uint16_t port) {
  const auto* const driver = ours(port);
  return of_bond(driver != nullptr ? driver->time(port, "updelay")
                                   : theirs(rte_eth_bond_link_up_prop_delay_get, __func__, port));
}

int rte_eth_bond_8023ad_conf_get(std::uint16_t port, rte_eth_bond_8023ad_conf* conf) {
  const auto* const driver = ours(port);
  return of_lacp(driver != nullptr ? driver->conf(port, conf)
                                   : theirs(rte_eth_bond_8023ad_conf_get, __func__, port, conf));
}

int rte_eth_bond_8023ad_setup(std::uint16_t port, rte_eth_bond_8023ad_conf* conf) {
  const auto* const driver = ours(port);
  return of_lacp(driver != nullptr ? driver->set_conf(port, conf)
                                   : theirs(rte_eth_bond_8023ad_setup, __func__, port, conf));
}

int LAGOON_MEMBER_FUNCTION(rte_eth_bond_8023ad_, _info)(std::uint16_t port, std::uint16_t member,
                                                        BondMemberInfo* info) {
  const auto* const driver = ours(port);
  return of_lacp(driver != nullptr ? driver->member_info(port, member, info)
                                   : theirs(LAGOON_MEMBER_FUNCTION(rte_eth_bond_8023ad_, _info), __func__,
                                            port, member, info));
}

int rte_eth_bond_8023ad_ext_collect_get(std::uint16_t port, std::uint16_t member) {
  const auto* const driver = ours(port);
  return of_lacp(driver != nullptr ? driver->flag(port, member, BondFlag::collecting)
                                   : theirs(rte_eth_bond_8023ad_ext_collect_get, __func__, port, member));
}

int rte_eth_bond_8023ad_ext_distrib_get(std::uint16_t port, std::uint16_t member) {
  const auto* const driver = ours(port);
  return of_lacp(driver != nullptr ? driver->flag(port, member, BondFlag::distributing)
                                   : theirs(rte_eth_bond_8023ad_ext_distrib_get, __func__, port, member));
}

// Machines of the program's own, which setup() has refused: as net_bonding answers where there are none.
int rte_eth_bond_8023ad_ext_collect(std::uint16_t port, std::uint16_t member, int enabled) {
  return of_lacp(ours(port) != nullptr
                     ? -EINVAL
                     : theirs(rte_eth_bond_8023ad_ext_collect, __func__, port, member, enabled));
}

int rte_eth_bond_8023ad_ext_distrib(std::uint16_t port, std::uint16_t member, int enabled) {
  return of_lacp(ours(port) != nullptr
                     ? -EINVAL
                     : theirs(rte_eth_bond_8023ad_ext_distrib, __func__, port, member, enabled));
}

int rte_eth_bond_8023ad_ext_slowtx(std::uint16_t port, std::uint16_t member, rte_mbuf* frame) {
  return of_lacp(ours(port) != nullptr
                     ? -EINVAL
                     : theirs(rte_eth_bond_8023ad_ext_slowtx, __func__, port, member, frame));
}

// Queues of its own for LACP are used wherever a member has them, without being asked.
int rte_eth_bond_8023ad_dedicated_queues_enable(std::uint16_t port) {
  const auto* const driver = ours(port);
  return of_lacp(driver != nullptr ? driver->dedicate(port)
                                   : theirs(rte_eth_bond_8023ad_dedicated_queues_enable, __func__, port));
}

int rte_eth_bond_8023ad_dedicated_queues_disable(std::uint16_t port) {
  const auto* const driver = ours(port);
  return of_lacp(driver != nullptr ? driver->dedicate(port)
                                   : theirs(rte_eth_bond_8023ad_dedicated_queues_disable, __func__, port));
}

int rte_eth_bond_8023ad_agg_selection_get(std::uint16_t port) {
  const auto* const driver = ours(port);
  return of_lacp(driver != nullptr ? driver->selection(port)
                                   : theirs(rte_eth_bond_8023ad_agg_selection_get, __func__, port));
}

int rte_eth_bond_8023ad_agg_selection_set(std::uint16_t port, rte_bond_8023ad_agg_selection selection) {
  const auto* const driver = ours(port);
  return of_lacp(driver != nullptr
                     ? driver->set_selection(port, selection)
                     : theirs(rte_eth_bond_8023ad_agg_selection_set, __func__, port, selection));
}

}  // extern "C"
