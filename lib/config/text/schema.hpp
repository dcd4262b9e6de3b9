// Schema: every key that a configuration file may have. The reader knows no others, and a test holds
// config/reference.yaml to it.
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
inline constexpr std::array<std::string_view, 12> kFile{
    "eal",         "metrics",     "journal", "shutdown-timeout",
    "stall-after", "stall-fatal", "user",    "keep-capabilities",
    "cluster",     "ports",       "lags",    "forward"};
inline constexpr std::array<std::string_view, 6> kEal{"lcores", "huge", "prefix", "memory", "idle", "args"};
inline constexpr std::array<std::string_view, 5> kPort{"name", "dev", "tap", "wire", "independent"};
inline constexpr std::array<std::string_view, 5> kCluster{"domain", "node", "nodes", "etcd", "peer"};
inline constexpr std::array<std::string_view, 7> kEtcd{"endpoints", "lease",       "user", "password-file",
                                                       "ca",        "certificate", "key"};
inline constexpr std::array<std::string_view, 5> kPeer{"address", "bind", "port", "interval", "key-file"};
inline constexpr std::array<std::string_view, 2> kMembers{"from", "partner"};
inline constexpr std::array<std::string_view, 5> kTraffic{"classes", "default", "match", "shape", "burst"};
inline constexpr std::array<std::string_view, 8> kTrafficClass{"name",         "priority", "weight", "limit",
                                                               "limit-octets", "pcp",      "dscp",   "rate"};
inline constexpr std::array<std::string_view, 8> kTrafficRate{"cir", "cbs",   "ebs",    "pir",
                                                              "pbs", "green", "yellow", "red"};
inline constexpr std::array<std::string_view, 8> kTrafficMatch{"class", "ether-type", "vlan",     "proto",
                                                               "src",   "dst",        "src-port", "dst-port"};
}  // namespace keys

inline constexpr Section kFileSection{"", keys::kFile};
inline constexpr Section kEalSection{"eal", keys::kEal};
inline constexpr Section kPortSection{"ports[]", keys::kPort};
inline constexpr Section kClusterSection{"cluster", keys::kCluster};
inline constexpr Section kEtcdSection{"cluster.etcd", keys::kEtcd};
inline constexpr Section kPeerSection{"cluster.peer", keys::kPeer};
inline constexpr Section kMembersSection{"lags[].members", keys::kMembers};
inline constexpr Section kTrafficSection{"lags[].traffic", keys::kTraffic};
inline constexpr Section kTrafficClassSection{"lags[].traffic.classes[]", keys::kTrafficClass};
inline constexpr Section kTrafficRateSection{"lags[].traffic.classes[].rate", keys::kTrafficRate};
inline constexpr Section kTrafficMatchSection{"lags[].traffic.match[]", keys::kTrafficMatch};

/// All sections. Those of a LAG and of a member are made of the rows of their options.
[[nodiscard]] std::span<const Section> schema();
[[nodiscard]] const Section& lag_section();
[[nodiscard]] const Section& member_section();
/// The section of the map under `key` of a section; nullptr: its value is no map.
[[nodiscard]] const Section* inner_section(const Section& section, std::string_view key);

}  // namespace lagoon::config
