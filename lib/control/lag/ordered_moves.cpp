#include "control/lag/ordered_moves.hpp"

#include <algorithm>
#include <utility>

namespace lagoon::control {

namespace {

constexpr Duration kFollowPatience = 1s;
// A Partner may say a little before it is so that it distributes on another link.
constexpr Duration kLinger = 150ms;

}  // namespace

BucketsPlaced OrderedMoves::place(const BucketChoice& which, std::optional<MemberIndex> to) {
  BucketsPlaced done;
  for (std::size_t b = which.first; b <= which.last; ++b) {
    const std::uint8_t carrier = tables_.lanes()[b];
    if (which.of && carrier != which.of->value()) continue;
    ++done.chosen;
    done.buckets.insert(b);
    placed_[b] = to ? to->value() : kNoMember;
  }
  return done;
}

std::size_t OrderedMoves::count_on(const dist::LaneSet& buckets, MemberIndex member) const noexcept {
  std::size_t count = 0;
  buckets.each([&](std::size_t b) { count += tables_.lanes()[b] == member.value() ? 1U : 0U; });
  return count;
}

void OrderedMoves::forget(MemberIndex member) {
  requester_.forget(member);
  std::ranges::replace(placed_, member.value(), kNoMember);
}

bool OrderedMoves::due(Instant now) const noexcept {
  return is_old_ || tables_.has_news() || (tables_.deadline() && now >= *tables_.deadline());
}

std::unique_ptr<const table::PortTable> OrderedMoves::make(const TableInput& input, MemberSet working,
                                                           const MoveOptions& options, Instant now) {
  is_old_ = false;
  if (std::exchange(distributing_, input.distributing) != input.distributing) distributing_since_ = now;
  return tables_.make(input, working, options, now);
}

void OrderedMoves::ask(const std::optional<MacAddress>& system, const Roster& roster, Instant now) {
  // (the time ran out: what is answered now is late)
  if (!tables_.waits()) requester_.give_up();
  const MemberSet questions = tables_.take_questions();
  if (questions == 0 || !system) return;
  requester_.ask(
      questions, workers_, *system, [&](MemberIndex m) { return roster.settings(m).lacp.port_number; }, now);
}

bool OrderedMoves::answers(MemberIndex member, const wire::MarkerPdu& pdu, Instant now) {
  if (!requester_.receive(member, pdu)) return false;
  if (requester_.answered()) {
    tables_.markers_answered(now);
    requester_.give_up();  // (nothing is open)
  }
  return true;
}

void OrderedMoves::report(const Progress& progress, Instant now) {
  tables_.report(progress, now);
  behind_ = progress.behind;
  followed_ = progress.followed;
}

bool OrderedMoves::have_left(MemberSet members, const MoveOptions& options, Instant now) const noexcept {
  if ((distributing_ & members) != 0 || tables_.moving()) return false;
  const Duration since = now - distributing_since_;
  return since >= std::max(options.planned, kLinger) &&
         (followed_ >= tables_.generation() || since >= kFollowPatience);
}

void OrderedMoves::explain(Explanation& out) const {
  const std::size_t lane = tables_.lane_of(out.hash);
  if (lane >= dist::kBuckets) out.pin = lane - dist::kBuckets;
  const TableMaker::LaneFacts facts = tables_.lane(lane);
  if (facts.member < kMembersMax) out.member = MemberIndex{facts.member};
  if (facts.before < kMembersMax) out.before = MemberIndex{facts.before};
  out.why = name_of(facts.why);
  out.since = facts.since;
  out.moving = tables_.moving() && behind_.contains(lane);
}

void OrderedMoves::add_to(LagStatus& s) const {
  s.generation = tables_.generation();
  s.moves.under_way = tables_.moving();
  s.moves.counters = tables_.moves();
  s.moves.markers = requester_.counters();
}

void OrderedMoves::add_to(MemberStatus& s, MemberIndex member) const {
  s.buckets = tables_.buckets(member);
  s.placed_buckets = static_cast<std::uint32_t>(std::ranges::count(placed_, member.value()));
}

}  // namespace lagoon::control
