// Any octets as ARP, Neighbor and membership frames: not read, or read to a value that survives being
// written again. A learning frame, which is only made, is none of them.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "wire/arp.hpp"
#include "wire/group_membership.hpp"
#include "wire/learning.hpp"
#include "wire/neighbor.hpp"

using namespace lagoon;

namespace {

void check_membership(const wire::MembershipReport& report) {
  for (const wire::GroupReport& group : report.groups) {
    const bool same_family = group.group.index() == report.sender.index();
    LAGOON_CHECK(same_family);
    const auto frame = wire::emit_membership(report.source, report.sender, group.group, report.vlan_tci);
    const auto again = wire::parse_membership(frame);
    LAGOON_CHECK(again && again->groups.size() == 1 && again->groups[0].group == group.group);
    LAGOON_CHECK(again->sender == report.sender && again->vlan_tci == report.vlan_tci);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span frame = std::as_bytes(std::span{data, size});
  const auto arp = wire::parse_arp(frame);
  const auto neighbor = wire::parse_neighbor(frame);
  const auto report = wire::parse_membership(frame);
  LAGOON_CHECK(int{arp.has_value()} + int{neighbor.has_value()} + int{report.has_value()} <= 1);
  if (arp) {
    LAGOON_CHECK(wire::parse_arp(wire::emit_arp(*arp)) == arp);
    const auto learning = wire::learning_frame(arp->source, arp->vlan_tci);
    LAGOON_CHECK(!wire::parse_arp(learning) && !wire::parse_neighbor(learning) &&
                 !wire::parse_membership(learning));
  }
  if (neighbor) LAGOON_CHECK(wire::parse_neighbor(wire::emit_neighbor(*neighbor)) == neighbor);
  if (report) check_membership(*report);
  return 0;
}
