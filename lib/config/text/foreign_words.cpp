#include "config/text/foreign_words.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "config/text/suggest.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::config {
namespace {

struct Foreign {
  std::string_view word;  // with '-' for '_'
  std::string_view ours;  // "lacp.rate": a key of the map under a key
};

constexpr std::size_t kWordMax = 32;

// The kernel's bonding parameters and sysfs files, iproute2's words for them, and ifconfig's for lagg.
constexpr auto kForeign = std::to_array<Foreign>({
    {"slave", "members"},
    {"slaves", "members"},
    {"bond-slaves", "members"},
    {"laggport", "members"},
    {"bond-mode", "mode"},
    {"laggproto", "mode"},
    {"xmit-hash-policy", "hash"},
    {"lagghash", "hash"},
    {"packets-per-slave", "packets-per-member"},
    {"rr-limit", "packets-per-member"},
    {"all-slaves-active", "all-members-active"},
    {"active-slave", "primary"},
    {"primary-slave", "primary"},
    {"arp-ip-targets", "arp-ip-target"},
    {"num-peer-notif", "num-grat-arp"},
    {"missed-max", "arp-missed-max"},
    {"tlb-dynamic", "tlb-dynamic-lb"},
    {"use-carrier", "miimon"},
    {"link-monitoring", "miimon"},
    {"hwaddr", "mac"},
    {"ether", "mac"},
    {"lladdr", "mac"},
    {"flapping", "flap-damping"},
    {"lacp-rate", "lacp.rate"},
    {"lacp-fast-timeout", "lacp.rate"},
    {"lacp-active", "lacp.activity"},
    {"ad-select", "lacp.select"},
    {"ad-actor-sys-prio", "lacp.system-priority"},
    {"ad-actor-system", "lacp.system-id"},
    {"ad-user-port-key", "lacp.key"},
    {"prio", "priority"},
    {"actor-port-prio", "lacp.port-priority"},
    {"coupled-control", "lacp.mux"},
    {"use-flowid", "nic-hash"},
    {"net.link.lagg.failover-rx-all", "all-members-active"},
});

std::optional<std::string_view> key_of(const Section& section, std::string_view word) {
  const auto found = std::ranges::find(section.keys, word);
  return found == section.keys.end() ? std::nullopt : std::optional{*found};
}

}  // namespace

std::optional<Meant> meant_key(std::string_view word, const Section& section) {
  if (word.size() > kWordMax) return std::nullopt;
  std::string dashed{word};
  std::ranges::replace(dashed, '_', '-');
  if (const auto same = key_of(section, dashed)) return Meant{*same, {}};

  const auto foreign = std::ranges::find(kForeign, dashed, &Foreign::word);
  if (foreign != kForeign.end()) {
    const std::size_t dot = foreign->ours.find('.');
    const auto key = key_of(section, foreign->ours.substr(0, dot));
    if (key && dot == std::string_view::npos) return Meant{*key, {}};
    if (const Section* map = key ? inner_section(section, *key) : nullptr)
      if (const auto inner = key_of(*map, foreign->ours.substr(dot + 1))) return Meant{*key, *inner};
  }
  if (const auto near = nearest(word, section.keys)) return Meant{*near, {}};
  return std::nullopt;
}

std::optional<std::string_view> key_for(std::string_view word) {
  if (word.size() > kWordMax) return std::nullopt;
  std::string dashed{word};
  std::ranges::replace(dashed, '_', '-');
  if (const options::LagRow* const row = options::lag_row(dashed)) return row->key;
  const auto foreign = std::ranges::find(kForeign, dashed, &Foreign::word);
  if (foreign == kForeign.end()) return std::nullopt;
  const options::LagRow* const row = options::lag_row(foreign->ours);
  return row == nullptr ? std::nullopt : std::optional{row->key};
}

}  // namespace lagoon::config
