#include "control/status/reasons.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "control/journal/sentences.hpp"
#include "lacp/min_links.hpp"
#include "lacp/unselected_reason.hpp"

namespace lagoon::control {

namespace {

std::string_view words_of(monitor::Why why) noexcept {
  switch (why) {
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
std::string why_unselected(const LagStatus& lag, const MemberStatus& m) {
  const auto used = first_selected(lag);
  if (m.lacp.reason == lacp::UnselectedReason::other_lag_id && used) {
    const wire::LacpInfo& theirs = lag.members[*used].lacp.partner;
    const bool other_key = m.lacp.partner.system == theirs.system && m.lacp.partner.key != theirs.key;
    if (other_key && lag.options.unequal_speed)
      return "the Partner tells its ports apart by speed (key " + std::to_string(m.lacp.partner.key) +
             ", in use is " + std::to_string(theirs.key) + ")";
    if (other_key) return "other key";
  }
  return std::string{lacp::row_of(m.lacp.reason).words};
}

// SELECTED, and the Mux machine waits for this; by the journal's word.
constexpr std::array kWaitsFor = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"silence", "partner silent"},
    {"partner_expired", "partner does not hear us"},
    {"partner_knows_other", "partner takes us for another"},
    {"partner_not_in_sync", "partner not in sync"},
    {"partner_passive", "both ends passive"},
    {"partner_not_collecting", "partner does not collect"},
});

std::string_view why_not_attached(std::string_view cause) noexcept {
  const auto row = std::ranges::find(kWaitsFor, cause, [](const auto& r) { return r.first; });
  return row == kWaitsFor.end() ? "negotiating" : row->second;
}

// As decide() and LACP's Aggregator count.
std::string why_down(const LagStatus& lag) {
  const bool by_lacp = row_of(lag).choice == Choice::lacp;
  const auto counts = [by_lacp](const MemberStatus& m) {
    return by_lacp ? m.lacp.mux == lacp::MuxState::distributing
                   : m.works && m.administration == Administration::enabled;
  };
  return min_links_sentence(by_lacp ? Counted::distributing : Counted::may_send,
                            static_cast<int>(std::ranges::count_if(lag.members, counts)),
                            lacp::min_links_of(lag.options.lacp).needed(false));
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
Obstacle obstacle(const LagStatus& lag, const MemberStatus& m) {
  const auto told = [](std::string words, std::string_view sentence = {}) {
    return Obstacle{std::move(words), std::string{sentence}};
  };
  if (m.lacp.swap != lacp::Swap::none) return told("is being replaced", swap_sentence(m.lacp.swap));
  if (m.administration == Administration::disabled)
    return told("disabled", "the operator has disabled the member");
  if (!m.hold_out.absence.words.empty())
    return told(std::string{m.hold_out.absence.words}, m.hold_out.absence.obstacle);
  if (m.held_down_for)
    return told("held down for " + std::to_string(seconds_up(*m.held_down_for)) + " s", kFlappedSentence);
  if (!is_up(m.mii)) return m.link.up ? told("up delay") : told("link down", kNoLinkSentence);
  if (m.health && !m.health->alive)
    return told(std::string{words_of(m.health->why)}, target_sentence(m.health->why));
  if (const auto& bfd = m.other_end.bfd; bfd && bfd->blocks)
    return told("bfd " + std::string{bfd::name_of(bfd->verdict)}, bfd_sentence(bfd->verdict));
  if (m.hold_out.unserved) return told("a worker stands still", kUnservedSentence);
  if (m.administration == Administration::drained) return told("drained", kDrainedSentence);
  if (m.hold_out.held_for)
    return told("held out for " + std::to_string(seconds_up(*m.hold_out.held_for)) + " s: " +
                    (m.hold_out.why == "flood" ? "LACPDUs flood it" : "its Partner changes all the time"),
                hold_out_sentence(m.hold_out.why));
  if (m.distributing) return {};
  const ModeRow& row = row_of(lag);
  if (row.choice == Choice::lacp && !lag.fallback) {
    if (m.lacp.reason == lacp::UnselectedReason::candidate) return told("candidate", m.hold_out.candidacy);
    if (m.lacp.selected != lacp::Selected::selected) return told(why_unselected(lag, m), m.standing.evidence);
    if (m.lacp.mux == lacp::MuxState::collecting && m.lacp.returning) return told("waits for aggregate-wait");
    if (m.lacp.mux != lacp::MuxState::distributing)
      return told(std::string{why_not_attached(m.standing.why)}, m.standing.evidence);
  }
  if (!lag.up) return m.works ? told("too few links", why_down(lag)) : told("not working");
  if (row.choice == Choice::active_backup || lag.fallback) return told("standby");
  if (row.choice == Choice::lacp) return told("not in use", m.standing.evidence);
  return told("not in use", max_links_sentence(lag.options.lacp.max_links, "other members come first"));
}

std::string why_out(const LagStatus& lag, const MemberStatus& member) {
  return obstacle(lag, member).words;
}

std::string evidence_lines(const LagStatus& lag, std::size_t indent) {
  std::string text;
  for (const MemberStatus& member : lag.members)
    if (const std::string evidence = obstacle(lag, member).evidence; !evidence.empty())
      text += std::string(indent, ' ') + "why " + member.name + ": " + evidence + "\n";
  return text;
}

}  // namespace lagoon::control
