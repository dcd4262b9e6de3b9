#include "control/views/json_options.hpp"

#include "control/views/words.hpp"

namespace lagoon::control::views {

namespace {

void put_lacp(JsonWriter& out, const lacp::AggregatorConfig& config, const LacpExtras& extras) {
  out.open_object("lacp");
  out.number("system_priority", config.system_priority);
  out.text("system", to_string(config.system));
  out.number("lag_number", config.lag_number);
  if (config.key)
    out.number("key", *config.key);
  else
    out.null("key");
  out.text("activity", config.activity == lacp::Activity::active ? "active" : "passive");
  out.text("rate", config.rate == lacp::Rate::fast ? "fast" : "slow");
  out.text("mux", config.mux == lacp::MuxControl::independent ? "independent" : "coupled");
  out.text("select", lacp::name_of(config.select));
  out.milliseconds("aggregate_wait_ms", config.aggregate_wait);
  out.milliseconds("partner_settle_ms", config.partner_settle);
  out.flag("strict", extras.strict);
  out.flag("fallback", extras.fallback);
  out.milliseconds("fallback_delay_ms", extras.fallback_delay);
  out.close_object();
}

void put_targets(JsonWriter& out, const monitor::TargetOptions& options) {
  out.open_object("target_monitor");
  out.milliseconds("interval_ms", options.interval);
  out.open_array("targets");
  for (const HostAddress& target : options.targets) out.text({}, to_string(target));
  out.close_array();
  out.text("validate", name_of(options.validate));
  out.text("needed", name_of(options.needed));
  out.number("missed_max", options.missed_max);
  out.close_object();
}

void put_monitors(JsonWriter& out, const LagOptions& options) {
  out.milliseconds("miimon_ms", options.miimon);
  out.milliseconds("up_delay_ms", options.debounce.up_delay);
  out.milliseconds("down_delay_ms", options.debounce.down_delay);
  out.open_object("damping");
  out.flag("enabled", options.damping.enabled);
  out.number("flaps", options.damping.flaps);
  out.milliseconds("window_ms", options.damping.window);
  out.milliseconds("hold_first_ms", options.damping.hold_first);
  out.milliseconds("hold_max_ms", options.damping.hold_max);
  out.close_object();
  put_targets(out, options.targets);
}

void put_active(JsonWriter& out, const LagOptions& options) {
  out.text("primary", options.active.primary);
  out.text("primary_reselect", name_of(options.active.reselect));
  out.text("fail_over_mac", name_of(options.active.fail_over_mac));
  out.flag("all_members_active", options.active.all_members_active);
  out.open_object("announce");
  out.number("num_grat_arp", options.announce.num_grat_arp);
  out.number("num_unsol_na", options.announce.num_unsol_na);
  out.milliseconds("peer_notif_delay_ms", options.announce.peer_notif_delay);
  out.number("resend_igmp", options.announce.resend_igmp);
  out.open_array("addresses");
  for (const HostAddress& host : options.announce_addresses) out.text({}, to_string(host));
  out.close_array();
  out.close_object();
}

void put_adaptive(JsonWriter& out, const AdaptiveOptions& options, bool spread_forwarded) {
  out.open_object("adaptive");
  out.flag("dynamic", options.load.dynamic);
  out.milliseconds("interval_ms", options.load.interval);
  out.number("moves_max", options.load.moves_max);
  out.number("gain_min_percent", options.load.gain_min_percent);
  out.milliseconds("learning_interval_ms", options.learning_interval);
  out.flag("spread_forwarded", spread_forwarded);
  out.close_object();
}

void put_weighted(JsonWriter& out, const WeightedOptions& options) {
  out.open_object("weighted");
  out.text("by", name_of(options.by));
  out.number("unit_bps", options.unit.value());
  out.milliseconds("window_ms", options.window);
  if (options.estimate)
    out.number("estimate_bps", options.estimate->value());
  else
    out.null("estimate_bps");
  out.number("conversations", options.conversations);
  out.milliseconds("idle_ms", options.idle);
  out.close_object();
}

void put_move(JsonWriter& out, const MoveOptions& options) {
  out.open_object("move");
  out.text("by", name_of(options.by));
  out.milliseconds("gap_ms", options.gap);
  out.milliseconds("patience_ms", options.patience);
  out.text("overflow", name_of(options.overflow));
  out.close_object();
}

void put_rebalance(JsonWriter& out, const LagOptions& options) {
  const balance::RebalancerOptions& rebalance = options.rebalance;
  out.open_object("rebalance");
  if (options.rebalances)
    out.flag("enabled", *options.rebalances);
  else
    out.null("enabled");
  out.milliseconds("interval_ms", rebalance.interval);
  out.number("start_percent", rebalance.start_percent);
  out.number("stop_percent", rebalance.stop_percent);
  out.number("gain_min_basis_points", rebalance.gain_min_basis_points);
  out.number("moves_max", rebalance.moves_max);
  out.number("cool_down", rebalance.cool_down);
  out.number("hold_off", rebalance.hold_off);
  out.flag("pins", rebalance.pins);
  out.close_object();
}

// What a worker makes of it, class by class, is with its counters.
void put_traffic(JsonWriter& out, const qos::TrafficOptions& options) {
  out.open_object("traffic");
  out.open_array("classes");
  for (const qos::ClassOptions& one : options.classes) {
    out.open_object({});
    out.text("name", one.name);
    out.number("priority", one.priority);
    out.number("weight", one.weight);
    out.number("limit", one.limit);
    out.flag("rate_limited", one.rate.has_value());
    out.close_object();
  }
  out.close_array();
  out.number("matches", options.match.size());
  out.flag("shape", options.shape);
  out.close_object();
}

}  // namespace

void put_options(JsonWriter& out, const LagOptions& options) {
  out.open_object("options");
  out.text("mode", name_of(options.mode));
  out.number("min_links", options.lacp.min_links);
  out.number("min_links_up", options.lacp.min_links_up);
  out.number("max_links", options.lacp.max_links);
  out.open_object("hash");
  out.text("policy", name_of(options.fast.hash.policy));
  out.number("seed", options.fast.hash.seed);
  out.flag("symmetric", options.fast.hash.symmetric);
  out.flag("use_nic_hash", options.fast.hash.use_nic_hash);
  out.close_object();
  out.number("packets_per_member", options.fast.packets_per_member);
  out.milliseconds("hold_planned_ms", options.move.planned);
  out.milliseconds("hold_failover_ms", options.move.failover);
  out.flag("unequal_speed", options.unequal_speed);
  out.text("distribute", name_of(options.distribute));
  put_weighted(out, options.weighted);
  put_move(out, options.move);
  put_rebalance(out, options);
  put_monitors(out, options);
  put_active(out, options);
  put_adaptive(out, options.adaptive, options.fast.spread_forwarded);
  out.flag("eliminate_duplicates", options.fast.eliminate_duplicates);
  put_traffic(out, options.traffic);
  put_lacp(out, options.lacp, options.lacp_extras);
  out.close_object();
}

void put_port_options(JsonWriter& out, const PortOptions& options) {
  out.open_object("port_options");
  if (options.mtu)
    out.number("mtu", *options.mtu);
  else
    out.null("mtu");
  out.open_array("addresses");
  for (const MacAddress& address : options.addresses) out.text({}, to_string(address));
  out.close_array();
  out.open_array("multicast");
  for (const MacAddress& address : options.multicast) out.text({}, to_string(address));
  out.close_array();
  out.open_array("vlans");
  for (const std::uint16_t vlan : options.vlans) out.number({}, vlan);
  out.close_array();
  out.flag("promiscuous", options.promiscuous);
  out.flag("all_multicast", options.all_multicast);
  if (options.pause)
    out.text("pause", name_of(*options.pause));
  else
    out.null("pause");
  out.open_array("pfc");
  for (const std::uint8_t priority : options.pfc) out.number({}, priority);
  out.close_array();
  out.close_object();
}

}  // namespace lagoon::control::views
