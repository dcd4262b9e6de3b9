#include "monitor/answer.hpp"

#include "wire/arp.hpp"
#include "wire/neighbor.hpp"

namespace lagoon::monitor {

namespace {

// VID 0 is a priority tag: the frame belongs to no VLAN.
std::optional<std::uint16_t> vlan_of(std::optional<std::uint16_t> tci) noexcept {
  const std::uint16_t vid = tci.value_or(0) & 0xfffU;
  if (vid == 0) return std::nullopt;
  return vid;
}

}  // namespace

std::optional<Resolution> read_resolution(std::span<const std::byte> frame) noexcept {
  if (const auto arp = wire::parse_arp(frame))
    return Resolution{HostAddress{arp->sender_ip, vlan_of(arp->vlan_tci)}, arp->destination, arp->target_mac};
  const auto neighbor = wire::parse_neighbor(frame);
  if (!neighbor) return std::nullopt;
  Resolution resolution{std::nullopt, neighbor->destination, neighbor->destination};
  // A solicitation that a target sends us (to verify its cache) may come seconds after the probe that made
  // the entry, so it proves nothing of now.
  if (neighbor->kind == wire::NeighborKind::advertisement)
    resolution.speaker = HostAddress{neighbor->target, vlan_of(neighbor->vlan_tci)};
  return resolution;
}

}  // namespace lagoon::monitor
