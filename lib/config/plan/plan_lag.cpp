#include "config/plan/plan_lag.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include "config/plan/plan_moves.hpp"
#include "config/values/device_name.hpp"
#include "config/values/option_value.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::config {
namespace {

std::string number_or(const std::optional<std::uint16_t>& number, std::string_view otherwise) {
  return number ? std::to_string(*number) : std::string{otherwise};
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string{count == 1 ? one : many};
}

std::string times(std::size_t count) {
  return count == 1 ? "once" : std::to_string(count) + " times";
}

// ", " between what was said and what follows.
void also(std::string& text, const std::string& more) {
  text += (text.empty() ? "" : ", ") + more;
}

template <typename T>
std::string list_text(const std::vector<T>& items) {
  std::string text;
  for (const T& item : items) also(text, to_string(item));
  return text;
}

// "1, 10-20".
std::string vlans_text(const std::vector<std::uint16_t>& vlans) {
  std::string text;
  for (std::size_t i = 0; i < vlans.size();) {
    std::size_t end = i + 1;
    while (end < vlans.size() && vlans[end] == vlans[end - 1] + 1) ++end;
    also(text, std::to_string(vlans[i]) + (end - i > 1 ? "-" + std::to_string(vlans[end - 1]) : ""));
    i = end;
  }
  return text;
}

std::string mode_text(control::Mode mode) {
  const control::ModeRow& row = control::row_of(mode);
  std::string text{row.name};
  if (row.linux_name != row.name) text += " (" + std::string{row.linux_name} + ")";
  return text;
}

// Options of LACP without words of their own here, where they are not the default.
std::string other_lacp_options(const Lag& lag) {
  static constexpr std::array<std::string_view, 11> kSaid{
      "activity", "rate",   "system-priority", "system-id", "key",           "mux",
      "select",   "strict", "aggregate-wait",  "fallback",  "fallback-delay"};
  std::string text;
  for (const options::LagRow& row : options::lag_rows()) {
    if (row.section() != "lacp" || std::ranges::find(kSaid, row.name()) != kSaid.end()) continue;
    const std::string value = yaml_of(row.kind, row.unset, row.field.get(lag.options));
    if (value != yaml_of(row.kind, row.unset, row.field.get(control::LagOptions{})))
      text += ", " + std::string{row.name()} + " " + value;
  }
  return text;
}

std::string lacp_text(const Lag& lag) {
  const auto& lacp = lag.options.lacp;
  std::string text = lacp.activity == lacp::Activity::active ? "LACP: active" : "LACP: passive";
  text += lacp.rate == lacp::Rate::fast ? ", fast" : ", slow";
  text += ", system-id " + (lacp.system.is_zero() ? "the LAG's MAC" : to_string(lacp.system));
  text += ", system-priority " + std::to_string(lacp.system_priority);
  text += ", key " + number_or(lacp.key, lag.options.unequal_speed ? "by duplex, for all speeds"
                                                                   : "by speed and duplex");
  text += lacp.mux == lacp::MuxControl::independent ? ", mux independent" : ", mux coupled";
  text += ", select " + std::string{lacp::name_of(lacp.select)};
  text += ", aggregate-wait " + text_of(lacp.aggregate_wait);
  text += other_lacp_options(lag);
  const control::LacpExtras& extras = lag.options.lacp_extras;
  if (!extras.strict) text += ", up while a link is up (not strict)";
  if (extras.fallback)
    text += ", one member without LACP after " + text_of(extras.fallback_delay) + " without a Partner";
  return text;
}

std::string formation_text(const control::FormationOptions& auto_options) {
  const std::string partner =
      auto_options.partner.empty() ? "any Partner" : "Partner " + auto_options.partner;
  return "finds its members: " + partner + " that is the same for " + text_of(auto_options.settle) +
         ", kept in silence for " + text_of(auto_options.keep) + ", at most " +
         std::to_string(auto_options.most) + ", LLDP " +
         std::string{control::kLldpVoiceNames[static_cast<std::size_t>(auto_options.lldp)]};
}

std::string hash_text(const Lag& lag) {
  return "hash " + std::string{dist::name_of(lag.options.fast.hash.policy)} + ", seed " +
         (lag.options.random_seed ? "random" : std::to_string(lag.options.fast.hash.seed)) +
         (lag.options.fast.hash.symmetric ? ", symmetric" : "") +
         (lag.options.fast.hash.use_nic_hash ? ", the NIC's hash where it has one" : "");
}

std::string turns_text(std::uint16_t packets) {
  if (packets == 0) return "a random member for each frame";
  return "round robin, " + std::to_string(packets) + (packets == 1 ? " frame" : " frames") +
         " for each member";
}

std::string distribution_text(const Lag& lag) {
  const control::LagOptions& options = lag.options;
  const control::ModeRow& row = control::row_of(options.mode);
  std::string text = "distribution: ";
  switch (row.distribution) {
    case table::Distribution::flow_hash:
    case table::Distribution::weighted:
      if (row.choice == control::Choice::active_backup)
        text += "all on the active member";
      else
        text += weighted_text(options) + hash_text(lag);
      break;
    case table::Distribution::round_robin:
      text += turns_text(options.fast.packets_per_member);
      break;
    case table::Distribution::broadcast:
      text += "every frame on every member";
      break;
    case table::Distribution::adaptive:
      text += options.adaptive.load.dynamic ? "by load, " : "by shares of speed (tlb-dynamic-lb off), ";
      text += hash_text(lag) + ", learning packets each " + text_of(options.adaptive.learning_interval);
      if (options.fast.spread_forwarded) text += ", forwarded frames as well";
      break;
  }
  if (options.fast.eliminate_duplicates) text += ", duplicates that come in are dropped";
  return text;
}

std::string active_text(const Lag& lag) {
  const control::ActiveOptions& active = lag.options.active;
  const failover::AnnounceOptions& announce = lag.options.announce;
  std::string text = "active member: ";
  text += active.primary.empty() ? "by priority, then by order" : "primary " + active.primary;
  text += ", reselect " + std::string{failover::name_of(active.reselect)};
  if (active.fail_over_mac != failover::FailOverMac::none)
    text += ", fail-over-mac " + std::string{failover::name_of(active.fail_over_mac)};
  if (active.all_members_active) text += ", inactive members receive as well";
  text += "; a change is announced " + times(announce.num_grat_arp) + " (ARP), " +
          times(announce.num_unsol_na) + " (ND), " + times(announce.resend_igmp) + " (groups)";
  if (announce.peer_notif_delay != 0s) text += ", " + text_of(announce.peer_notif_delay) + " apart";
  if (!lag.options.announce_addresses.empty())
    text += ", also for " + list_text(lag.options.announce_addresses);
  return text;
}

// What is otherwise than by default; empty when nothing is.
std::string monitor_text(const control::LagOptions& options) {
  const control::LagOptions defaults;
  std::string text;
  if (options.miimon == 0s)
    also(text, "links by interrupt only");
  else if (options.miimon != defaults.miimon)
    also(text, "links polled each " + text_of(options.miimon));
  if (options.debounce.up_delay != 0s) also(text, "updelay " + text_of(options.debounce.up_delay));
  if (options.debounce.down_delay != 0s) also(text, "downdelay " + text_of(options.debounce.down_delay));
  if (const auto& damping = options.damping; damping.enabled)
    also(text, "more than " + std::to_string(damping.flaps) + " flaps in " + text_of(damping.window) +
                   " hold a member down for " + text_of(damping.hold_first) + " to " +
                   text_of(damping.hold_max));
  return text.empty() ? text : "monitor: " + text;
}

std::string targets_text(const monitor::TargetOptions& targets) {
  return "heartbeat: each " + text_of(targets.interval) + " to " + list_text(targets.targets) + ", " +
         std::string{monitor::name_of(targets.needed)} + " must answer, down after " +
         std::to_string(targets.missed_max) + " missed, validate " +
         std::string{monitor::name_of(targets.validate)};
}

std::string links_text(const Lag& lag) {
  return "links: up from " + std::to_string(lag.options.lacp.min_links_up) + ", down below " +
         std::to_string(lag.options.lacp.min_links) + ", at most " +
         std::to_string(std::min<std::size_t>(lag.options.lacp.max_links, lag.listed().size())) + " of " +
         std::to_string(lag.listed().size()) + " in use";
}

std::string addresses_text(const Lag& lag) {
  const auto source = [&] {
    if (lag.options.mac) return to_string(*lag.options.mac);
    if (!lag.options.mac_from.empty()) return "of " + lag.options.mac_from + ", which keeps it";
    if (lag.options.active.fail_over_mac == failover::FailOverMac::active)
      return std::string{"of the active member"};
    return "of " + lag.listed().front().name;
  };
  return "MAC " + source() + ", MTU " + number_or(lag.options.port.mtu, "as the ports have it");
}

std::string ports_text(const control::PortOptions& port) {
  std::string text;
  if (!port.promiscuous) also(text, "not promiscuous");
  if (!port.all_multicast) also(text, "not all groups");
  if (!port.addresses.empty()) also(text, "also for " + list_text(port.addresses));
  if (!port.multicast.empty()) also(text, "groups " + list_text(port.multicast));
  if (!port.vlans.empty()) also(text, "VLANs " + vlans_text(port.vlans));
  return text.empty() ? text : "members receive: " + text;
}

std::string pause_text(const control::PortOptions& port) {
  if (!port.pfc.empty()) {
    std::string priorities;
    for (const std::uint8_t priority : port.pfc) also(priorities, std::to_string(priority));
    return "pause frames: for priorities " + priorities;
  }
  return port.pause ? "pause frames: " + std::string{control::name_of(*port.pause)} : std::string{};
}

std::string traffic_text(const qos::TrafficOptions& traffic) {
  std::string text;
  for (const qos::ClassOptions& one : traffic.classes)
    also(text, one.name + " (priority " + std::to_string(one.priority) + ", weight " +
                   std::to_string(one.weight) + ", " + std::to_string(one.limit) + " frames" +
                   (one.rate ? ", rate limit)" : ")"));
  return text.empty() ? text : "traffic classes: " + text + (traffic.shape ? ", shaped to the speed" : "");
}

std::string member_text(const Lag& lag, std::size_t i) {
  const Member& member = lag.listed()[i];
  const control::ModeRow& row = control::row_of(lag.options.mode);
  std::string text =
      (lag.options.automatic ? "candidate " : "member ") + member.name + ": " + text_of(member.source);
  if (row.choice == control::Choice::lacp)
    text += ", port " + std::to_string(member.port_number.value_or(static_cast<std::uint16_t>(i + 1))) +
            ", priority " + std::to_string(member.port_priority);
  else if (row.has_active && member.priority != 0)
    text += ", priority " + std::to_string(member.priority);
  if (!member.aggregatable) text += ", Individual";
  if (member.speed) text += ", taken for " + std::to_string(to_mbps(*member.speed)) + " Mb/s";
  if (member.weight)
    text += ", weight " + std::to_string(*member.weight) + " of " + speed_text(lag.options.weighted.unit);
  if (member.administration != control::Administration::enabled)
    text += ", " + std::string{control::name_of(member.administration)};
  return text;
}

}  // namespace

std::string text_of(Duration duration) {
  if (duration % 1s == 0s) return std::to_string(duration / 1s) + " s";
  if (duration % 1ms == 0ms) return std::to_string(duration / 1ms) + " ms";
  return std::to_string(duration / 1us) + " us";
}

std::string text_of(const PortSource& source) {
  struct Texts {
    std::string operator()(const DevicePort& port) const { return "device " + port.devargs; }
    std::string operator()(const TapPort& port) const { return "tap interface " + port.interface; }
    std::string operator()(const WirePort& port) const { return "wire " + port.wire; }
  };
  return std::visit(Texts{}, source);
}

Step lag_step(const Lag& lag) {
  const control::ModeRow& row = control::row_of(lag.options.mode);
  Step step{
      "LAG " + lag.name + ": " + mode_text(lag.options.mode) + ", " +
          (lag.options.automatic ? "members among " + counted(lag.from.size(), "candidate", "candidates")
                                 : counted(lag.members.size(), "member", "members")),
      {}};
  const auto say = [&](std::string text) {
    if (!text.empty()) step.details.push_back(std::move(text));
  };
  if (row.choice == control::Choice::lacp) say(lacp_text(lag));
  if (lag.options.automatic) say(formation_text(lag.options.formation));
  say(distribution_text(lag));
  say(moves_text(lag.options));
  say(rebalance_text(lag.options));
  if (row.receive == control::ReceiveBalance::arp) say("receiving: clients are told a member each, by ARP");
  if (row.has_active) say(active_text(lag));
  say(links_text(lag));
  say(monitor_text(lag.options));
  if (lag.options.targets.interval != 0s) say(targets_text(lag.options.targets));
  say(addresses_text(lag));
  say(ports_text(lag.options.port));
  say(pause_text(lag.options.port));
  say(traffic_text(lag.options.traffic));
  for (std::size_t i = 0; i < lag.listed().size(); ++i) say(member_text(lag, i));
  return step;
}

}  // namespace lagoon::config
