#include "dpdk/control/addresses.hpp"

#include <utility>

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

struct Wish {
  std::optional<MacAddress> address{};
  control::PortOptions options{};
  bool options_changed = false;
};

// The errand's part.
void carry_out(MemberRuntime& member, const Wish& wish) {
  PortSetting& setting = member.setting;
  bool apply = wish.options_changed;
  setting.refusal.clear();
  if (wish.address) {
    const auto set = member.port.set_address(*wish.address);
    setting.address_refused = !set.has_value();
    if (!set) setting.refusal = set.error().detail;
    apply = apply || !set;
  }
  if (apply) setting.lacks = give_port_options(member, wish.options);
}

void take_outcome(LagRuntime& lag, MemberIndex index, MemberRuntime& member, Instant now) {
  PortSetting& setting = member.setting;
  setting.stands = setting.given;
  if (setting.refusal.empty()) return;
  if (!member.keeps_address)
    log_line(LogLevel::warning,
             "member '" + member.name + "': " + setting.refusal + "; it receives in promiscuous mode");
  lag.lag->address_refused(index, now);
}

bool set_member(LagRuntime& lag, MemberIndex index, MemberRuntime& member, Errands& errands, Instant now) {
  PortSetting& setting = member.setting;
  bool done = setting.errand.take_done();
  if (done) take_outcome(lag, index, member, now);
  if (!member.served || setting.errand.under_way()) return done;
  const MacAddress& address = lag.lag->addresses().member[index.value()];
  Wish wish{.options_changed = setting.given.options != lag.port_options_revision};
  if (!address.is_zero() && setting.given.address != address) wish.address = address;
  if (!wish.address && !wish.options_changed) return done;
  wish.options = lag.port_options;
  if (wish.address) setting.given.address = wish.address;
  setting.given.options = lag.port_options_revision;
  errands.give(setting.errand, [&member, wish = std::move(wish)] { carry_out(member, wish); });
  // (before there is a thread for errands it is done by now)
  if (!setting.errand.take_done()) return done;
  take_outcome(lag, index, member, now);
  return true;
}

// The kernel's own access to a LAG speaks with the LAG's address.
void carry_out_for_host(LagRuntime& lag, const Wish& wish, std::optional<HostAccess::Task> task) {
  lag.host_setting.refusal.clear();
  const auto refused = [&](const Error& error) {
    lag.host_setting.refusal = error.detail;
    log_line(LogLevel::warning, error.detail);
  };
  if (wish.address)
    if (const auto set = lag.host_port->set_address(*wish.address); !set) refused(set.error());
  if (wish.options_changed)
    if (const auto set = lag.host_port->set_mtu(wish.options.mtu); !set)
      refused({set.error().code, lag.host_port->device().name + ": " + set.error().detail});
  if (task) lag.host->carry_out(*task);
}

bool take_host_outcome(LagRuntime& lag, Instant now) {
  if (!lag.host_setting.errand.take_done()) return false;
  lag.host_setting.stands = lag.host_setting.given;
  if (lag.host != nullptr && lag.host->take()) lag.lag->hosts_changed(lag.host->addresses(), now);
  return true;
}

bool set_host(LagRuntime& lag, Errands& errands, Instant now) {
  if (lag.host_port == nullptr) return false;
  PortSetting& setting = lag.host_setting;
  const bool done = take_host_outcome(lag, now);
  if (setting.errand.under_way()) return done;
  const MacAddress& address = lag.lag->addresses().lag;
  Wish wish{.options_changed = setting.given.options != lag.port_options_revision};
  if (!address.is_zero() && setting.given.address != address) wish.address = address;
  std::optional<HostAccess::Task> task;
  if (lag.host != nullptr) task = lag.host->next(lag.lag->up());
  if (!wish.address && !wish.options_changed && !task) return done;
  wish.options = lag.port_options;
  if (wish.address) setting.given.address = wish.address;
  setting.given.options = lag.port_options_revision;
  errands.give(setting.errand, [&lag, wish = std::move(wish), task] { carry_out_for_host(lag, wish, task); });
  return take_host_outcome(lag, now) || done;
}

}  // namespace

Result<std::vector<std::string>> give_port_options(MemberRuntime& member,
                                                   const control::PortOptions& options) {
  LAGOON_TRY(member.port.set_mtu(options.mtu));
  return member.upkeep.apply(options, member.setting.address_refused);
}

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

bool set_ports(LagRuntime& lag, Errands& errands, Instant now) {
  bool done = false;
  for_each_member(lag, [&](MemberIndex index, MemberRuntime& member) {
    done = set_member(lag, index, member, errands, now) || done;
  });
  return set_host(lag, errands, now) || done;
}

bool ports_stand(const LagRuntime& lag) {
  bool all = lag.host_setting.given.address == lag.host_setting.stands.address;
  for_each_member(lag, [&](MemberIndex index, const MemberRuntime& member) {
    const MacAddress& wanted = lag.lag->addresses().member[index.value()];
    all = all && (!member.served || wanted.is_zero() || member.setting.stands.address == wanted);
  });
  return all;
}

}  // namespace lagoon::dpdk
