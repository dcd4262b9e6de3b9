#include "control/table/table_maker.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "table/port_table_builder.hpp"

namespace lagoon::control {

namespace {

[[nodiscard]] bool keeps_order(table::Distribution distribution) noexcept {
  switch (distribution) {
    case table::Distribution::flow_hash:
    case table::Distribution::adaptive:
    case table::Distribution::weighted:
      return true;
    case table::Distribution::round_robin:
    case table::Distribution::broadcast:
      return false;
  }
  return false;
}

// How long a conversation must have been silent to go elsewhere without being held. Where frames are held it
// is what they are held for: the operator has said that they may be on their way for so long.
[[nodiscard]] Duration gap_of(const MoveOptions& options) noexcept {
  switch (options.by) {
    case MoveBy::marker:
    case MoveBy::hold:
      return std::max(options.gap, options.planned);
    case MoveBy::flowlet:
    case MoveBy::at_once:
      break;
  }
  return options.gap;
}

[[nodiscard]] bool distributes(const TableInput& input, std::uint8_t member) noexcept {
  return member < kMembersMax && contains(input.distributing, MemberIndex{member});
}

void copy_plain(const TableInput& input, table::PortTable& table) {
  table.standby = input.standby;
  table.own_address_only = input.own_address_only;
  table.distribution = input.distribution;
  table.options = input.options;
  table.watch_received = input.watch_received;
  table.watch_sent = input.watch_sent;
  table.divert_sent = input.divert_sent;
  table.own = input.own;
  table.address = input.address;
  table.probe_base = input.probe_base;
  table.lingering = input.lingering & ~input.distributing;
  table.counts_lanes = input.counts_lanes;
  table.weights = input.weights;
  // A distributing member in any case: the first one, where the mode has no active one.
  const auto active =
      input.active && contains(input.distributing, *input.active)
          ? input.active->value()
          : static_cast<std::uint8_t>(std::countr_zero(input.distributing) % int{kMembersMax});
  table.active = active;
}

}  // namespace

std::unique_ptr<table::PortTable> TableMaker::compose(const TableInput& input) {
  auto table = table::build_port_table({.generation = ++generation_,
                                        .collecting = input.collecting,
                                        .distributing = input.distributing,
                                        .capacity = input.capacity,
                                        .order = input.order,
                                        .groups = input.groups ? &*input.groups : nullptr},
                                       preferences_);
  copy_plain(input, *table);
  if (input.distributing == 0) return table;
  for (std::size_t b = 0; b < dist::kBuckets; ++b) {
    if (input.wishes && distributes(input, input.wishes->member[b]))
      table->bucket[b] = input.wishes->member[b];
    if (distributes(input, input.placed[b])) table->bucket[b] = input.placed[b];
    if (distributes(input, stays_[b])) table->bucket[b] = stays_[b];
  }
  place_pins(input, *table);
  return table;
}

// A pin that is not wished for any more, or whose member is gone, goes to its bucket's member first, in
// order, and only then away.
void TableMaker::place_pins(const TableInput& input, table::PortTable& table) const {
  static const LaneWishes kNoWishes{};
  const LaneWishes& wishes = input.wishes ? *input.wishes : kNoWishes;
  dist::Pins pins{};
  for (std::size_t i = 0; i < dist::kPins; ++i) {
    const dist::Pin& wished = wishes.pins[i];
    const dist::Pin& known = pins_.pins()[i];
    const bool may_have = wished.used && distributes(input, wishes.pin_member[i]);
    if (known.used && (!may_have || wished.hash != known.hash)) {
      const std::uint8_t home = table.bucket[dist::bucket_of(known.hash)];
      const bool is_home = lanes_[dist::kBuckets + i].member == home && !keeper_.under_way();
      if (!is_home) {
        pins[i] = known;
        table.pin_member[i] = home;
        continue;
      }
    }
    if (!may_have) continue;
    pins[i] = wished;
    table.pin_member[i] = wishes.pin_member[i];
  }
  table.pins.build(pins);
}

std::unique_ptr<const table::PortTable> TableMaker::make(const TableInput& input, MemberSet working,
                                                         const MoveOptions& options, Instant now) {
  keeper_.expire(now);
  const auto refused = keeper_.take_refused();
  const bool changed = generation_ == 0 || !(input == published_);
  const bool news = keeper_.take_news();
  if (!changed && !news && !refused) return nullptr;
  // What stays for want of room does so until it matters who carries what.
  if (changed && (input.distributing != published_.distributing || !(input.capacity == published_.capacity)))
    stays_ = LaneWishes{}.member;
  // (what the operator says is tried anew)
  for (std::size_t b = 0; changed && b < dist::kBuckets; ++b)
    if (input.placed[b] != published_.placed[b]) stays_[b] = kNoMember;
  if (refused) stay_put(*refused);
  auto table = compose(input);
  if (changed || refused) {
    const TableInput before = std::exchange(published_, input);
    note_moves(before, *table, working, options, now);
    buckets_.fill(0);
    if (input.distributing != 0)
      for (const std::uint8_t member : table->bucket) ++buckets_[member];
  }
  pins_ = table->pins;
  to_ask_ = to_ask_ || ((changed || news) && keeper_.may_ask());
  keeper_.published(table->generation);
  table->moves = keeper_.moves();
  table->moves.gap = gap_of(options);
  return table;
}

void TableMaker::stay_put(const dist::LaneSet& refused) {
  refused.each([this](std::size_t lane) {
    if (lane < dist::kBuckets) stays_[lane] = lanes_[lane].before;
  });
}

// Compares where lanes were with where they are to be, and begins a move when some are elsewhere.
void TableMaker::note_moves(const TableInput& before, const table::PortTable& table, MemberSet working,
                            const MoveOptions& options, Instant now) {
  // Under another hash every conversation may have moved, and none can be told by its bucket.
  const bool rehashed = !(before.options.hash == published_.options.hash);
  const bool fresh = before.distributing == 0;
  MoveKeeper::Change change;
  MemberSet left = 0;
  const auto leaves = [&](std::uint8_t member) {
    if (member >= kMembersMax) return;
    const MemberIndex from{member};
    const bool stays = table.may_send_on(member);
    change.can_stay = change.can_stay || stays;
    change.gone = change.gone || !stays;
    change.working = change.working || contains(working, from);
    if (contains(working, from)) left |= set_of(from);
  };
  for (std::size_t lane = 0; lane < dist::kLanes; ++lane) {
    const bool is_pin = lane >= dist::kBuckets;
    const dist::Pin* pin = is_pin ? &table.pins.pins()[lane - dist::kBuckets] : nullptr;
    if (is_pin && !pin->used) {
      lanes_[lane] = {};
      continue;
    }
    LaneFacts& record = lanes_[lane];
    const dist::Pin* known = is_pin ? &pins_.pins()[lane - dist::kBuckets] : nullptr;
    if (is_pin && (!known->used || known->hash != pin->hash)) {
      record = lanes_[dist::bucket_of(pin->hash)];
      record.why = MoveReason::pinned;
      record.since = now;
    }
    if (published_.distributing == 0) continue;
    const std::uint8_t to = table.target(lane);
    if (!fresh && !rehashed && record.member == to) continue;
    if (!fresh) leaves(record.member);
    record = {.member = to,
              .before = record.member,
              .why = fresh      ? MoveReason::first
                     : rehashed ? MoveReason::rehashed
                                : reason_of(before, lane, record.member),
              .since = now};
  }
  // (conversations of their own leave a member also where no lane does)
  if (published_.distribution == table::Distribution::weighted && !fresh)
    for_each(before.distributing & ~published_.distributing, [&](MemberIndex m) {
      change.conversations = true;
      leaves(m.value());
    });
  if (fresh || published_.distributing == 0 || !keeps_order(published_.distribution)) {
    left_ = 0;
    return keeper_.cancel();
  }
  if (!change.can_stay && !change.gone) return;
  // (what an earlier move has not taken away from a member yet has to be asked for as well)
  left_ = left | (keeper_.under_way() ? left_ & working : 0);
  keeper_.begin(change, table.generation, options, now);
}

MoveReason TableMaker::reason_of(const TableInput& before, std::size_t lane,
                                 std::uint8_t from) const noexcept {
  if (lane < dist::kBuckets && stays_[lane] != LaneWishes::kNone) return MoveReason::no_room;
  if (!distributes(published_, from))
    return contains(published_.withdrawn, MemberIndex{from}) ? MoveReason::drained : MoveReason::lost;
  if (lane < dist::kBuckets && before.placed[lane] != published_.placed[lane]) return MoveReason::placed;
  if (!(before.wishes == published_.wishes)) return MoveReason::rebalanced;
  return before.distributing != published_.distributing ? MoveReason::returned : MoveReason::capacity;
}

MemberSet TableMaker::take_questions() noexcept {
  if (!std::exchange(to_ask_, false)) return 0;
  return left_;
}

}  // namespace lagoon::control
