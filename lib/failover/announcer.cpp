#include "failover/announcer.hpp"

#include <algorithm>
#include <iterator>

#include "wire/arp.hpp"
#include "wire/group_membership.hpp"
#include "wire/learning.hpp"
#include "wire/neighbor.hpp"

namespace lagoon::failover {

namespace {

bool is_ipv4(const HostAddress& host) noexcept {
  return std::holds_alternative<Ipv4Address>(host.address);
}

std::optional<std::uint16_t> vlan_id(const std::optional<std::uint16_t>& tci) noexcept {
  if (!tci) return std::nullopt;
  return static_cast<std::uint16_t>(*tci & 0x0fffU);
}

wire::ControlFrame announcement(const MacAddress& lag, const HostAddress& host) noexcept {
  if (const auto* const ipv4 = std::get_if<Ipv4Address>(&host.address))
    return wire::emit_arp(wire::arp_announcement(lag, *ipv4, host.vlan));
  return wire::emit_neighbor(
      wire::neighbor_announcement(lag, std::get<Ipv6Address>(host.address), host.vlan));
}

}  // namespace

void Announcer::set_hosts(std::span<const HostAddress> hosts) {
  if (std::ranges::equal(hosts, hosts_)) return;
  hosts_.assign(hosts.begin(), hosts.end());
  at_host_ = 0;
}

void Announcer::note_membership(std::span<const std::byte> frame, Instant now) {
  const std::optional<wire::MembershipReport> report = wire::parse_membership(frame);
  if (!report) return;
  for (const wire::GroupReport& said : report->groups) {
    const auto known = std::ranges::find_if(groups_, [&](const Group& one) {
      return one.source == report->source && one.group == said.group &&
             vlan_id(one.vlan_tci) == vlan_id(report->vlan_tci);
    });
    const Group group{.source = report->source,
                      .sender = report->sender,
                      .group = said.group,
                      .vlan_tci = report->vlan_tci,
                      .reported = now};
    if (said.leaves && known != groups_.end())
      forget(known);
    else if (!said.leaves && known != groups_.end())
      *known = group;
    else if (!said.leaves)
      learn(group);
  }
}

void Announcer::learn(const Group& group) {
  if (groups_.size() == kGroupsMax) {
    const auto oldest = std::ranges::min_element(groups_, {}, &Group::reported);
    if (group.reported - oldest->reported < kGroupAge) {
      ++groups_refused_;
      return;
    }
    forget(oldest);
  }
  groups_.push_back(group);
}

void Announcer::forget(std::vector<Group>::iterator group) {
  if (std::distance(groups_.begin(), group) < static_cast<std::ptrdiff_t>(at_group_)) --at_group_;
  groups_.erase(group);
}

void Announcer::announce(const AnnounceOptions& options, Instant now) {
  cancel();
  options_ = options;
  if (rounds() > 0) next_announcement_ = now;
  if (options.resend_igmp > 0 && !groups_.empty()) next_reports_ = now;
}

void Announcer::cancel() noexcept {
  next_announcement_.reset();
  next_reports_.reset();
  rounds_done_ = reports_done_ = 0;
  at_host_ = at_group_ = 0;
}

std::optional<Instant> Announcer::deadline() const noexcept {
  if (next_announcement_ && next_reports_) return std::min(*next_announcement_, *next_reports_);
  return next_announcement_ ? next_announcement_ : next_reports_;
}

unsigned Announcer::rounds_of(const HostAddress& host) const noexcept {
  return is_ipv4(host) ? options_.num_grat_arp : options_.num_unsol_na;
}

unsigned Announcer::rounds() const noexcept {
  if (hosts_.empty()) return options_.num_grat_arp;
  unsigned most = 0;
  for (const HostAddress& host : hosts_) most = std::max(most, rounds_of(host));
  return most;
}

std::optional<wire::ControlFrame> Announcer::transmit(const MacAddress& lag, Instant now) {
  if (next_announcement_ && *next_announcement_ <= now)
    if (const std::optional<wire::ControlFrame> frame = next_announcement(lag, now)) return frame;
  if (next_reports_ && *next_reports_ <= now) return next_report(now);
  return std::nullopt;
}

// A round ends in the call that finds no more of it, so that what ends a round also sets the time of the
// next.
std::optional<wire::ControlFrame> Announcer::next_announcement(const MacAddress& lag, Instant now) {
  if (rounds_done_ < rounds()) {
    if (hosts_.empty() && at_host_++ == 0) return wire::learning_frame(lag, std::nullopt);
    while (at_host_ < hosts_.size()) {
      const HostAddress& host = hosts_[at_host_++];
      if (rounds_done_ < rounds_of(host)) return announcement(lag, host);
    }
    ++rounds_done_;
  }
  at_host_ = 0;
  next_announcement_.reset();
  const Duration delay = options_.peer_notif_delay;
  if (rounds_done_ < rounds()) next_announcement_ = now + (delay > Duration::zero() ? delay : kFastGap);
  return std::nullopt;
}

std::optional<wire::ControlFrame> Announcer::next_report(Instant now) {
  if (at_group_ < groups_.size()) {
    const Group& group = groups_[at_group_++];
    return wire::emit_membership(group.source, group.sender, group.group, group.vlan_tci);
  }
  at_group_ = 0;
  next_reports_.reset();
  if (++reports_done_ < options_.resend_igmp && !groups_.empty()) next_reports_ = now + kIgmpGap;
  return std::nullopt;
}

}  // namespace lagoon::failover
