#include "config/values/key_text.hpp"

#include <utility>

#include "config/values/device_name.hpp"
#include "config/values/seeing_value.hpp"

namespace lagoon::config {
namespace {

KeyText of_source(const PortSource& source) {
  struct Visitor {
    KeyText operator()(const DevicePort& port) const { return {"dev", yaml_of(port.devargs)}; }
    KeyText operator()(const TapPort& port) const { return {"tap", yaml_of(port.interface)}; }
    KeyText operator()(const WirePort& port) const { return {"wire", yaml_of(port.wire)}; }
  };
  return std::visit(Visitor{}, source);
}

std::string text_or(std::string_view word, const std::string& text) {
  return text.empty() ? std::string{word} : yaml_of(text);
}

std::string one_of(const std::vector<HostAddress>& all, bool v4) {
  std::vector<HostAddress> family;
  for (const HostAddress& host : all)
    if (std::holds_alternative<Ipv4Address>(host.address) == v4) family.push_back(host);
  return yaml_list(family);
}

std::string damping_text(const failover::DampingOptions& damping) {
  if (!damping.enabled) return "off";
  failover::DampingOptions usual{};
  usual.enabled = true;
  if (damping == usual) return "on";
  return flow_map({{"flaps", yaml_of(damping.flaps)},
                   {"window", yaml_of(damping.window)},
                   {"hold", yaml_of(damping.hold_first)},
                   {"hold-max", yaml_of(damping.hold_max)}});
}

std::string rebalance_text(const control::LagOptions& options) {
  const std::string enabled = yaml_or("auto", options.rebalances);
  const balance::RebalancerOptions& r = options.rebalance;
  if (r == balance::RebalancerOptions{}) return enabled;
  constexpr std::uint32_t kPercent = 100;  // in hundredths
  return flow_map({{"enabled", enabled},
                   {"interval", yaml_of(r.interval)},
                   {"start", yaml_percent(r.start_percent * kPercent)},
                   {"stop", yaml_percent(r.stop_percent * kPercent)},
                   {"gain-min", yaml_percent(r.gain_min_basis_points)},
                   {"moves-max", yaml_of(r.moves_max)},
                   {"cool-down", yaml_of(r.cool_down)},
                   {"hold-off", yaml_of(r.hold_off)},
                   {"pins", yaml_of(r.pins)}});
}

using Keys = std::vector<KeyText>;

void add_lacp(Keys& keys, const Lag& lag) {
  const lacp::AggregatorConfig& lacp = lag.options.lacp;
  const control::LacpExtras& extras = lag.options.lacp_extras;
  const std::optional<MacAddress> system = lacp.system.is_zero() ? std::nullopt : std::optional{lacp.system};
  keys.push_back({"lacp.activity", lacp.activity == lacp::Activity::active ? "active" : "passive"});
  keys.push_back({"lacp.rate", lacp.rate == lacp::Rate::fast ? "fast" : "slow"});
  keys.push_back({"lacp.system-priority", yaml_of(lacp.system_priority)});
  keys.push_back({"lacp.system-id", yaml_or("auto", system)});
  keys.push_back({"lacp.key", yaml_or("auto", lacp.key)});
  keys.push_back({"lacp.mux", lacp.mux == lacp::MuxControl::independent ? "independent" : "coupled"});
  keys.push_back({"lacp.select", std::string{lacp::name_of(lacp.select)}});
  keys.push_back({"lacp.aggregate-wait", yaml_of(lacp.aggregate_wait)});
  keys.push_back({"lacp.partner-settle", yaml_of(lacp.partner_settle)});
  keys.push_back({"lacp.strict", yaml_of(extras.strict)});
  keys.push_back({"lacp.fallback", extras.fallback ? "single" : "off"});
  keys.push_back({"lacp.fallback-delay", yaml_of(extras.fallback_delay)});
}

void add_distribution(Keys& keys, const Lag& lag) {
  const control::LagOptions& options = lag.options;
  keys.push_back({"hash", std::string{dist::name_of(options.fast.hash.policy)}});
  keys.push_back({"hash-seed", lag.random_seed ? "random" : yaml_of(options.fast.hash.seed)});
  keys.push_back({"hash-symmetric", yaml_of(options.fast.hash.symmetric)});
  keys.push_back({"nic-hash", yaml_of(options.fast.hash.use_nic_hash)});
  keys.push_back({"unequal-speed", yaml_of(options.unequal_speed)});
  keys.push_back({"distribute", std::string{control::name_of(options.distribute)}});
  keys.push_back({"by", std::string{table::name_of(options.weighted.by)}});
  keys.push_back({"weight-unit", yaml_of(options.weighted.unit)});
  keys.push_back({"load-window", yaml_of(options.weighted.window)});
  keys.push_back({"conversation-estimate", yaml_or("auto", options.weighted.estimate)});
  keys.push_back({"conversations", yaml_of(options.weighted.conversations)});
  keys.push_back({"conversation-timeout", yaml_of(options.weighted.idle)});
  keys.push_back({"rebalance", rebalance_text(options)});
  keys.push_back({"move", std::string{control::name_of(options.move.by)}});
  keys.push_back({"flowlet-gap", yaml_of(options.move.gap)});
  keys.push_back({"flowlet-patience", yaml_of(options.move.patience)});
  keys.push_back({"move-overflow", std::string{control::name_of(options.move.overflow)}});
  keys.push_back({"move-hold", yaml_of(options.move.planned)});
  keys.push_back({"failover-hold", yaml_of(options.move.failover)});
  keys.push_back({"packets-per-member", yaml_of(options.fast.packets_per_member)});
  keys.push_back({"tlb-dynamic-lb", yaml_of(options.adaptive.load.dynamic)});
  keys.push_back({"lp-interval", yaml_of(options.adaptive.learning_interval)});
  keys.push_back({"spread-forwarded", yaml_of(options.fast.spread_forwarded)});
  keys.push_back({"eliminate-duplicates", yaml_of(options.fast.eliminate_duplicates)});
}

void add_links(Keys& keys, const Lag& lag) {
  const control::LagOptions& options = lag.options;
  const monitor::TargetOptions& targets = options.targets;
  keys.push_back({"min-links", yaml_of(options.lacp.min_links)});
  keys.push_back({"min-links-up", yaml_of(options.lacp.min_links_up)});
  keys.push_back({"max-links", yaml_of(options.lacp.max_links)});
  keys.push_back({"miimon", yaml_of(options.miimon)});
  keys.push_back({"updelay", yaml_of(options.debounce.up_delay)});
  keys.push_back({"downdelay", yaml_of(options.debounce.down_delay)});
  keys.push_back({"flap-damping", damping_text(options.damping)});
  keys.push_back({"arp-interval", yaml_of(targets.interval)});
  keys.push_back({"arp-ip-target", one_of(targets.targets, true)});
  keys.push_back({"ns-ip6-target", one_of(targets.targets, false)});
  keys.push_back({"arp-validate", std::string{monitor::name_of(targets.validate)}});
  keys.push_back({"arp-all-targets", std::string{monitor::name_of(targets.needed)}});
  keys.push_back({"arp-missed-max", yaml_of(targets.missed_max)});
}

void add_active(Keys& keys, const Lag& lag) {
  const control::ActiveOptions& active = lag.options.active;
  const failover::AnnounceOptions& announce = lag.options.announce;
  keys.push_back({"primary", text_or("none", active.primary)});
  keys.push_back({"primary-reselect", std::string{failover::name_of(active.reselect)}});
  keys.push_back({"fail-over-mac", std::string{failover::name_of(active.fail_over_mac)}});
  keys.push_back({"all-members-active", yaml_of(active.all_members_active)});
  keys.push_back({"num-grat-arp", yaml_of(announce.num_grat_arp)});
  keys.push_back({"num-unsol-na", yaml_of(announce.num_unsol_na)});
  keys.push_back({"peer-notif-delay", yaml_of(announce.peer_notif_delay)});
  keys.push_back({"resend-igmp", yaml_of(announce.resend_igmp)});
  keys.push_back({"announce", yaml_list(lag.options.announce_addresses)});
}

void add_addresses(Keys& keys, const Lag& lag) {
  const control::PortOptions& port = lag.port;
  keys.push_back({"mac", yaml_or("auto", lag.mac)});
  keys.push_back({"mac-from", text_or("none", lag.mac_from)});
  keys.push_back({"mtu", yaml_or("auto", port.mtu)});
  keys.push_back({"addresses", yaml_list(port.addresses)});
  keys.push_back({"multicast", yaml_list(port.multicast)});
  keys.push_back({"vlans", yaml_ranges(port.vlans)});
  keys.push_back({"promiscuous", yaml_of(port.promiscuous)});
  keys.push_back({"all-multicast", yaml_of(port.all_multicast)});
  keys.push_back({"pause", port.pause ? std::string{control::name_of(*port.pause)} : "auto"});
  keys.push_back({"pfc", yaml_list(port.pfc)});
}

}  // namespace

std::vector<KeyText> keys_of(const Lag& lag) {
  Keys keys{{"name", yaml_of(lag.name)}, {"mode", std::string{control::name_of(lag.options.mode)}}};
  add_lacp(keys, lag);
  add_distribution(keys, lag);
  add_links(keys, lag);
  add_active(keys, lag);
  add_addresses(keys, lag);
  keys.push_back({"traffic", yaml_of(lag.options.traffic)});
  return keys;
}

std::vector<KeyText> keys_of(const Eal& eal) {
  return {{"lcores", yaml_list(eal.lcores)},
          {"huge", yaml_of(eal.huge)},
          {"prefix", yaml_of(eal.prefix)},
          {"memory", eal.memory_mb == 0 ? "auto" : yaml_of(eal.memory_mb) + "M"},
          {"idle", eal.idle == Idle::busy ? "busy" : "relax"},
          {"args", yaml_list(eal.extra)}};
}

std::vector<KeyText> seeing_keys_of(const Config& config) {
  std::string journal = "off";
  if (std::holds_alternative<SystemLog>(config.journal)) journal = "syslog";
  if (const auto* const file = std::get_if<JournalFile>(&config.journal)) journal = yaml_of(file->path);
  return {{"metrics", config.metrics ? yaml_of(to_string(*config.metrics)) : "off"}, {"journal", journal}};
}

std::vector<KeyText> keys_of(const Member& member) {
  return {{"speed", yaml_or("auto", member.speed)},
          {"weight", yaml_or("auto", member.weight)},
          {"lacp.port-priority", yaml_of(member.port_priority)},
          {"lacp.port-number", yaml_or("auto", member.port_number)},
          {"lacp.aggregatable", yaml_of(member.aggregatable)},
          {"priority", std::to_string(member.priority)},
          {"state", std::string{control::name_of(member.administration)}}};
}

std::string yaml_of(const Port& port) {
  return flow_map({{"name", yaml_of(port.name)}, of_source(port.source)});
}

std::string yaml_of(const Member& member) {
  std::vector<KeyText> all{{"name", yaml_of(member.name)}, of_source(member.source)};
  if (member.name == default_name(member.source)) all.erase(all.begin());
  constexpr std::string_view kLacp = "lacp.";
  const std::vector<KeyText> usual = keys_of(Member{});
  std::vector<KeyText> own = keys_of(member);
  std::vector<KeyText> nested;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i] == usual[i]) continue;
    if (own[i].key.starts_with(kLacp))
      nested.push_back({own[i].key.substr(kLacp.size()), std::move(own[i].value)});
    else
      all.push_back(std::move(own[i]));
  }
  if (!nested.empty()) all.push_back({"lacp", flow_map(nested)});
  return flow_map(all);
}

}  // namespace lagoon::config
