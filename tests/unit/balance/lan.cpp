#include "lan.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace lagoon::test {

void Neighbours::saw(const wire::ArpFrame& arp, Ipv4Address own, Instant now) {
  if (arp.sender_ip.is_zero() || arp.sender_ip == own) return;
  const auto at = known_.find(arp.sender_ip);
  if (arp.operation == wire::ArpOperation::request && arp.target_ip == own)
    known_[arp.sender_ip] = {arp.sender_mac, now};
  else if (at != known_.end() && (now - at->second.updated > 1s || arp.is_gratuitous()))
    at->second = {arp.sender_mac, now};
  else if (at == known_.end() && arp.operation == wire::ArpOperation::reply && arp.target_ip == own)
    known_[arp.sender_ip] = {arp.sender_mac, now};  // (it has asked)
}

std::optional<MacAddress> Neighbours::find(Ipv4Address address) const {
  const auto at = known_.find(address);
  return at == known_.end() ? std::nullopt : std::optional{at->second.mac};
}

Lan::Lan(std::size_t members, std::size_t stations) : balancer{now}, member_count_{members} {
  members_.lag = mac_of(1, 0);
  members_.active = MemberIndex{0};
  for (std::size_t m = 0; m < members; ++m) {
    members_.address[m] = mac_of(1, static_cast<std::uint16_t>(m));
    members_.capacity[m] = 10;
    members_.usable |= std::uint32_t{1} << m;
  }
  for (std::size_t i = 0; i < stations; ++i)
    stations_.push_back(
        {.ip = ip_of(0, static_cast<std::uint8_t>(i + 10)), .mac = mac_of(2, static_cast<std::uint16_t>(i))});
  add_host(ip_of(0, 1), std::nullopt);
  changed();
}

Station& Lan::add_host(Ipv4Address ip, std::optional<std::uint16_t> vlan_tci) {
  hosts_.push_back({.ip = ip, .mac = members_.lag, .vlan_tci = vlan_tci});
  return hosts_.back();
}

void Lan::host_asks(std::size_t host, Ipv4Address target) {
  const Station& from = hosts_.at(host);
  balancer.frame_to_send(wire::emit_arp({.destination = kAllStations,
                                         .source = from.mac,
                                         .vlan_tci = from.vlan_tci,
                                         .sender_mac = from.mac,
                                         .sender_ip = from.ip,
                                         .target_ip = target}),
                         now);
  drain();
}

void Lan::host_announces(std::size_t host) {
  const Station& from = hosts_.at(host);
  balancer.frame_to_send(wire::emit_arp(wire::arp_announcement(from.mac, from.ip, from.vlan_tci)), now);
  drain();
}

void Lan::station_asks(std::size_t station, Ipv4Address target) {
  const Station& from = stations_.at(station);
  enter(member_count_ + station, wire::emit_arp({.destination = kAllStations,
                                                 .source = from.mac,
                                                 .vlan_tci = from.vlan_tci,
                                                 .sender_mac = from.mac,
                                                 .sender_ip = from.ip,
                                                 .target_ip = target}));
  drain();
}

void Lan::set_usable(std::size_t member, bool usable) {
  const std::uint32_t bit = std::uint32_t{1} << member;
  members_.usable = usable ? members_.usable | bit : members_.usable & ~bit;
  const bool active_works = members_.active && (members_.usable >> members_.active->value() & 1U) != 0;
  if (!active_works && members_.usable != 0) {
    // The new active member takes the LAG's address over, and gives its own for it.
    const auto next = static_cast<std::uint8_t>(std::countr_zero(members_.usable));
    std::swap(members_.address[next], members_.address[members_.active->value()]);
    members_.active = MemberIndex{next};
  }
  changed();
}

void Lan::set_capacity(std::size_t member, std::uint32_t capacity) {
  members_.capacity[member] = capacity;
  changed();
}

// The bridge learns by learning frames where the addresses are now.
void Lan::changed() {
  std::erase_if(learned_, [this](const auto& entry) { return entry.second < member_count_; });
  for (std::size_t m = 0; m < member_count_; ++m)
    if ((members_.usable >> m & 1U) != 0) learned_[members_.address[m]] = m;
  balancer.members_changed(members_, now);
  drain();
}

void Lan::run(Duration time) {
  const Instant end = now + time;
  while (balancer.deadline() && *balancer.deadline() <= end) {
    now = std::max(now, *balancer.deadline());
    balancer.expire(now);
    drain();
  }
  now = end;
}

void Lan::drain() {
  while (true) {
    if (!in_flight_.empty()) {
      deliver();
    } else if (const auto out = balancer.transmit(now)) {
      sent.push_back(*out);
      enter(out->member.value(), out->frame);
    } else {
      return;
    }
  }
}

void Lan::enter(std::size_t port, const wire::ControlFrame& frame) {
  if (port < member_count_ && (members_.usable >> port & 1U) == 0) return;
  in_flight_.push_back({port, frame});
}

void Lan::deliver() {
  const InFlight one = in_flight_.front();
  in_flight_.pop_front();
  const wire::ArpFrame arp = wire::parse_arp(one.frame).value();
  learned_[arp.source] = one.port;
  const auto known = learned_.find(arp.destination);
  for (std::size_t port = 0; port < member_count_ + stations_.size(); ++port)
    if (port != one.port && (known == learned_.end() || known->second == port)) arrive(port, one.frame);
}

void Lan::arrive(std::size_t port, const wire::ControlFrame& frame) {
  const wire::ArpFrame arp = wire::parse_arp(frame).value();
  if (port >= member_count_)
    arrive_at_station(stations_.at(port - member_count_), frame, arp);
  else if ((members_.usable >> port & 1U) != 0)
    arrive_at_member(port, frame, arp);
}

void Lan::arrive_at_member(std::size_t member, const wire::ControlFrame& frame, const wire::ArpFrame& arp) {
  const bool active = members_.active == MemberIndex{static_cast<std::uint8_t>(member)};
  if (arp.destination.is_group() ? !active : arp.destination != members_.address[member]) return;
  balancer.frame_received(MemberIndex{static_cast<std::uint8_t>(member)}, frame, now);
  for (Station& host : hosts_)
    if (const auto reply = answer(host, arp)) balancer.frame_to_send(wire::emit_arp(*reply), now);
}

void Lan::arrive_at_station(Station& station, const wire::ControlFrame&, const wire::ArpFrame& arp) {
  if (!arp.destination.is_group() && arp.destination != station.mac) return;
  if (arp.vlan_tci == station.vlan_tci && !arp.destination.is_group()) station.told.push_back(arp);
  const auto port =
      static_cast<std::size_t>(std::ranges::find(stations_, station.mac, &Station::mac) - stations_.begin());
  if (const auto reply = answer(station, arp)) enter(member_count_ + port, wire::emit_arp(*reply));
}

std::optional<wire::ArpFrame> Lan::answer(Station& to, const wire::ArpFrame& arp) {
  if (arp.vlan_tci != to.vlan_tci) return std::nullopt;
  to.neighbours.saw(arp, to.ip, now);
  if (arp.operation != wire::ArpOperation::request || arp.target_ip != to.ip || arp.is_gratuitous())
    return std::nullopt;
  return wire::ArpFrame{.destination = arp.sender_mac,
                        .source = to.mac,
                        .vlan_tci = to.vlan_tci,
                        .operation = wire::ArpOperation::reply,
                        .sender_mac = to.mac,
                        .sender_ip = to.ip,
                        .target_mac = arp.sender_mac,
                        .target_ip = arp.sender_ip};
}

std::optional<std::size_t> Lan::way_in(std::size_t station, std::size_t host) const {
  const auto mac = stations_.at(station).neighbours.find(hosts_.at(host).ip);
  if (!mac) return std::nullopt;
  const auto at = std::ranges::find(members_.address, *mac);
  const auto member = static_cast<std::size_t>(at - members_.address.begin());
  const auto learned = learned_.find(*mac);
  if (at == members_.address.end() || (members_.usable >> member & 1U) == 0) return std::nullopt;
  if (learned == learned_.end() || learned->second != member) return std::nullopt;
  return member;
}

std::vector<std::size_t> Lan::believed(std::size_t host) const {
  std::vector<std::size_t> count(member_count_, 0);
  for (std::size_t i = 0; i < stations_.size(); ++i)
    if (const auto member = way_in(i, host)) ++count[*member];
  return count;
}

void Lan::forget_told() {
  for (Station& station : stations_) station.told.clear();
  sent.clear();
}

}  // namespace lagoon::test
