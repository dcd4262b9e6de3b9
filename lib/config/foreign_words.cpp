#include "config/foreign_words.hpp"

#include <algorithm>
#include <array>

#include "config/suggest.hpp"

namespace lagoon::config {
namespace {

struct Foreign {
  std::string_view word;  // with '-' for '_'
  std::string_view ours;  // "lacp.rate": a key of the map under a key
};

// The kernel's bonding parameters and sysfs files, iproute2's words for them, and ifconfig's for lagg.
constexpr std::array<Foreign, 33> kForeign{{
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
    {"lacp-strict", "lacp.strict"},
    {"ad-select", "lacp.select"},
    {"ad-actor-sys-prio", "lacp.system-priority"},
    {"ad-actor-system", "lacp.system-id"},
    {"ad-user-port-key", "lacp.key"},
    {"prio", "priority"},
    {"actor-port-prio", "lacp.port-priority"},
}};

}  // namespace

std::optional<Meant> meant_key(std::string_view word, const Section& section) {
  if (word.size() > 32) return std::nullopt;
  std::string dashed{word};
  std::ranges::replace(dashed, '_', '-');
  const auto here = [&](std::string_view key) { return std::ranges::find(section.keys, key); };
  if (const auto same = here(dashed); same != section.keys.end()) return Meant{*same, std::string{*same}};

  const auto foreign = std::ranges::find(kForeign, dashed, &Foreign::word);
  if (foreign != kForeign.end()) {
    const std::size_t dot = std::min(foreign->ours.find('.'), foreign->ours.size());
    const auto key = here(foreign->ours.substr(0, dot));
    if (key != section.keys.end() && dot == foreign->ours.size()) return Meant{*key, std::string{*key}};
    const std::string_view nested = foreign->ours.substr(std::min(dot + 1, foreign->ours.size()));
    if (key != section.keys.end() && !nested.empty())
      for (const Section& inner : kSchema)
        if (inner.path == std::string{section.path} + "." + std::string{*key} &&
            std::ranges::find(inner.keys, nested) != inner.keys.end())
          return Meant{*key, std::string{*key} + ": { " + std::string{nested} + ": ... }"};
  }
  if (const auto near = nearest(word, section.keys)) return Meant{*near, std::string{*near}};
  return std::nullopt;
}

}  // namespace lagoon::config
