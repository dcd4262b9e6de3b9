// Addresses of the LAG, and what every member's port gets.
#include "config/read/read_lag.hpp"
#include "config/values/lag_value.hpp"

namespace lagoon::config {
namespace {

constexpr std::uint64_t kMtuMin = 68;    // RFC 791
constexpr std::uint64_t kMtuMax = 9978;  // the largest among DPDK's NICs
constexpr std::size_t kAddressesMax = 128;
constexpr std::size_t kGroupsMax = 1024;
constexpr std::size_t kVlansMax = 4094;
constexpr std::size_t kPriorities = 8;

constexpr OneOf<control::Pause, 4> kPause{
    control::kPauseNames,
    {control::Pause::off, control::Pause::receive, control::Pause::transmit, control::Pause::full}};

void read_vlans(MapReader& map, std::vector<std::uint16_t>& vlans) {
  const auto place = map.find("vlans");
  if (!place) return;
  std::vector<std::uint16_t> all;
  for (const Place& item : map.items(*place, kVlansMax, "VLANs: [1, 10-20]")) {
    VlanRange range;
    if (!map.parse(item, range, Vlans{})) continue;
    for (unsigned vlan = range.first; vlan <= range.last; ++vlan)
      all.push_back(static_cast<std::uint16_t>(vlan));
    if (all.size() > 4 * kVlansMax) break;  // ranges that overlap must not add up to much
  }
  if (map.broken("vlans")) return;
  std::ranges::sort(all);
  const auto repeated = std::ranges::adjacent_find(all);
  if (repeated != all.end()) {
    map.report(place->node.at, "vlans has VLAN " + std::to_string(*repeated) + " twice; keep one");
    map.mark_broken(place->path);
    return;
  }
  vlans = std::move(all);
}

}  // namespace

void read_addresses(MapReader& map, Lag& lag) {
  map.read("mac", lag.mac, WordOr{"auto", Mac{}});
  if (std::optional<std::string> name;
      map.read("mac-from", name, WordOr{"none", Text{"the name of a member"}}))
    lag.mac_from = std::move(name).value_or(std::string{});
  map.read("mtu", lag.port.mtu, WordOr{"auto", WholeNumber{kMtuMin, kMtuMax}});
  read_list(map, "addresses", {kAddressesMax, "MAC addresses: [02:00:00:00:00:01]"}, StationMac{},
            lag.port.addresses);
  read_list(map, "multicast", {kGroupsMax, "groups' MAC addresses: [01:00:5e:00:00:05]"}, GroupMac{},
            lag.port.multicast);
  read_vlans(map, lag.port.vlans);
  map.read("promiscuous", lag.port.promiscuous, Boolean{});
  map.read("all-multicast", lag.port.all_multicast, Boolean{});
  map.read("pause", lag.port.pause, WordOr{"auto", kPause});
  read_list(map, "pfc", {kPriorities, "priorities of VLAN tags: [3, 4]"}, WholeNumber{0, kPriorities - 1},
            lag.port.pfc);
}

}  // namespace lagoon::config
