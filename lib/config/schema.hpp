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
inline constexpr std::array<std::string_view, 4> kFile{"eal", "ports", "lags", "forward"};
inline constexpr std::array<std::string_view, 6> kEal{"lcores", "huge", "prefix", "memory", "idle", "args"};
inline constexpr std::array<std::string_view, 4> kPort{"name", "dev", "tap", "wire"};
inline constexpr std::array<std::string_view, 15> kLag{
    "name",         "mode",      "lacp", "hash", "hash-seed", "hash-symmetric", "nic-hash",     "min-links",
    "min-links-up", "max-links", "mac",  "mtu",  "members",   "move-hold",      "failover-hold"};
inline constexpr std::array<std::string_view, 9> kLagLacp{
    "activity", "rate",   "system-priority", "system-id",     "key",
    "mux",      "select", "aggregate-wait",  "partner-settle"};
inline constexpr std::array<std::string_view, 6> kMember{"name", "dev", "tap", "wire", "speed", "lacp"};
inline constexpr std::array<std::string_view, 3> kMemberLacp{"port-priority", "port-number", "aggregatable"};
}  // namespace keys

inline constexpr Section kFileSection{"", keys::kFile};
inline constexpr Section kEalSection{"eal", keys::kEal};
inline constexpr Section kPortSection{"ports[]", keys::kPort};
inline constexpr Section kLagSection{"lags[]", keys::kLag};
inline constexpr Section kLagLacpSection{"lags[].lacp", keys::kLagLacp};
inline constexpr Section kMemberSection{"lags[].members[]", keys::kMember};
inline constexpr Section kMemberLacpSection{"lags[].members[].lacp", keys::kMemberLacp};

inline constexpr std::array<Section, 7> kSchema{kFileSection,      kEalSection,     kPortSection,
                                                kLagSection,       kLagLacpSection, kMemberSection,
                                                kMemberLacpSection};

}  // namespace lagoon::config
