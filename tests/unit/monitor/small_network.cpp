#include "small_network.hpp"

#include <algorithm>
#include <utility>

#include "wire/arp.hpp"
#include "wire/neighbor.hpp"

namespace lagoon::test {

namespace {

constexpr MacAddress target_mac(std::size_t target) noexcept {
  return {{0x02, 0xee, 0, 0, 0, static_cast<std::uint8_t>(target * 2)}};
}

// What a host says that has the address; nothing where it was not asked.
std::optional<wire::ControlFrame> host_answer(const HostAddress& host, const MacAddress& mac,
                                              std::span<const std::byte> question) {
  if (const auto arp = wire::parse_arp(question)) {
    if (IpAddress{arp->target_ip} != host.address || arp->vlan_tci != host.vlan) return std::nullopt;
    return wire::emit_arp({.destination = arp->sender_mac,
                           .source = mac,
                           .vlan_tci = arp->vlan_tci,
                           .operation = wire::ArpOperation::reply,
                           .sender_mac = mac,
                           .sender_ip = arp->target_ip,
                           .target_mac = arp->sender_mac,
                           .target_ip = arp->sender_ip});
  }
  const auto asked = wire::parse_neighbor(question);
  if (!asked || IpAddress{asked->target} != host.address || asked->vlan_tci != host.vlan) return std::nullopt;
  return wire::emit_neighbor({.destination = asked->link_layer.value(),
                              .source = mac,
                              .vlan_tci = asked->vlan_tci,
                              .kind = wire::NeighborKind::advertisement,
                              .sender = asked->target,
                              .receiver = asked->sender,
                              .target = asked->target,
                              .solicited = true,
                              .link_layer = mac});
}

MacAddress mac_at(std::span<const std::byte> frame, std::size_t at) {
  MacAddress mac;
  for (std::size_t i = 0; i < 6; ++i) mac.octets[i] = std::to_integer<std::uint8_t>(frame[at + i]);
  return mac;
}

}  // namespace

SmallNetwork::SmallNetwork(monitor::TargetOptions options, std::size_t members, Partner partner,
                           std::uint64_t seed, Instant start)
    : links(members),
      target_dead(options.targets.size()),
      monitor_{options, kBase, start},
      partner_{partner},
      prng_{seed},
      now_{start},
      next_count_{start},
      targets_{options.targets},
      there_(members, true),
      was_alive_(members),
      frames_(members),
      next_traffic_(members, start) {
  for (std::size_t i = 0; i < members; ++i) monitor_.add_member(index(i), now_);
}

void SmallNetwork::link_up(std::size_t member, bool up) {
  monitor_.link_changed(index(member), up, now_);
  settle();
}

void SmallNetwork::remove(std::size_t member) {
  monitor_.remove_member(index(member));
  there_[member] = false;
  settle();
}

void SmallNetwork::set_active(std::optional<std::size_t> member) {
  monitor_.set_active(member ? std::optional{index(*member)} : std::nullopt, now_);
  settle();
}

void SmallNetwork::inject(std::size_t member, const wire::ControlFrame& frame) {
  monitor_.frame_received(index(member), frame, now_);
  settle();
}

std::string SmallNetwork::picture() const {
  std::string text;
  for (std::size_t i = 0; i < links.size(); ++i) text += !there_[i] ? '-' : alive(i) ? 'U' : 'D';
  return text;
}

void SmallNetwork::settle() {
  monitor_.expire(now_);
  while (const auto probe = monitor_.transmit(now_)) sent(*probe);
  if (const auto due = monitor_.deadline(); due && *due <= now_) deadline_was_in_the_past = true;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const bool lives = there_[i] && alive(i);
    if (lives != was_alive_[i]) changes.push_back({now_, i, lives});
    was_alive_[i] = lives;
  }
}

std::size_t SmallNetwork::link_to(const MacAddress& mac) const {
  switch (partner_) {
    case Partner::learning: {
      const auto found = learned_.find(mac);
      return found == learned_.end() ? 0 : found->second;
    }
    case Partner::hashing:
      return mac.octets[5] % links.size();
    case Partner::first_link:
      return 0;
  }
  return 0;
}

void SmallNetwork::sent(const monitor::Probe& probe) {
  const std::size_t member = probe.member.value();
  const MacAddress from = mac_at(probe.frame, 6);
  probes.emplace_back(now_, member);
  which_used.push_back(from.octets[5] % monitor::kProbeAddresses);
  if (links[member].lost_out || prng_.chance(links[member].loss)) return;
  learned_[from] = member;
  // A bridge floods a question to all other ports; a LAG does not give it back to its sender.
  if (partner_ == Partner::learning)
    for (std::size_t i = 0; i < links.size(); ++i)
      if (i != member) to_member(i, probe.frame, 20us);
  for (std::size_t target = 0; target < targets_.size(); ++target) {
    if (target_dead[target]) continue;
    const auto answer = host_answer(targets_[target], target_mac(target), probe.frame);
    if (answer) to_member(link_to(mac_at(*answer, 0)), *answer, 150us + Duration{prng_.below(300'000)});
  }
}

void SmallNetwork::to_member(std::size_t member, const wire::ControlFrame& frame, Duration delay) {
  if (links[member].lost_in || prng_.chance(links[member].loss)) return;
  arrivals_.emplace(now_ + delay, Arrival{member, frame});
}

void SmallNetwork::count() {
  for (std::size_t i = 0; i < links.size(); ++i) {
    const Link& link = links[i];
    if (link.traffic == Duration::zero()) next_traffic_[i] = now_;
    for (; link.traffic > Duration::zero() && next_traffic_[i] <= now_; next_traffic_[i] += link.traffic)
      if (!link.lost_in && !prng_.chance(link.loss)) ++frames_[i];
    if (there_[i]) monitor_.frames_counted(index(i), frames_[i], now_);
  }
}

void SmallNetwork::run_until(Instant at) {
  while (true) {
    settle();
    Instant next = std::min(at, next_count_);
    if (const auto due = monitor_.deadline()) next = std::min(next, std::max(*due, now_));
    if (!arrivals_.empty()) next = std::min(next, arrivals_.begin()->first);
    now_ = std::max(now_, next);
    while (!arrivals_.empty() && arrivals_.begin()->first <= now_) {
      const Arrival arrival = arrivals_.begin()->second;
      arrivals_.erase(arrivals_.begin());
      ++frames_[arrival.member];
      if (there_[arrival.member]) monitor_.frame_received(index(arrival.member), arrival.frame, now_);
      settle();
    }
    if (next_count_ <= now_) {
      count();
      next_count_ = now_ + 25ms;
    }
    if (now_ >= at) break;
  }
  settle();
}

}  // namespace lagoon::test
