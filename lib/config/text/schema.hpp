// Schema: every key that a configuration file may have. The reader knows no others, and a test holds
// config/reference.yaml to this list.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace lagoon::config {

/// The keys of one kind of map. `path` is written as in SourceMap, without the numbers.
struct Section {
  std::string_view path;
  std::span<const std::string_view> keys;
};

namespace keys {
inline constexpr std::array<std::string_view, 6> kFile{"eal",   "metrics", "journal",
                                                       "ports", "lags",    "forward"};
inline constexpr std::array<std::string_view, 6> kEal{"lcores", "huge", "prefix", "memory", "idle", "args"};
inline constexpr std::array<std::string_view, 4> kPort{"name", "dev", "tap", "wire"};
inline constexpr std::array<std::string_view, 63> kLag{"name",
                                                       "mode",
                                                       "lacp",
                                                       "hash",
                                                       "hash-seed",
                                                       "hash-symmetric",
                                                       "nic-hash",
                                                       "unequal-speed",
                                                       "distribute",
                                                       "by",
                                                       "weight-unit",
                                                       "load-window",
                                                       "conversation-estimate",
                                                       "conversations",
                                                       "conversation-timeout",
                                                       "rebalance",
                                                       "move",
                                                       "flowlet-gap",
                                                       "flowlet-patience",
                                                       "move-overflow",
                                                       "move-hold",
                                                       "failover-hold",
                                                       "packets-per-member",
                                                       "tlb-dynamic-lb",
                                                       "lp-interval",
                                                       "spread-forwarded",
                                                       "eliminate-duplicates",
                                                       "min-links",
                                                       "min-links-up",
                                                       "max-links",
                                                       "miimon",
                                                       "updelay",
                                                       "downdelay",
                                                       "flap-damping",
                                                       "arp-interval",
                                                       "arp-ip-target",
                                                       "ns-ip6-target",
                                                       "arp-validate",
                                                       "arp-all-targets",
                                                       "arp-missed-max",
                                                       "lacp-strict",
                                                       "primary",
                                                       "primary-reselect",
                                                       "fail-over-mac",
                                                       "all-members-active",
                                                       "failover-rx-all",
                                                       "num-grat-arp",
                                                       "num-unsol-na",
                                                       "peer-notif-delay",
                                                       "resend-igmp",
                                                       "announce",
                                                       "mac",
                                                       "mac-from",
                                                       "mtu",
                                                       "addresses",
                                                       "multicast",
                                                       "vlans",
                                                       "promiscuous",
                                                       "all-multicast",
                                                       "pause",
                                                       "pfc",
                                                       "traffic",
                                                       "members"};
inline constexpr std::array<std::string_view, 12> kLagLacp{
    "activity", "rate",           "system-priority", "system-id", "key",      "mux",
    "select",   "aggregate-wait", "partner-settle",  "strict",    "fallback", "fallback-delay"};
inline constexpr std::array<std::string_view, 4> kFlapDamping{"flaps", "window", "hold", "hold-max"};
inline constexpr std::array<std::string_view, 9> kRebalance{
    "enabled", "interval", "start", "stop", "gain-min", "moves-max", "cool-down", "hold-off", "pins"};
inline constexpr std::array<std::string_view, 5> kTraffic{"classes", "default", "match", "shape", "burst"};
inline constexpr std::array<std::string_view, 8> kTrafficClass{"name",         "priority", "weight", "limit",
                                                               "limit-octets", "pcp",      "dscp",   "rate"};
inline constexpr std::array<std::string_view, 8> kTrafficRate{"cir", "cbs",   "ebs",    "pir",
                                                              "pbs", "green", "yellow", "red"};
inline constexpr std::array<std::string_view, 8> kTrafficMatch{"class", "ether-type", "vlan",     "proto",
                                                               "src",   "dst",        "src-port", "dst-port"};
inline constexpr std::array<std::string_view, 9> kMember{"name",   "dev",  "tap",      "wire", "speed",
                                                         "weight", "lacp", "priority", "state"};
inline constexpr std::array<std::string_view, 3> kMemberLacp{"port-priority", "port-number", "aggregatable"};
}  // namespace keys

inline constexpr Section kFileSection{"", keys::kFile};
inline constexpr Section kEalSection{"eal", keys::kEal};
inline constexpr Section kPortSection{"ports[]", keys::kPort};
inline constexpr Section kLagSection{"lags[]", keys::kLag};
inline constexpr Section kLagLacpSection{"lags[].lacp", keys::kLagLacp};
inline constexpr Section kFlapDampingSection{"lags[].flap-damping", keys::kFlapDamping};
inline constexpr Section kRebalanceSection{"lags[].rebalance", keys::kRebalance};
inline constexpr Section kTrafficSection{"lags[].traffic", keys::kTraffic};
inline constexpr Section kTrafficClassSection{"lags[].traffic.classes[]", keys::kTrafficClass};
inline constexpr Section kTrafficRateSection{"lags[].traffic.classes[].rate", keys::kTrafficRate};
inline constexpr Section kTrafficMatchSection{"lags[].traffic.match[]", keys::kTrafficMatch};
inline constexpr Section kMemberSection{"lags[].members[]", keys::kMember};
inline constexpr Section kMemberLacpSection{"lags[].members[].lacp", keys::kMemberLacp};

inline constexpr std::array<Section, 13> kSchema{
    kFileSection,         kEalSection,       kPortSection,      kLagSection,          kLagLacpSection,
    kFlapDampingSection,  kRebalanceSection, kTrafficSection,   kTrafficClassSection, kTrafficRateSection,
    kTrafficMatchSection, kMemberSection,    kMemberLacpSection};

}  // namespace lagoon::config
