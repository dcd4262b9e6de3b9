#include "control/table_maker.hpp"

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
      return true;
    case table::Distribution::round_robin:
    case table::Distribution::broadcast:
      return false;
  }
  return false;
}

std::unique_ptr<table::PortTable> table_of(const TableInput& input, std::uint64_t generation,
                                           dist::BucketPlan& plan) {
  auto table = table::build_port_table({.generation = generation,
                                        .collecting = input.collecting,
                                        .distributing = input.distributing,
                                        .capacity = input.capacity,
                                        .hash = input.hash,
                                        .order = input.order,
                                        .groups = input.groups ? &*input.groups : nullptr},
                                       plan);
  table->standby = input.standby;
  table->own_address_only = input.own_address_only;
  table->distribution = input.distribution;
  table->packets_per_member = input.packets_per_member;
  table->eliminate_duplicates = input.eliminate_duplicates;
  table->spread_forwarded = input.spread_forwarded;
  table->watch_received = input.watch_received;
  table->watch_sent = input.watch_sent;
  table->divert_sent = input.divert_sent;
  table->own = input.own;
  table->address = input.address;
  table->probe_base = input.probe_base;
  // A distributing member in any case: the first one, where the mode has no active one.
  const auto active =
      input.active && contains(input.distributing, *input.active)
          ? input.active->value()
          : static_cast<std::uint8_t>(std::countr_zero(input.distributing) % int{kMembersMax});
  table->active = active;
  return table;
}

}  // namespace

std::unique_ptr<const table::PortTable> TableMaker::make(const TableInput& input, MemberSet working,
                                                         const MoveHold& hold, Instant now) {
  const bool changed = generation_ == 0 || !(input == published_);
  const bool wait_over = held_until_ && now >= *held_until_;
  if (!changed && !wait_over) return nullptr;
  auto table = table_of(input, ++generation_, plan_);
  if (changed) {
    const TableInput before = std::exchange(published_, input);
    const dist::BucketMap map_before = published_map_;
    if (input.distributing != 0) published_map_ = table->bucket;
    note_moves(before, map_before, working, hold, now);
    buckets_.fill(0);
    if (input.distributing != 0)
      for (const std::uint8_t member : published_map_) ++buckets_[member];
  }
  // (A bucket that moves as others' wait ends keeps all waiting: their frames are in one queue.)
  if (held_until_ && now >= *held_until_) release();
  table->holding = held_until_.has_value();
  table->held = held_;
  return table;
}

void TableMaker::release() noexcept {
  held_until_.reset();
  held_.fill(0);
}

// Compares the map before with the one published now, and decides which buckets wait, and until when.
void TableMaker::note_moves(const TableInput& before, const dist::BucketMap& map_before, MemberSet working,
                            const MoveHold& hold, Instant now) {
  if (before.distributing == 0 || published_.distributing == 0 || !keeps_order(published_.distribution))
    return release();
  // Under another hash every conversation may have moved, and none can be told by its bucket.
  const bool rehashed = !(before.hash == published_.hash);
  bool planned = false;
  bool moved = false;
  for (std::size_t b = 0; b < dist::kBuckets; ++b) {
    if (!rehashed && map_before[b] == published_map_[b]) continue;
    moved = true;
    planned = planned || contains(working, MemberIndex{map_before[b]});
    held_[b / 64] |= std::uint64_t{1} << (b % 64);
  }
  const Duration wait = planned ? hold.planned : hold.failover;
  if (!moved || wait <= Duration::zero()) return;
  held_until_ = std::max(held_until_.value_or(now), now + wait);
}

}  // namespace lagoon::control
