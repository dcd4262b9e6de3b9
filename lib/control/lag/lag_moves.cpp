// How a Lag's conversations change their member in order: Markers, the workers' progress, and what can be
// said of one conversation.
#include <algorithm>

#include "control/lag/lag.hpp"
#include "dist/flow_hash.hpp"

namespace lagoon::control {

// The mode's, where conversations are not placed by load.
table::Distribution Lag::distribution() const noexcept {
  const bool by_lane = row().distribution == table::Distribution::flow_hash;
  const bool several = row().choice != Choice::active_backup;
  return by_lane && several && options_.distribute == Distribute::weighted ? table::Distribution::weighted
                                                                           : row().distribution;
}

// Drained members still carry what has not found its way to others. Their Partner goes on collecting.
MemberSet Lag::lingering() const {
  MemberSet set = 0;
  for (const MemberIndex m : order_) {
    if (at(m).leaving || at(m).settings.administration != Administration::drained || !links_.works(m))
      continue;
    const bool agreed = !aggregator_ || contains(aggregator_->collecting(), m);
    if (agreed && row().choice != Choice::active_backup) set |= set_of(m);
  }
  return set;
}

MemberSet Lag::withdrawn() const {
  MemberSet set = 0;
  for (const MemberIndex m : order_)
    if (at(m).leaving || at(m).settings.administration != Administration::enabled) set |= set_of(m);
  return set;
}

// The table that begins a wait is on its way to the workers: what they send after they have it is not asked
// for.
void Lag::ask_with_markers(Instant now) {
  // (the time ran out: what is answered now is late)
  if (!tables_.waits()) requester_.give_up();
  const MemberSet questions = tables_.take_questions();
  if (questions == 0 || !aggregator_) return;
  requester_.ask(
      questions, workers_, lacp_config(options_).system,
      [this](MemberIndex m) { return at(m).settings.lacp.port_number; }, now);
}

bool Lag::answers_marker(MemberIndex member, const wire::MarkerPdu& pdu, Instant now) {
  if (!requester_.receive(member, pdu)) return false;
  if (requester_.answered()) {
    tables_.markers_answered(now);
    requester_.give_up();  // (nothing is open)
  }
  return true;
}

void Lag::report(const Progress& progress, Instant now) {
  tables_.report(progress, now);
  behind_ = progress.behind;
}

// Said once of each member: the Partner tells its ports apart by speed, so that unequal ones can't be one
// LAG.
void Lag::note_partner_keys(Instant now) {
  if (!aggregator_ || !options_.unequal_speed) return;
  std::optional<lacp::PortView> used;
  MemberSet unlike = 0;
  for (const MemberIndex m : order_)
    if (aggregator_->port(m).selected == lacp::Selected::selected) used = aggregator_->port(m);
  if (used)
    for (const MemberIndex m : order_) {
      const lacp::PortView port = aggregator_->port(m);
      const bool heard = port.receive == lacp::ReceiveState::current;
      if (heard && port.selected == lacp::Selected::unselected &&
          port.partner.system == used->partner.system && port.partner.key != used->partner.key)
        unlike |= set_of(m);
    }
  for_each(unlike & ~std::exchange(noted_unlike_keys_, unlike), [&](MemberIndex m) {
    note({.at = now,
          .member = m,
          .kind = "unequal_speed",
          .from = "",
          .to = "left_out",
          .why = "partner_keys_differ"});
  });
}

Explanation Lag::explain(std::span<const std::byte> frame, Instant) const {
  Explanation out;
  out.distribution = name_of(distribution());
  out.hash = dist::flow_hash(frame, options_.fast.hash);
  out.bucket = dist::bucket_of(out.hash);
  out.by_frame =
      distribution() == table::Distribution::round_robin || distribution() == table::Distribution::broadcast;
  if (out.by_frame || outcome_.distributing == 0) return out;
  const std::size_t lane = tables_.lane_of(out.hash);
  if (lane >= dist::kBuckets) out.pin = lane - dist::kBuckets;
  const TableMaker::LaneFacts& facts = tables_.lane(lane);
  if (facts.member < kMembersMax) out.member = MemberIndex{facts.member};
  if (facts.before < kMembersMax) out.before = MemberIndex{facts.before};
  out.why = name_of(facts.why);
  out.since = facts.since;
  out.moving = tables_.moving() && behind_.contains(lane);
  return out;
}

}  // namespace lagoon::control
