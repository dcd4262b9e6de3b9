#include <algorithm>
#include <array>
#include <string>

#include "imports/switches.hpp"
#include "imports/text.hpp"
#include "imports/tree.hpp"
#include "imports/words.hpp"

namespace lagoon::imports {

namespace {

using config::YamlNode;

constexpr auto kRunners = std::to_array<Meaning>({
    {"roundrobin", "balance-rr"},
    {"random", "balance-rr"},
    {"activebackup", "active-backup"},
});
constexpr auto kSelect = std::to_array<Meaning>({
    {"lacp_prio", "port-priority"},
    {"lacp_prio_stable", "stable"},
    {"bandwidth", "bandwidth"},
    {"count", "count"},
});
// (by_active: the team takes the address of the active port; only_active: the active port takes the team's)
constexpr auto kAddresses =
    std::to_array<Meaning>({{"same_all", "none"}, {"by_active", "active"}, {"only_active", "follow"}});
// Parts of a frame that are hashed, by layer.
constexpr auto kFragments = std::to_array<Meaning>({{"eth", "l2"},
                                                    {"vlan", "l2"},
                                                    {"ip", "l3"},
                                                    {"ipv4", "l3"},
                                                    {"ipv6", "l3"},
                                                    {"l3", "l3"},
                                                    {"tcp", "l4"},
                                                    {"udp", "l4"},
                                                    {"sctp", "l4"},
                                                    {"l4", "l4"}});

Said said_at(const Source& source, const YamlNode& key, const YamlNode& value) {
  return said_at(source, key.at.line, key.text + ": " + flat(value));
}

// Its parts of a frame, as lagg's list of layers.
void set_hash(Bond& bond, const YamlNode& fragments, const Said& said) {
  Setting hash{.key = "hash", .is_list = true, .said = said};
  for (const std::string_view layer : {"l2", "l3", "l4"})
    if (std::ranges::any_of(fragments.items,
                            [&](const YamlNode& one) { return meaning_of(kFragments, one.text) == layer; }))
      hash.values.emplace_back(layer);
  for (const YamlNode& one : fragments.items)
    if (meaning_of(kFragments, one.text).empty())
      leave_out(bond, said, "'" + one.text + "' is no part of a frame that is known");
  if (!hash.values.empty()) bond.settings.push_back(std::move(hash));
}

void read_balancer(Bond& bond, const Source& source, const YamlNode& balancer) {
  for_each_pair(balancer, [&](const YamlNode& key, const YamlNode& value) {
    const Said said = said_at(source, key, value);
    if (key.text == "balancing_interval" && is_number(value.text))
      bond.set("rebalance.interval", value.text + "00ms", said);  // it counts tenths of a second
    else if (key.text == "name" && value.text == "basic")
      bond.set_default("rebalance.interval", "5000ms");
    else
      leave_out(bond, said, kNoCounterpart);
  });
}

void read_runner(Bond& bond, const Source& source, const YamlNode& runner) {
  for_each_pair(runner, [&](const YamlNode& key, const YamlNode& value) {
    const Said said = said_at(source, key, value);
    const std::string& word = key.text;
    const auto set = [&](std::string_view ours, std::string_view is) {
      bond.set(std::string{ours}, std::string{is}, said);
    };
    const bool yes = value.text == "true" || value.text == "1";
    if (word == "name") {
      set("mode", meaning_or_same(kRunners, value.text));
      if (value.text == "random") set("packets-per-member", "0");
    } else if (word == "active") {
      set("lacp.activity", yes ? "active" : "passive");
    } else if (word == "fast_rate") {
      set("lacp.rate", yes ? "fast" : "slow");
    } else if (word == "sys_prio") {
      set("lacp.system-priority", value.text);
    } else if (word == "min_ports") {
      set("min-links", value.text);
    } else if (word == "tx_hash") {
      set_hash(bond, value, said);
    } else if (word == "tx_balancer") {
      read_balancer(bond, source, value);
    } else if (word == "agg_select_policy" && value.text == "port_config") {
      leave_out(bond, said, "goes by prio of ports; here 'lacp: { port-priority }' of a member does");
    } else if (word == "agg_select_policy") {
      set("lacp.select", meaning_or_same(kSelect, value.text));
    } else if (word == "hwaddr_policy") {
      set("fail-over-mac", meaning_or_same(kAddresses, value.text));
    } else {
      leave_out(bond, said, kNoCounterpart);
    }
  });
}

// "arp_ping" and "nsna_ping": our ARP and Neighbor monitor.
bool take_ping(Bond& bond, const YamlNode& watch, const YamlNode& key, const YamlNode& value,
               const Said& said) {
  const bool nd = text_at(&watch, "name") == "nsna_ping";
  if (key.text == "interval") {
    say(bond, "arp_interval", value.text, said);
  } else if (key.text == "missed_max") {
    say(bond, "arp_missed_max", value.text, said);
  } else if (key.text == "target_host") {
    const std::string_view vlan = text_at(&watch, "vlanid");
    say(bond, nd ? "ns_ip6_target" : "arp_ip_target",
        value.text + (vlan.empty() ? "" : "@" + std::string{vlan}), said);
  } else if (key.text == "validate_active" && value.text == "true") {
    bond.set("arp-validate", text_at(&watch, "validate_inactive") == "true" ? "all" : "active", said);
  } else if (key.text == "validate_inactive" && value.text == "true") {
    if (text_at(&watch, "validate_active") != "true") bond.set("arp-validate", "backup", said);
  } else {
    return key.text == "vlanid";
  }
  return true;
}

void read_watch(Bond& bond, const Source& source, const YamlNode& watch) {
  if (watch.kind == YamlNode::Kind::list) {
    for (const YamlNode& one : watch.items)
      if (one.kind == YamlNode::Kind::map) read_watch(bond, source, one);
    return;
  }
  const std::string_view kind = text_at(&watch, "name");
  for_each_pair(watch, [&](const YamlNode& key, const YamlNode& value) {
    const Said said = said_at(source, key, value);
    if (key.text == "name" && (kind == "ethtool" || kind == "arp_ping" || kind == "nsna_ping")) return;
    if (kind == "ethtool" && key.text == "delay_up") return say(bond, "updelay", value.text, said);
    if (kind == "ethtool" && key.text == "delay_down") return say(bond, "downdelay", value.text, said);
    if ((kind == "arp_ping" || kind == "nsna_ping") && take_ping(bond, watch, key, value, said)) return;
    leave_out(bond, said, kNoCounterpart);
  });
}

// "notify_peers" and "mcast_rejoin": how often, and in which distance.
void read_repeats(Bond& bond, const Source& source, std::string_view what, const YamlNode& of) {
  const bool peers = what == "notify_peers";
  for_each_pair(of, [&](const YamlNode& key, const YamlNode& value) {
    const Said said = said_at(source, key, value);
    if (key.text == "count")
      say(bond, peers ? "num_grat_arp" : "resend_igmp", value.text, said);
    else if (key.text == "interval" && peers)
      say(bond, "peer_notif_delay", value.text, said);
    else
      leave_out(bond, said, kNoCounterpart);
  });
}

void read_ports(Bond& bond, const Source& source, const YamlNode& ports) {
  for_each_pair(ports, [&](const YamlNode& name, const YamlNode& port) {
    Member* const member = join(bond, name.text, said_at(source, name, port));
    if (member == nullptr) return;
    for_each_pair(port, [&](const YamlNode& key, const YamlNode& value) {
      const Said said = said_at(source, key, value);
      if (key.text == "prio")
        member->settings.push_back({.key = "priority", .values = {value.text}, .said = said});
      else if (key.text == "lacp_prio")
        member->settings.push_back({.key = "lacp.port-priority", .values = {value.text}, .said = said});
      else
        leave_out(bond, said, kNoCounterpart);
    });
  });
}

// (what has no effect in the mode is not written)
void finish_team(Bond& bond) {
  bond.set_default("mode", "balance-rr");
  bond.set_default("lacp.rate", "slow");
  bond.set_default("lacp.system-priority", "65535");
  bond.set_default("hash", "l2+3");
}

}  // namespace

void read_teamd(Bonds& into, const Source& source) {
  const auto document = tree_of(into, source);
  if (!document) return;
  const std::string_view name = text_at(&*document, "device");
  Bond& bond = into.bond(name.empty() ? "team0" : name);
  for_each_pair(*document, [&](const YamlNode& key, const YamlNode& value) {
    const Said said = said_at(source, key, value);
    if (key.text == "device") return;
    if (key.text == "runner") return read_runner(bond, source, value);
    if (key.text == "link_watch") return read_watch(bond, source, value);
    if (key.text == "ports") return read_ports(bond, source, value);
    if (key.text == "hwaddr") return say(bond, "mac", value.text, said);
    if (key.text == "notify_peers" || key.text == "mcast_rejoin")
      return read_repeats(bond, source, key.text, value);
    leave_out(bond, said, kNoCounterpart);
  });
  finish_team(bond);
}

}  // namespace lagoon::imports
