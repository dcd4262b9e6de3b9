// Weighted-dynamic: a conversation is placed when it begins, on the member that the weights favour, and stays
// there: the conversation table remembers it. Its frames stay in order.
//
// A conversation that had no room in the table goes as its bucket does, so that its way does not depend on
// what came before it; it is placed only after a pause. One whose member is drained, lost or crowded is
// placed anew as table.moves says. Large conversations may have a pin, which goes before all else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.hpp"
#include "dist/lanes.hpp"
#include "fast/concepts.hpp"
#include "fast/counters.hpp"
#include "fast/distribute/burst_hash.hpp"
#include "fast/distribute/distributor_state.hpp"
#include "fast/distribute/sample.hpp"
#include "fast/distribute/scatter.hpp"
#include "fast/distribute/send.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

struct Weighted {
  template <Packet P, MemberTx<P> Tx>
  [[nodiscard]] static std::size_t distribute(const table::PortTable& table, std::span<P*> burst, Tx& tx,
                                              DistributorState& state, LagCounters& counters) noexcept {
    LAGOON_DCHECK(state.conversations.exists());
    BurstHashes hashes;
    const ConversationTable& conversations = state.conversations;
    if (hash_burst<P>(table.options.hash, state.mixer.of(table.options.hash.seed), burst, hashes,
                      [lines = conversations.look_ahead()](std::uint32_t hash) { lines(hash); })) [[unlikely]]
      return detail::kSlowFound;
    Scattered<P> scattered;
    const ConversationClock now = ConversationClock::at(state.now);
    if (table.pins.any()) [[unlikely]]
      for (std::size_t i = 0; i < burst.size(); ++i)
        scattered.member[i] = member_with_pins(table, hashes[i], state, now);
    else
      for (std::size_t i = 0; i < burst.size(); ++i)
        scattered.member[i] = member_of(table, hashes[i], state, now);
    if (table.counts_lanes) detail::sample<P>(burst, hashes, scattered, state);
    scatter_by_member<P>(table.sending(), burst, scattered);
    return detail::send_scattered<P>(burst, scattered, tx, counters, [](std::size_t) {});
  }

  /// Whether the frame must wait until the table's move is released. Precondition: state.steering.waits().
  [[nodiscard]] static bool waits(const table::PortTable& table, std::uint32_t hash,
                                  DistributorState& state) noexcept {
    const std::size_t lane = table.pins.lane_of(hash);
    if (state.steering.is_queued(lane)) return true;
    if (lane >= dist::kBuckets) return state.steering.is_held(lane);
    if (const auto entry = state.conversations.find(hash)) {
      const std::uint8_t m = entry.member();
      if (!table.moves.waiting() || state.steering.gave_up(table.moves)) return false;
      if ((table.distributing >> m & 1U) != 0) return false;
      return table.may_send_on(m) ? table.moves.way == table::MoveWay::hold && table.moves.takes_part(lane)
                                  : table.moves.gone_wait;
    }
    // A new conversation has no frames under way, so it is placed anywhere.
    return state.steering.is_held(lane) && was_without(table, hash, state);
  }

 private:
  [[nodiscard, gnu::always_inline]] static std::uint8_t member_of(const table::PortTable& table,
                                                                  std::uint32_t hash, DistributorState& state,
                                                                  ConversationClock now) noexcept {
    const auto entry = state.conversations.find(hash);
    if (!entry) [[unlikely]]
      return begin(table, hash, state, now);
    const std::uint8_t m = entry.member();
    if ((table.distributing & ~table.weights.crowded) >> m & 1U) [[likely]] {
      state.conversations.touch(entry, now);
      return m;
    }
    return place_anew(table, entry, state, now);
  }

  [[nodiscard]] static std::uint8_t member_with_pins(const table::PortTable& table, std::uint32_t hash,
                                                     DistributorState& state,
                                                     ConversationClock now) noexcept {
    const std::size_t lane = table.pins.lane_of(hash);
    return lane >= dist::kBuckets ? state.steering.choose(table, lane, state.now)
                                  : member_of(table, hash, state, now);
  }

  [[nodiscard]] static std::uint8_t choose(const table::PortTable& table, DistributorState& state) noexcept {
    return state.placement.choose(table.weights, table.distributing,
                                  [&](std::uint8_t m) noexcept { return state.conversations.live(m); });
  }

  [[nodiscard, gnu::noinline]] static std::uint8_t begin(const table::PortTable& table, std::uint32_t hash,
                                                         DistributorState& state,
                                                         ConversationClock now) noexcept {
    const bool lately = was_without(table, hash, state);
    const std::uint8_t by_bucket = state.steering.choose(table, dist::bucket_of(hash), state.now);
    const std::uint8_t m = lately ? by_bucket : choose(table, state);
    if (!state.conversations.insert(hash, m, lately ? Placed::by_hash : Placed::chosen, now,
                                    table.weights.idle_ticks)) {
      state.without_entry[group_of(hash)] = now.tick;
      state.conversations.counters.frames_without.add(1);
      return by_bucket;
    }
    state.placement.charge(m, table.weights.estimate);
    return m;
  }

  [[nodiscard]] static constexpr std::size_t group_of(std::uint32_t hash) noexcept {
    return (hash >> 12) % DistributorState::kGroups;
  }
  // Frames without an entry may be on their way over the bucket's member.
  [[nodiscard]] static bool was_without(const table::PortTable& table, std::uint32_t hash,
                                        const DistributorState& state) noexcept {
    const std::uint16_t tick = ConversationClock::at(state.now).tick;
    return static_cast<std::uint16_t>(tick - state.without_entry[group_of(hash)]) < gap_of(table);
  }
  [[nodiscard]] static std::uint16_t gap_of(const table::PortTable& table) noexcept {
    return ConversationClock::ticks(table.moves.gap);
  }

  // Its member is crowded, drained, or gone.
  [[nodiscard, gnu::noinline]] static std::uint8_t place_anew(const table::PortTable& table,
                                                              const ConversationTable::Entry& entry,
                                                              DistributorState& state,
                                                              ConversationClock now) noexcept {
    const std::uint8_t m = entry.member();
    const bool paused = ConversationTable::idle(entry, now) >= gap_of(table);
    state.conversations.touch(entry, now);
    if ((table.distributing >> m & 1U) != 0) return paused ? leave_crowd(table, entry, state, now) : m;
    if (table.may_send_on(m)) {
      // hold_back() has taken the conversations that wait for the release.
      const std::size_t lane = dist::bucket_of(entry.line->hash[entry.way]);
      const bool may_go = table.moves.takes_part(lane) && !state.steering.gave_up(table.moves);
      const bool stays = table.moves.way == table::MoveWay::flowlet
                             ? !paused
                             : table.moves.way == table::MoveWay::hold && !may_go;
      if (stays) return m;
    }
    const std::uint8_t to = choose(table, state);
    state.conversations.move(entry, to, table.may_send_on(m) ? Placed::drained : Placed::lost, now);
    state.placement.charge(to, table.weights.estimate);
    return to;
  }

  [[nodiscard]] static std::uint8_t leave_crowd(const table::PortTable& table,
                                                const ConversationTable::Entry& entry,
                                                DistributorState& state, ConversationClock now) noexcept {
    const std::uint8_t from = entry.member();
    const std::uint8_t to = choose(table, state);
    const auto live = [&](std::uint8_t m) noexcept { return state.conversations.live(m); };
    if (!state.placement.is_better(table.weights, from, to, live)) return from;
    state.conversations.move(entry, to, Placed::less_used, now);
    state.placement.charge(from, -table.weights.estimate);
    state.placement.charge(to, table.weights.estimate);
    return to;
  }
};

}  // namespace lagoon::fast
