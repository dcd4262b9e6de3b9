#include "api/c_convert.hpp"

#include "api/c_struct.hpp"

namespace lagoon::api {

namespace {

void copy(const MacAddress& from, std::uint8_t (&to)[6]) noexcept {
  std::ranges::copy(from.octets, to);
}

std::uint64_t nanoseconds(Duration d) noexcept {
  return d < Duration{} ? 0 : static_cast<std::uint64_t>(d.count());
}

using api::copy;

}  // namespace

lagoon_link c_link(const dpdk::LagLink& link) noexcept {
  return {.struct_size = sizeof(lagoon_link), .speed_mbps = to_mbps(link.speed), .up = link.up};
}

lagoon_event c_event(const dpdk::NamedEvent& event) noexcept {
  const control::JournalEntry& entry = event.entry;
  lagoon_event made{};
  made.struct_size = sizeof made;
  made.sequence = entry.sequence;
  made.at_ns = to_ns(entry.at);
  made.of_lag = entry.of_lag;
  copy(event.member, made.member);
  copy(entry.kind, made.kind);
  copy(entry.from, made.from);
  copy(entry.to, made.to);
  copy(entry.why, made.why);
  return made;
}

lagoon_lag_status c_lag_status(const control::LagStatus& status) noexcept {
  lagoon_lag_status made{};
  made.struct_size = sizeof made;
  copy(status.name, made.name);
  copy(status.mode, made.mode);
  made.uptime_ns = nanoseconds(status.uptime);
  made.failovers = status.failovers;
  made.generation = status.generation;
  made.members = static_cast<std::uint32_t>(status.members.size());
  made.distributing_members = status.distributing_members;
  made.mtu = status.mtu;
  copy(status.address, made.address);
  copy(status.system, made.system);
  made.up = status.up;
  return made;
}

lagoon_member_status c_member_status(const control::MemberStatus& member) noexcept {
  lagoon_member_status made{};
  made.struct_size = sizeof made;
  copy(member.name, made.name);
  copy(member.port, made.port);
  copy(control::name_of(member.administration), made.administration);
  copy(lacp::name_of(member.lacp.selected), made.selected);
  copy(lacp::name_of(member.lacp.reason), made.unselected_why);
  copy(lacp::name_of(member.lacp.mux), made.mux);
  made.link_speed_mbps = to_mbps(member.link.speed);
  made.rx_packets = member.traffic.rx_packets;
  made.rx_bytes = member.traffic.rx_bytes;
  made.tx_packets = member.traffic.tx_packets;
  made.tx_bytes = member.traffic.tx_bytes;
  made.rx_ignored = member.traffic.rx_ignored;
  made.lacpdu_rx = member.lacp.counters.lacpdu_rx;
  made.lacpdu_tx = member.lacp.counters.lacpdu_tx;
  made.link_failures = member.link_failures;
  made.buckets = member.buckets;
  made.partner_key = member.lacp.partner.key;
  made.actor_state = member.lacp.actor.state;
  made.partner_state = member.lacp.partner.state;
  copy(member.address, made.address);
  copy(member.lacp.partner.system, made.partner_system);
  made.link_up = member.link.up;
  made.works = member.works;
  made.active = member.active;
  made.collecting = member.collecting;
  made.distributing = member.distributing;
  return made;
}

lagoon_drop c_drop(const control::NamedCount& drop) noexcept {
  lagoon_drop made{};
  made.struct_size = sizeof made;
  copy(drop.name, made.name);
  made.count = drop.count;
  return made;
}

lagoon_way c_way(const dpdk::FlowAnswer& answer) noexcept {
  const control::Explanation& way = answer.way;
  lagoon_way made{};
  made.struct_size = sizeof made;
  copy(way.distribution, made.distribution);
  copy(answer.member, made.member);
  copy(answer.before, made.before);
  copy(way.why, made.why);
  if (answer.since) made.since_ns = nanoseconds(*answer.since);
  made.hash = way.hash;
  made.bucket = static_cast<std::uint32_t>(way.bucket);
  made.entries = static_cast<std::uint32_t>(answer.entries.size());
  made.moving = way.moving;
  made.by_frame = way.by_frame;
  made.nic_hash = answer.nic_hash;
  return made;
}

}  // namespace lagoon::api
