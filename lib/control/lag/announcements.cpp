#include "control/lag/announcements.hpp"

#include <algorithm>
#include <utility>

#include "base/earliest.hpp"
#include "wire/learning.hpp"

namespace lagoon::control {

Announcements::Announcements(const LagOptions& options, Outbox& outbox, const MacAddress& address,
                             Instant now)
    : options_{&options}, outbox_{&outbox}, address_{address}, next_learning_{now} {
  tell_hosts();
}

void Announcements::options_changed(Instant now) {
  tell_hosts();
  next_learning_ = std::min(next_learning_, now + options_->adaptive.learning_interval);
}

bool Announcements::set_address(const MacAddress& address) noexcept {
  return std::exchange(address_, address) != address;
}

bool Announcements::set_hosts(std::span<const HostAddress> hosts) {
  if (std::ranges::equal(hosts, hosts_)) return false;
  hosts_.assign(hosts.begin(), hosts.end());
  tell_hosts();
  return true;
}

void Announcements::tell_hosts() {
  std::vector<HostAddress> all = hosts_;
  for (const HostAddress& host : options_->announce_addresses)
    if (std::ranges::find(all, host) == all.end()) all.push_back(host);
  announcer_.set_hosts(all);
}

failover::FailOverMac Announcements::rule() const noexcept {
  switch (row_of(options_->mode).addresses) {
    case Addresses::same:
      return failover::FailOverMac::none;
    case Addresses::fail_over_mac:
      return options_->active.fail_over_mac;
    case Addresses::own:
      return failover::FailOverMac::follow;
  }
  return failover::FailOverMac::none;
}

void Announcements::assign(const Roster& roster, std::optional<MemberIndex> active) {
  if (active) last_active_ = active;
  failover::AddressInput input{.rule = rule(),
                               .lag = address_,
                               .members = roster.members(),
                               .active = active,
                               .last_active = last_active_};
  for (const MemberIndex m : roster.order()) input.own[m.value()] = roster.settings(m).address;
  assigned_ = failover::assign_addresses(input);
}

void Announcements::forget(MemberIndex member) noexcept {
  if (last_active_ == member) last_active_.reset();
}

void Announcements::announce(std::optional<MemberIndex> active, MemberSet distributing, Instant now) {
  if (!active) return announcer_.cancel();
  if (closing_) return;
  failover::AnnounceOptions options = options_->announce;
  // Where each member has an address of its own, learning frames tell where they are now.
  if (row_of(options_->mode).addresses == Addresses::own) {
    options.num_grat_arp = 0;
    options.num_unsol_na = 0;
    send_learning_frames(distributing, now);
  }
  announcer_.announce(options, now);
}

bool Announcements::learns() const noexcept {
  return row_of(options_->mode).distribution == table::Distribution::adaptive;
}

void Announcements::expire(MemberSet distributing, Instant now) {
  if (learns() && now >= next_learning_) send_learning_frames(distributing, now);
}

// Bridges keep where every member's address is, and no flood is needed to reach it.
void Announcements::send_learning_frames(MemberSet distributing, Instant now) {
  next_learning_ = now + std::max<Duration>(options_->adaptive.learning_interval, 1ms);
  if (closing_) return;
  std::vector<std::optional<std::uint16_t>> vlans{std::nullopt};
  for (const HostAddress& host : hosts_)
    if (std::ranges::find(vlans, host.vlan) == vlans.end()) vlans.push_back(host.vlan);
  for_each(distributing, [&](MemberIndex m) {
    for (const auto& vlan : vlans) outbox_->push(m, wire::learning_frame(assigned_.member[m.value()], vlan));
  });
}

void Announcements::shut_down() noexcept {
  closing_ = true;
  announcer_.cancel();
}

std::optional<Instant> Announcements::deadline() const noexcept {
  Earliest first;
  if (!closing_) first.add(announcer_.deadline());
  if (learns()) first.add(next_learning_);
  return first.at();
}

std::optional<wire::ControlFrame> Announcements::transmit(Instant now) {
  if (closing_) return std::nullopt;
  return announcer_.transmit(assigned_.lag, now);
}

}  // namespace lagoon::control
