#include "control/status/reasons.hpp"

#include <string_view>

#include "lacp/unselected_reason.hpp"

namespace lagoon::control {

namespace {

std::string_view why_not_alive(const std::optional<monitor::MemberHealth>& health) noexcept {
  if (!health || health->alive) return {};
  switch (health->why) {
    case monitor::Why::none:
      return "no proof yet";
    case monitor::Why::no_answer:
      return "no answer";
    case monitor::Why::nothing_heard:
      return "nothing heard";
  }
  return {};
}

// Links of unequal speed aggregate if the Partner gives them one key, too.
std::string why_lacp(const LagStatus& lag, const MemberStatus& m) {
  const auto used = first_selected(lag);
  if (lag.options.unequal_speed && m.lacp.reason == lacp::UnselectedReason::other_lag_id && used) {
    const wire::LacpInfo& theirs = lag.members[*used].lacp.partner;
    if (m.lacp.partner.system == theirs.system && m.lacp.partner.key != theirs.key)
      return "the Partner tells its ports apart by speed (key " + std::to_string(m.lacp.partner.key) +
             ", in use is " + std::to_string(theirs.key) + ")";
  }
  return std::string{lacp::row_of(m.lacp.reason).words};
}

bool is_up(failover::DebouncedLink link) noexcept {
  return link == failover::DebouncedLink::up || link == failover::DebouncedLink::going_down;
}

}  // namespace

std::optional<std::size_t> first_selected(const LagStatus& lag) noexcept {
  for (std::size_t i = 0; i < lag.members.size(); ++i)
    if (lag.members[i].lacp.selected == lacp::Selected::selected) return i;
  return std::nullopt;
}

std::int64_t seconds_up(Duration d) noexcept {
  return std::chrono::ceil<std::chrono::seconds>(d).count();
}

// The order is the one in which the member's own machinery asks: the operator, the interface, the link, the
// monitors, LACP, the choice among those that work.
std::string why_out(const LagStatus& lag, const MemberStatus& m) {
  if (m.administration == Administration::disabled) return "disabled";
  if (!m.hold_out.absence.words.empty()) return std::string{m.hold_out.absence.words};
  if (m.held_down_for) return "held down for " + std::to_string(seconds_up(*m.held_down_for)) + " s";
  if (!is_up(m.mii)) return m.link.up ? "up delay" : "link down";
  if (const std::string_view why = why_not_alive(m.health); !why.empty()) return std::string{why};
  if (m.hold_out.unserved) return "a worker stands still";
  if (m.administration == Administration::drained) return "drained";
  if (m.hold_out.held_for)
    return "held out for " + std::to_string(seconds_up(*m.hold_out.held_for)) +
           " s: " + (m.hold_out.why == "flood" ? "LACPDUs flood it" : "its Partner changes all the time");
  if (m.distributing) return {};
  const ModeRow& row = row_of(lag);
  if (row.choice == Choice::lacp && !lag.fallback) {
    if (m.lacp.selected != lacp::Selected::selected) return why_lacp(lag, m);
    if (m.lacp.mux == lacp::MuxState::collecting && m.lacp.returning) return "waits for aggregate-wait";
    if (m.lacp.mux != lacp::MuxState::distributing) return "negotiating";
  }
  if (!lag.up) return m.works ? "too few links" : "not working";
  return row.choice == Choice::active_backup || lag.fallback ? "standby" : "not in use";
}

}  // namespace lagoon::control
