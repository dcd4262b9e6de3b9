#include "control/lag/outcome.hpp"

#include <bit>

namespace lagoon::control {

namespace {

// Members that work and that the operator lets send.
[[nodiscard]] MemberSet usable(const OutcomeInput& in) noexcept {
  return in.enabled & in.works;
}

[[nodiscard]] std::optional<MemberIndex> choose_active(const OutcomeInput& in,
                                                       std::optional<MemberIndex> pinned) {
  const ModeRow& row = row_of(in.mode);
  if (!row.has_active) return in.chosen.active;
  if (pinned) return pinned;
  const MemberSet usable_now = usable(in);
  FixedVector<failover::Candidate, kMembersMax> candidates;
  for (const MemberIndex m : in.order) {
    const OutcomeInput::Rank& rank = in.rank[m.value()];
    const auto position = static_cast<std::int32_t>(candidates.size());
    candidates.push_back({.member = m,
                          .eligible = contains(usable_now, m),
                          .primary = rank.primary,
                          .priority = row.by_order ? -position : rank.priority,
                          .link = rank.link});
  }
  return failover::choose_active({candidates.begin(), candidates.size()}, in.chosen.active,
                                 row.by_order ? failover::Reselect::always : in.reselect);
}

// (A fallback lasts until LACP distributes: while it is agreed on, one member goes on as before.)
void choose_fallback(const OutcomeInput& in, Chosen& out) noexcept {
  if (row_of(in.mode).choice != Choice::lacp || !in.fallback_delay || in.distributing != 0) {
    out.silent_since.reset();
    out.fallback_due = false;
    return;
  }
  const bool link = (in.enabled & in.up) != 0;
  const bool partner = (in.enabled & in.partner_heard) != 0;
  if (!link || (partner && !in.before.fallback))
    out.silent_since.reset();
  else if (!out.silent_since)
    out.silent_since = in.now;
  const bool long_enough = out.silent_since && in.now - *out.silent_since >= *in.fallback_delay;
  out.fallback_due = in.before.fallback ? link : long_enough;
}

// max-links of them: the active one, if the mode has one, and the first in order.
[[nodiscard]] MemberSet within_links(const OutcomeInput& in, MemberSet candidates) noexcept {
  MemberSet set = in.chosen.active ? candidates & set_of(*in.chosen.active) : 0;
  int room = in.max_links - std::popcount(set);
  for (const MemberIndex m : in.order)
    if (contains(candidates & ~set, m) && room-- > 0) set |= set_of(m);
  return set;
}

[[nodiscard]] std::optional<MemberIndex> fallback_member(const OutcomeInput& in) noexcept {
  std::optional<MemberIndex> best;
  for (const MemberIndex m : in.order)
    if (contains(in.enabled & in.up, m) &&
        (!best || in.rank[m.value()].port_priority < in.rank[best->value()].port_priority))
      best = m;
  return best;
}

[[nodiscard]] Outcome decide_with_lacp(const OutcomeInput& in) noexcept {
  Outcome out{.active = in.chosen.active};
  out.collecting = in.collecting | (in.falling_quiet & in.before.collecting);
  out.distributing = in.distributing & in.works;
  if (in.chosen.fallback_due && out.distributing == 0)
    if (const auto best = fallback_member(in)) {
      out.fallback = true;
      out.distributing = set_of(*best);
      out.collecting |= out.distributing;
    }
  out.up = out.distributing != 0 || (!in.strict && in.up != 0);
  return out;
}

[[nodiscard]] Outcome decide_without(const OutcomeInput& in) noexcept {
  Outcome out{.active = in.chosen.active};
  MemberSet counted = 0;  // for min-links
  if (row_of(in.mode).choice == Choice::active_backup) {
    counted = usable(in);
    if (in.chosen.active) out.distributing = set_of(*in.chosen.active);
    out.collecting = in.all_members_active ? in.listening : out.distributing;
    out.standby = in.listening & ~out.collecting;
  } else {
    out.collecting = in.listening;
    counted = out.distributing = within_links(in, usable(in));
  }
  out.up = in.min_links.met(std::popcount(counted), in.before.up);
  if (!out.up) out.distributing = 0;
  return out;
}

}  // namespace

Chosen choose(const OutcomeInput& in) {
  Chosen out = in.chosen;
  choose_fallback(in, out);
  if (out.pinned && !contains(usable(in), *out.pinned)) out.pinned.reset();
  out.active = choose_active(in, out.pinned);
  return out;
}

Outcome decide(const OutcomeInput& in) {
  if (!in.forwards) return {.active = in.chosen.active};
  return row_of(in.mode).choice == Choice::lacp ? decide_with_lacp(in) : decide_without(in);
}

}  // namespace lagoon::control
