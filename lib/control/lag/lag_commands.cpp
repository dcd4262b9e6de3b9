// What operators do with a Lag while it runs.
#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "control/lag/lag.hpp"
#include "options/load_options.hpp"

namespace lagoon::control {

namespace {

// A Partner that was told three things in the last second hears the fourth after it.
constexpr Duration kFarewell = 1500ms;
constexpr std::uint32_t kWeightMost = 1'000'000;

}  // namespace

void Lag::insert(MemberIndex index, MemberSettings settings, Instant now) {
  if (settings.lacp.port_number == 0) {
    const auto taken = [&](std::uint16_t number) {
      return std::ranges::any_of(order_,
                                 [&](MemberIndex m) { return at(m).settings.lacp.port_number == number; });
    };
    std::uint16_t number = 1;
    while (taken(number)) ++number;
    settings.lacp.port_number = number;
  }
  Member& member = at(index);
  member = {};
  member.settings = std::move(settings);
  member.changed = now;
  members_ |= set_of(index);
  order_.push_back(index);
  links_.add(index, now);
  if (!aggregator_) return;
  aggregator_->add_port(index, member.settings.lacp, now);
  aggregator_->set_enabled(index, member.settings.administration != Administration::disabled, now);
  aggregator_->set_drained(index, member.settings.administration == Administration::drained, now);
}

Result<MemberIndex> Lag::add_member(MemberSettings member, Instant now) {
  if (find(member.name))
    return fail(Errc::already_exists, "LAG '" + name_ + "' has a member '" + member.name + "' already");
  if (members_ == ~MemberSet{0})
    return fail(Errc::no_resources,
                "LAG '" + name_ + "' has " + std::to_string(kMembersMax) + " members; remove one first");
  const MemberIndex index{static_cast<std::uint8_t>(std::countr_one(members_))};
  insert(index, std::move(member), now);
  note({.at = now, .member = index, .kind = "member", .from = "", .to = "added", .why = "command"});
  settle(now);
  return index;
}

void Lag::leave_member(MemberIndex member, Instant now) {
  LAGOON_CHECK(contains(members_, member));
  if (at(member).leaving) return;
  at(member).leaving = now;
  if (aggregator_) aggregator_->leave(member, now);
  fall_quiet(member, now);
  note({.at = now, .member = member, .kind = "member", .from = "", .to = "leaving", .why = "command"});
  settle(now, "command");
}

void Lag::fall_quiet(MemberIndex member, Instant now) {
  const bool told = !aggregator_ || aggregator_->has_left(member);
  at(member).quiet_at = now + (told ? kGrace : kFarewell);
}

bool Lag::may_close(MemberIndex member, Instant now) const noexcept {
  const Member& m = at(member);
  if (!m.leaving || m.quiet_at) return false;
  const bool told = !aggregator_ || !links_.up(member) || aggregator_->has_left(member);
  return told || now >= *m.leaving + kFarewell;
}

void Lag::forget_member(MemberIndex member, Instant now) {
  LAGOON_CHECK(contains(members_, member) && at(member).leaving);
  note({.at = now, .member = member, .kind = "member", .from = "leaving", .to = "removed", .why = "command"});
  if (aggregator_) aggregator_->remove_port(member, now);
  requester_.forget(member);
  member_load_.forget(member);
  links_.remove(member, now);
  members_ &= ~set_of(member);
  std::erase(order_, member);
  at(member) = {};
  forget_placed(member);
  if (active_ == member) active_.reset();
  if (last_active_ == member) last_active_.reset();
  if (pinned_ == member) pinned_.reset();
  settle(now);
}

Result<void> Lag::administrate(MemberIndex member, Administration administration, Instant now) {
  LAGOON_CHECK(contains(members_, member));
  Member& m = at(member);
  if (m.leaving) return fail(Errc::busy, "member '" + m.settings.name + "' is being removed");
  const Administration before = std::exchange(m.settings.administration, administration);
  if (before == administration) return {};
  if (aggregator_) {
    aggregator_->set_enabled(member, administration != Administration::disabled, now);
    aggregator_->set_drained(member, administration == Administration::drained, now);
  }
  if (administration == Administration::disabled)
    fall_quiet(member, now);
  else
    m.quiet_at.reset();
  note({.at = now,
        .member = member,
        .kind = "administration",
        .from = name_of(before),
        .to = name_of(administration),
        .why = "command"});
  settle(now, "command");
  return {};
}

Result<void> Lag::weigh(MemberIndex member, std::optional<std::uint32_t> weight, Instant now) {
  LAGOON_CHECK(contains(members_, member));
  if (weight && (*weight == 0 || *weight > kWeightMost))
    return fail(Errc::invalid_argument,
                "a weight is a whole number from 1 to " + std::to_string(kWeightMost) + ", or auto");
  if (std::exchange(at(member).settings.weight, weight) == weight) return {};
  note({.at = now,
        .member = member,
        .kind = "weight",
        .from = "",
        .to = weight ? "set" : "auto",
        .why = "command"});
  settle(now, "command");
  return {};
}

Result<void> Lag::activate(MemberIndex member, Instant now) {
  LAGOON_CHECK(contains(members_, member));
  if (!row().has_active)
    return fail(Errc::not_supported, "mode " + std::string{row().name} +
                                         " has no active member; those with one are active-backup, failover, "
                                         "balance-tlb and balance-alb");
  if (!contains(usable(), member))
    return fail(Errc::busy,
                "member '" + at(member).settings.name + "' can't be active: it does not work now");
  pinned_ = member;
  settle(now, "command");
  return {};
}

Result<void> Lag::change(const LagOptions& options, Instant now) {
  if (options.mode != options_.mode)
    return fail(Errc::not_supported, "the mode of a running LAG is fixed (" + std::string{row().name} +
                                         "); change it in the configuration and start again");
  if (options.distribute != options_.distribute ||
      options.weighted.conversations != options_.weighted.conversations)
    return fail(Errc::not_supported,
                "distribute and conversations of a running LAG are fixed: its workers have their memory; "
                "change them in the configuration and start again");
  if (!(options.active == options_.active)) pinned_.reset();
  const std::uint16_t lag_number = options_.lacp.lag_number;
  options_ = options;
  options_.lacp.lag_number = lag_number;
  if (aggregator_) aggregator_->change(lacp_config(options_), now);
  links_.set_options(options_, now);
  load_.set_options(options_.adaptive.load, now);
  member_load_.set_options(load_options(options_));
  rebalancer_.set_options(rebalancer_options(), now);
  next_load_ = std::min(next_load_, now + load_interval());
  set_hosts();
  next_learning_ = std::min(next_learning_, now + options_.adaptive.learning_interval);
  next_measurement_ = std::min(next_measurement_, now + options_.targets.interval);
  settle(now, "command");
  return {};
}

Result<void> Lag::set_address(const MacAddress& address, Instant now) {
  if (address.is_zero() || address.is_group())
    return fail(Errc::invalid_argument, to_string(address) + " is no address of a station");
  if (row().addresses == Addresses::fail_over_mac &&
      options_.active.fail_over_mac == failover::FailOverMac::active)
    return fail(Errc::not_supported,
                "the address of LAG '" + name_ +
                    "' is its active member's (fail-over-mac: active), and can't be set");
  options_.mac = address;
  options_.mac_from.clear();
  if (std::exchange(address_, address) == address) return {};
  note({.at = now,
        .of_lag = true,
        .kind = "address",
        .from = "",
        .to = "set",
        .why = "command",
        .evidence = to_string(address)});
  settle(now, "command");
  announce(now);
  return {};
}

void Lag::address_refused(MemberIndex member, Instant now) {
  ++addresses_refused_;
  note({.at = now, .member = member, .kind = "address", .from = "", .to = "refused", .why = "port"});
}

}  // namespace lagoon::control
