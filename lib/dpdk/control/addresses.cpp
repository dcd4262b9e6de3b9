#include "dpdk/control/addresses.hpp"

#include "dpdk/base/log.hpp"
#include "options/mode.hpp"

namespace lagoon::dpdk {

namespace {

// Whether members change addresses while they serve, so that receiving everything is no way out: who speaks
// under an address must also be the one that bridges find under it, and no other.
bool moves_addresses(const control::LagOptions& options) {
  switch (control::row_of(options.mode).addresses) {
    case control::Addresses::same:
      return false;
    case control::Addresses::fail_over_mac:
      return options.active.fail_over_mac == failover::FailOverMac::follow;
    case control::Addresses::own:
      return true;
  }
  return false;
}

void set_address(LagRuntime& lag, MemberIndex index, MemberRuntime& member, const MacAddress& wanted,
                 Instant now) {
  const auto set = member.port.set_address(wanted);
  member.address_refused = !set.has_value();
  if (set) return;
  if (!member.keeps_address)
    log_line(LogLevel::warning,
             "member '" + member.name + "': " + set.error().detail + "; it receives in promiscuous mode");
  lag.lag->address_refused(index, now);
  // (the MTU stands already, so nothing can fail here)
  static_cast<void>(member.upkeep.apply(lag.port_options, member.address_refused));
}

}  // namespace

Result<std::string> check_address(const config::Lag& lag, MemberRuntime& member) {
  member.keeps_address = !member.port.can_change_address();
  if (member.name == lag.options.mac_from || !member.keeps_address) return std::string{};
  std::string words = "member '" + member.name + "': " + member.port.driver() + " can't take another address";
  if (!lag.options.mac_from.empty())
    return fail(Errc::not_supported,
                words + "; only one such port can be in a LAG, with mac-from: " + member.name);
  if (moves_addresses(lag.options))
    return fail(Errc::not_supported,
                words + ", which mode " + std::string{control::name_of(lag.options.mode)} + " needs");
  return words +
         "; it receives in promiscuous mode. The others can take its address: mac-from: " + member.name;
}

bool apply_addresses(LagRuntime& lag, Instant now) {
  const failover::AddressAssignment& assigned = lag.lag->addresses();
  bool changed = false;
  for_each_member(lag, [&](MemberIndex index, MemberRuntime& member) {
    const MacAddress& wanted = assigned.member[index.value()];
    if (member.carries == wanted || !member.served || wanted.is_zero()) return;
    member.carries = wanted;
    set_address(lag, index, member, wanted, now);
    changed = true;
  });
  // The kernel's own access to a LAG speaks with the LAG's address.
  if (lag.host_port != nullptr && lag.host_carries != assigned.lag && !assigned.lag.is_zero()) {
    lag.host_carries = assigned.lag;
    if (const auto set = lag.host_port->set_address(assigned.lag); !set)
      log_line(LogLevel::warning, set.error().detail);
    changed = true;
  }
  return changed;
}

}  // namespace lagoon::dpdk
