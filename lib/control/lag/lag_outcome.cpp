// What follows from the state of a Lag's parts: who is active, who collects and distributes, who carries
// which address. Each step reads what the ones before it came to; settle() runs them all, after every input.
#include <algorithm>
#include <bit>

#include "control/lag/lag.hpp"

namespace lagoon::control {

namespace {

// Stands for the speed of a port that never said one, in a LAG where no other did either.
constexpr BitsPerSecond kAssumedSpeed = mbps(10'000);
// More than any link has; the arithmetic of weights is exact up to it.
constexpr BitsPerSecond kCapacityMax = mbps(10'000'000);

[[nodiscard]] bool hears_partner(lacp::ReceiveState state) noexcept {
  return state == lacp::ReceiveState::current || state == lacp::ReceiveState::expired;
}

}  // namespace

void Lag::settle(Instant now, std::string_view why) {
  for (const MemberIndex m : order_)
    if (auto& quiet = at(m).quiet_at; quiet && now >= *quiet) quiet.reset();
  tell_aggregator(now);
  update_fallback(now);
  const auto active_before = active_;
  if (pinned_ && !contains(usable(), *pinned_)) pinned_.reset();
  if (row().has_active) active_ = choose_active();
  if (active_) last_active_ = active_;
  links_.set_active(active_, now);

  const bool was_up = outcome_.up;
  const bool was_fallback = outcome_.fallback;
  outcome_ = decide();
  plan_addresses();
  if (active_ != active_before) active_changed(active_before, why, now);
  tell_balancers(now);
  note_links(now);
  note_partner_keys(now);
  if (outcome_.fallback != was_fallback)
    note({.at = now,
          .of_lag = true,
          .kind = "fallback",
          .from = was_fallback ? "on" : "off",
          .to = outcome_.fallback ? "on" : "off",
          .why = outcome_.fallback ? "no_partner" : "partner"});
  if (outcome_.up != was_up) {
    changed_ = now;
    // (the Aggregator tells it itself)
    if (!aggregator_)
      note({.at = now,
            .of_lag = true,
            .kind = "lag",
            .from = was_up ? "up" : "down",
            .to = outcome_.up ? "up" : "down",
            .why = outcome_.up ? "" : "min_links",
            .evidence = "members that may send: " + std::to_string(std::popcount(usable())) + ", it takes " +
                        std::to_string(std::max<int>(options_.lacp.min_links, 1))});
  }
  table_is_old_ = true;
}

void Lag::tell_aggregator(Instant now) {
  if (!aggregator_) return;
  for (const MemberIndex m : order_) {
    LinkState link = links_.port(m);
    link.up = links_.up(m);
    if (!(link == aggregator_->port(m).link)) aggregator_->link_changed(m, link, now);
  }
  for (const MemberIndex m : order_) links_.watch(m, contains(aggregator_->distributing(), m), now);
  drain_events();
}

// Members that work and that the operator lets send.
MemberSet Lag::usable() const {
  MemberSet set = 0;
  for (const MemberIndex m : order_)
    if (!at(m).leaving && at(m).settings.administration == Administration::enabled && links_.works(m))
      set |= set_of(m);
  return set;
}

std::optional<MemberIndex> Lag::choose_active() const {
  if (pinned_) return pinned_;
  const MemberSet usable_now = usable();
  std::vector<failover::Candidate> candidates;
  candidates.reserve(order_.size());
  for (const MemberIndex m : order_) {
    const MemberSettings& settings = at(m).settings;
    const auto position = static_cast<std::int32_t>(candidates.size());
    candidates.push_back({.member = m,
                          .eligible = contains(usable_now, m),
                          .primary = settings.name == options_.active.primary,
                          .priority = row().by_order ? -position : settings.priority,
                          .link = links_.port(m)});
  }
  return failover::choose_active(candidates, active_,
                                 row().by_order ? failover::Reselect::always : options_.active.reselect);
}

// (A fallback lasts until LACP distributes: while it is agreed on, one member goes on as before.)
void Lag::update_fallback(Instant now) {
  if (!aggregator_ || !options_.lacp_extras.fallback || closing_ || aggregator_->distributing() != 0) {
    silent_since_.reset();
    fallback_due_ = false;
    return;
  }
  bool link = false;
  bool partner = false;
  for (const MemberIndex m : order_) {
    if (at(m).leaving || at(m).settings.administration != Administration::enabled) continue;
    link = link || links_.up(m);
    partner = partner || hears_partner(aggregator_->port(m).receive);
  }
  if (!link || (partner && !outcome_.fallback))
    silent_since_.reset();
  else if (!silent_since_)
    silent_since_ = now;
  const bool long_enough = silent_since_ && now - *silent_since_ >= options_.lacp_extras.fallback_delay;
  fallback_due_ = outcome_.fallback ? link : long_enough;
}

// max-links of them: the active one, if the mode has one, and the first in order.
MemberSet Lag::within_links(MemberSet candidates) const {
  MemberSet set = active_ ? candidates & set_of(*active_) : 0;
  int room = options_.lacp.max_links - std::popcount(set);
  for (const MemberIndex m : order_)
    if (contains(candidates & ~set, m) && room-- > 0) set |= set_of(m);
  return set;
}

Lag::Outcome Lag::decide() const {
  Outcome out{.active = active_};
  MemberSet listening = 0;  // not disabled, or its last frames are on their way
  for (const MemberIndex m : order_)
    if (at(m).quiet_at || (!at(m).leaving && at(m).settings.administration != Administration::disabled))
      listening |= set_of(m);
  MemberSet counted = 0;  // for min-links
  switch (row().choice) {
    case Choice::fixed:
      out.collecting = listening;
      counted = out.distributing = within_links(usable());
      break;
    case Choice::active_backup:
      counted = usable();
      if (active_) out.distributing = set_of(*active_);
      out.collecting = options_.active.all_members_active ? listening : out.distributing;
      out.standby = listening & ~out.collecting;
      break;
    case Choice::lacp: {
      MemberSet leaving = 0;
      for (const MemberIndex m : order_)
        if (at(m).quiet_at && contains(outcome_.collecting, m)) leaving |= set_of(m);
      out.collecting = aggregator_->collecting() | leaving;
      for_each(aggregator_->distributing(), [&](MemberIndex m) {
        if (links_.works(m)) out.distributing |= set_of(m);
      });
      break;
    }
  }
  if (row().choice == Choice::lacp) {
    if (fallback_due_ && out.distributing == 0) {
      std::optional<MemberIndex> best;
      for (const MemberIndex m : order_)
        if (!at(m).leaving && at(m).settings.administration == Administration::enabled && links_.up(m) &&
            (!best || at(m).settings.lacp.port_priority < at(*best).settings.lacp.port_priority))
          best = m;
      out.fallback = best.has_value();
      if (best) out.collecting |= out.distributing = set_of(*best);
    }
    const bool any_link = std::ranges::any_of(order_, [&](MemberIndex m) { return links_.up(m); });
    out.up = out.distributing != 0 || (!options_.lacp_extras.strict && any_link);
    return out;
  }
  const int stay_up = std::max<int>(options_.lacp.min_links, 1);
  const int come_up = std::max<int>(options_.lacp.min_links_up, stay_up);
  out.up = std::popcount(counted) >= (outcome_.up ? stay_up : come_up);
  if (!out.up) out.distributing = 0;
  return out;
}

void Lag::active_changed(std::optional<MemberIndex> before, std::string_view why, Instant now) {
  if (before && active_) ++failovers_;
  if (why.empty()) {
    if (!active_)
      why = "none_works";
    else if (!before || !contains(usable(), *before))
      why = "failure";
    else
      why = "preferred";
  }
  if (before && contains(members_, *before))
    note({.at = now, .member = *before, .kind = "active", .from = "active", .to = "backup", .why = why});
  if (active_)
    note({.at = now, .member = *active_, .kind = "active", .from = "backup", .to = "active", .why = why});
  announce(now);
}

void Lag::announce(Instant now) {
  if (!active_) return announcer_.cancel();
  if (closing_) return;
  failover::AnnounceOptions options = options_.announce;
  // Where each member has an address of its own, learning frames tell where they are now.
  if (row().addresses == Addresses::own) {
    options.num_grat_arp = 0;
    options.num_unsol_na = 0;
    send_learning_frames(now);
  }
  announcer_.announce(options, now);
}

void Lag::plan_addresses() {
  failover::AddressInput input{
      .lag = address_, .members = members_, .active = active_, .last_active = last_active_};
  switch (row().addresses) {
    case Addresses::same:
      input.rule = failover::FailOverMac::none;
      break;
    case Addresses::fail_over_mac:
      input.rule = options_.active.fail_over_mac;
      break;
    case Addresses::own:
      input.rule = failover::FailOverMac::follow;
      break;
  }
  for (const MemberIndex m : order_) input.own[m.value()] = at(m).settings.address;
  addresses_ = failover::plan_addresses(input);
}

void Lag::tell_balancers(Instant now) {
  tell_rebalancer(now);
  if (row().distribution != table::Distribution::adaptive) return;
  std::array<std::uint32_t, kMembersMax> capacities{};
  for (const MemberIndex m : order_) capacities[m.value()] = capacity(m);
  load_.set_members(capacities, outcome_.distributing, now);
  if (receive_)
    receive_->members_changed({.usable = outcome_.distributing,
                               .address = addresses_.member,
                               .capacity = capacities,
                               .active = outcome_.active,
                               .lag = addresses_.lag},
                              now);
}

std::uint32_t Lag::capacity(MemberIndex member) const {
  if (const auto& weight = at(member).settings.weight)
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
        to_mbps(BitsPerSecond{*weight * options_.weighted.unit.value()}), 1, to_mbps(kCapacityMax)));
  BitsPerSecond speed = links_.port(member).speed;
  // Not known yet. Assuming the fastest of the others' keeps their buckets where they are once it is.
  if (speed.value() == 0)
    for (const MemberIndex other : order_) speed = std::max(speed, links_.port(other).speed);
  if (speed.value() == 0) speed = kAssumedSpeed;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, to_mbps(speed)));
}

TableInput Lag::table_input() const {
  using table::Watch;
  TableInput in{.collecting = outcome_.collecting,
                .distributing = outcome_.distributing,
                .standby = outcome_.standby,
                .active = outcome_.active,
                .lingering = lingering(),
                .withdrawn = withdrawn(),
                .distribution = distribution(),
                .placed = placed_,
                .options = options_.fast,
                .own = addresses_.lag,
                .address = addresses_.member};
  for (const MemberIndex m : order_) {
    in.order.push_back(m);
    in.capacity[m.value()] = capacity(m);
  }
  if (row().distribution == table::Distribution::adaptive) {
    in.own_address_only = in.collecting & ~(outcome_.active ? set_of(*outcome_.active) : 0);
    if (in.distributing != 0) in.groups = load_.map();
  }
  if (links_.monitors_targets()) {
    in.watch_received = Watch::arp | Watch::neighbor;
    in.probe_base = probe_base_;
  }
  if (receive_) {
    in.watch_received = in.watch_received | Watch::arp;
    in.divert_sent = Watch::arp;
  }
  if (row().has_active) in.watch_sent = Watch::membership;
  add_load(in);
  return in;
}

}  // namespace lagoon::control
