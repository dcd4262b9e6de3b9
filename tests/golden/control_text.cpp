#include "control_text.hpp"

#include "wire/arp.hpp"
#include "wire/group_membership.hpp"
#include "wire/neighbor.hpp"

namespace lagoon::test {

namespace {

std::string vlan_text(std::optional<std::uint16_t> tci) {
  return tci ? " tag " + std::to_string(*tci) : "";
}
std::string ethernet_text(const MacAddress& source, const MacAddress& destination) {
  return to_string(source) + " > " + to_string(destination);
}

std::string describe(const wire::ArpFrame& arp) {
  const bool asks = arp.operation == wire::ArpOperation::request;
  return "ARP " + std::string{asks ? "request " : "reply "} + ethernet_text(arp.source, arp.destination) +
         vlan_text(arp.vlan_tci) + " sender " + to_string(arp.sender_mac) + ' ' + to_string(arp.sender_ip) +
         " target " + to_string(arp.target_mac) + ' ' + to_string(arp.target_ip);
}

std::string describe(const wire::NeighborFrame& neighbor) {
  const bool asks = neighbor.kind == wire::NeighborKind::solicitation;
  return std::string{asks ? "NS " : "NA "} + ethernet_text(neighbor.source, neighbor.destination) +
         vlan_text(neighbor.vlan_tci) + ' ' + to_string(neighbor.sender) + " > " +
         to_string(neighbor.receiver) + " target " + to_string(neighbor.target) +
         (neighbor.solicited ? " solicited" : "") + (neighbor.override_flag ? " override" : "") +
         (neighbor.link_layer ? " at " + to_string(*neighbor.link_layer) : "");
}

std::string describe(const wire::MembershipReport& report) {
  std::string text = "membership of " + to_string(report.source) + ' ' + to_string(report.sender) +
                     vlan_text(report.vlan_tci) + ":";
  for (const wire::GroupReport& group : report.groups)
    text += std::string{group.leaves ? " leaves " : " wants "} + to_string(group.group);
  return text;
}

}  // namespace

std::string control_meaning(std::span<const std::byte> frame) {
  if (const auto arp = wire::parse_arp(frame)) return describe(*arp);
  if (const auto neighbor = wire::parse_neighbor(frame)) return describe(*neighbor);
  if (const auto report = wire::parse_membership(frame)) return describe(*report);
  return "not read";
}

}  // namespace lagoon::test
