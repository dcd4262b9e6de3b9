#include "control/table/table_maker.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <span>
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
  table.stands_by = input.stands_by;
  table.validity = input.validity;
  table.authority = input.authority;
  // A distributing member in any case: the first one, where the mode has no active one.
  const auto active =
      input.active && contains(input.distributing, *input.active)
          ? input.active->value()
          : static_cast<std::uint8_t>(std::countr_zero(input.distributing) % int{kMembersMax});
  table.active = active;
}

// The buckets that have a member there go to it, if it distributes. (Mostly none has.)
void prefer(const TableInput& input, const BucketMembers& wanted, dist::BucketMap& buckets) {
  if (wanted == kNoMembers) return;
  for (std::size_t b = 0; b < dist::kBuckets; ++b)
    if (distributes(input, wanted[b])) buckets[b] = wanted[b];
}

// Calls `use(b)` for each bucket that differs, eight compared at a time.
template <typename Use>
void each_difference(std::span<const std::uint8_t, dist::kBuckets> a,
                     std::span<const std::uint8_t, dist::kBuckets> b, Use use) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  static_assert(dist::kBuckets % kWord == 0 && std::endian::native == std::endian::little);
  constexpr std::uint64_t kLow = 0x7f7f'7f7f'7f7f'7f7fU;
  for (std::size_t at = 0; at < dist::kBuckets; at += kWord) {
    std::uint64_t differs = 0;
    std::uint64_t other = 0;
    std::memcpy(&differs, &a[at], kWord);
    std::memcpy(&other, &b[at], kWord);
    differs ^= other;
    // Each octet's highest bit: it is not 0.
    for (std::uint64_t left = (((differs & kLow) + kLow) | differs) & ~kLow; left != 0; left &= left - 1)
      use(at + static_cast<std::size_t>(std::countr_zero(left)) / 8);
  }
}

// Why lanes leave a member. Most of it is the same for all lanes of that member, and is found out once.
class Reasons {
 public:
  Reasons(const TableInput& before, const TableInput& now, const BucketMembers& stays)
      : before_{before}, now_{now}, stays_{stays} {
    const bool fresh = before.distributing == 0;
    // Under another hash every conversation may have moved, and none can be told by its bucket.
    all_new_ = fresh || !(before.options.hash == now.options.hash);
    if (all_new_) {
      of_nobody_ = fresh ? MoveReason::first : MoveReason::rehashed;
      of_member_.fill(of_nobody_);
      return;
    }
    by_bucket_ = stays != kNoMembers || before.placed != now.placed;
    const bool others = before.distributing != now.distributing;
    const bool wished = !(before.wishes == now.wishes);
    of_member_.fill(wished ? MoveReason::rebalanced : others ? MoveReason::returned : MoveReason::capacity);
    for_each(~now.distributing, [&](MemberIndex m) {
      of_member_[m.value()] = contains(now.withdrawn, m)  ? MoveReason::drained
                              : contains(now.replaced, m) ? MoveReason::replaced
                                                          : MoveReason::lost;
    });
  }
  [[nodiscard]] bool are_all_new() const noexcept { return all_new_; }
  [[nodiscard]] MoveReason of(std::size_t lane, std::uint8_t from) const noexcept {
    const MoveReason why = from < kMembersMax ? of_member_[from] : of_nobody_;
    if (!by_bucket_ || lane >= dist::kBuckets) return why;
    if (stays_[lane] != kNoMember) return MoveReason::no_room;
    const bool was_placed = before_.placed[lane] != now_.placed[lane];
    return was_placed && distributes(now_, from) ? MoveReason::placed : why;
  }

 private:
  const TableInput& before_;
  const TableInput& now_;
  const BucketMembers& stays_;
  bool all_new_ = false;
  bool by_bucket_ = false;  // some buckets have reasons of their own
  MoveReason of_nobody_ = MoveReason::lost;
  std::array<MoveReason, kMembersMax> of_member_{};
};

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
  if (input.wishes) prefer(input, input.wishes->member, table->bucket);
  prefer(input, input.placed, table->bucket);
  prefer(input, stays_, table->bucket);
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
      const bool is_home = members_[dist::kBuckets + i] == home && !keeper_.under_way();
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
    stays_ = kNoMembers;
  // (what the operator says is tried anew)
  if (changed)
    each_difference(input.placed, published_.placed, [this](std::size_t b) { stays_[b] = kNoMember; });
  if (refused) stay_put(*refused);
  auto table = compose(input);
  if (changed || refused) {
    const TableInput before = std::exchange(published_, input);
    note_moves(before, *table, working, options, now);
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
    if (lane < dist::kBuckets) stays_[lane] = stories_[lane].before;
  });
}

// Compares where lanes were with where they are to be.
MemberSet TableMaker::follow_lanes(const TableInput& before, const table::PortTable& table, Instant now) {
  const bool any = published_.distributing != 0;
  const Reasons reasons{before, published_, stays_};
  MemberSet left = 0;
  const auto follow = [&](std::size_t lane, std::uint8_t to) {
    const std::uint8_t from = std::exchange(members_[lane], to);
    if (from < kMembersMax) left |= set_of(MemberIndex{from});
    stories_[lane] = {.since = now, .before = from, .why = reasons.of(lane, from)};
  };
  if (any && reasons.are_all_new())
    for (std::size_t b = 0; b < dist::kBuckets; ++b) follow(b, table.bucket[b]);
  else if (any)
    each_difference(std::span{members_}.first<dist::kBuckets>(), table.bucket,
                    [&](std::size_t b) { follow(b, table.bucket[b]); });
  for (std::size_t i = 0; i < dist::kPins; ++i) {
    const std::size_t lane = dist::kBuckets + i;
    begin_pin(i, table.pins.pins()[i], now);
    if (!any || !table.pins.pins()[i].used) continue;
    if (reasons.are_all_new() || members_[lane] != table.pin_member[i]) follow(lane, table.pin_member[i]);
  }
  return left;
}

// A new pin begins where its bucket is; one that is gone is nowhere.
void TableMaker::begin_pin(std::size_t i, const dist::Pin& pin, Instant now) {
  const std::size_t lane = dist::kBuckets + i;
  const dist::Pin& known = pins_.pins()[i];
  if (!pin.used) {
    members_[lane] = kNoMember;
    stories_[lane] = {};
  } else if (!known.used || known.hash != pin.hash) {
    const std::size_t bucket = dist::bucket_of(pin.hash);
    members_[lane] = members_[bucket];
    stories_[lane] = {.since = now, .before = stories_[bucket].before, .why = MoveReason::pinned};
  }
}

// Begins a move when some lanes are elsewhere.
void TableMaker::note_moves(const TableInput& before, const table::PortTable& table, MemberSet working,
                            const MoveOptions& options, Instant now) {
  const bool fresh = before.distributing == 0;
  MoveKeeper::Change change;
  MemberSet left = follow_lanes(before, table, now);
  if (fresh) left = 0;
  // (conversations of their own leave a member also where no lane does)
  if (published_.distribution == table::Distribution::weighted && !fresh) {
    const MemberSet gone = before.distributing & ~published_.distributing;
    change.conversations = gone != 0;
    left |= gone;
  }
  for_each(left, [&](MemberIndex from) {
    const bool stays = table.may_send_on(from.value());
    change.can_stay = change.can_stay || stays;
    change.gone = change.gone || !stays;
    change.working = change.working || contains(working, from);
  });
  left &= working;
  if (fresh || published_.distributing == 0 || !keeps_order(published_.distribution)) {
    left_ = 0;
    return keeper_.cancel();
  }
  if (!change.can_stay && !change.gone) return;
  // (what an earlier move has not taken away from a member yet has to be asked for as well)
  left_ = left | (keeper_.under_way() ? left_ & working : 0);
  keeper_.begin(change, table.generation, options, now);
}

std::uint32_t TableMaker::buckets(MemberIndex member) const noexcept {
  if (published_.distributing == 0) return 0;
  return static_cast<std::uint32_t>(
      std::ranges::count(std::span{members_}.first<dist::kBuckets>(), member.value()));
}

MemberSet TableMaker::take_questions() noexcept {
  if (!std::exchange(to_ask_, false)) return 0;
  return left_;
}

}  // namespace lagoon::control
