// The rarer parts of ConversationTable. Included by conversation_table.hpp alone.
#pragma once

#include <bit>

#include "fast/conversations/conversation_table.hpp"

namespace lagoon::fast {

inline ConversationTable::Entry ConversationTable::find_displaced(std::uint32_t hash) noexcept {
  for (std::size_t n = 1; n < kProbes; ++n) {
    ConversationLine& line = lines_[probe(hash, n)];
    counters.lines_touched.add(1);
    const std::size_t way = line.find(hash);
    if (way != ConversationLine::kWays) return {&line, way};
  }
  return {};
}

inline void ConversationTable::count_displaced(std::uint32_t hash, int change) noexcept {
  std::uint8_t& count = lines_[home(hash)].displaced;
  // At 255 the count is full: how many there are is not known any more, and it stays.
  if (count != 255) count = static_cast<std::uint8_t>(count + change);
}

inline void ConversationTable::remove(const Entry& entry) noexcept {
  const std::uint32_t hash = entry.line->hash[entry.way];
  count_live(entry.member(), -1);
  detail::tell(entry.line->where[entry.way], std::uint8_t{0});
  if (entry.line != &lines_[home(hash)]) count_displaced(hash, -1);
}

inline bool ConversationTable::insert(std::uint32_t hash, std::uint8_t member, Placed why,
                                      ConversationClock now, std::uint16_t idle_ticks) noexcept {
  constexpr unsigned kAll = (1U << ConversationLine::kWays) - 1;
  Entry place;
  Entry oldest;
  for (std::size_t n = 0; n < kProbes && !place; ++n) {
    ConversationLine& line = lines_[probe(hash, n)];
    const unsigned used = line.used();
    if (used != kAll) {
      place = {&line, static_cast<std::size_t>(std::countr_one(used))};
      continue;
    }
    for (std::size_t way = 0; way < ConversationLine::kWays; ++way)
      if (const Entry e{&line, way}; !oldest || idle(e, now) > idle(oldest, now)) oldest = e;
  }
  if (!place) {
    if (idle(oldest, now) < idle_ticks) return false;
    remove(oldest);
    counters.pushed_out.add(1);
    place = oldest;
  }
  if (place.line != &lines_[home(hash)]) count_displaced(hash, 1);
  detail::tell(place.line->hash[place.way], hash);
  detail::tell(place.line->seen[place.way], now.tick);
  put(place, member, why, now);
  count_live(member, 1);
  counters.begun.add(1);
  return true;
}

inline void ConversationTable::sweep(std::size_t count, ConversationClock now,
                                     std::uint16_t idle_ticks) noexcept {
  constexpr std::size_t kAhead = 8;
  // "Since" counts up to some 17 hours: what is longer ago stays at that.
  constexpr std::uint16_t kLongest = 60'000;
  for (; count > 0; --count) {
    __builtin_prefetch(&lines_[(sweep_at_ + kAhead < lines_.size() ? sweep_at_ + kAhead : 0)], 1);
    ConversationLine& line = lines_[sweep_at_];
    for (unsigned used = line.used(); used != 0; used &= used - 1) {
      const Entry entry{&line, static_cast<std::size_t>(std::countr_zero(used))};
      if (idle(entry, now) > idle_ticks) {
        remove(entry);
        counters.ended.add(1);
      } else if (static_cast<std::uint16_t>(now.second - line.since[entry.way]) > kLongest) {
        detail::tell(line.since[entry.way], static_cast<std::uint16_t>(now.second - kLongest));
      }
    }
    if (++sweep_at_ == lines_.size()) sweep_at_ = 0;
  }
}

inline void ConversationTable::recount() noexcept {
  std::array<std::uint32_t, kMembersMax> live{};
  for (const ConversationLine& line : lines_)
    for (unsigned used = line.used(); used != 0; used &= used - 1)
      ++live[line.member(static_cast<std::size_t>(std::countr_zero(used)))];
  for (std::size_t m = 0; m < kMembersMax; ++m) live_[m].store(live[m], std::memory_order_relaxed);
}

inline std::optional<ConversationTable::Snapshot> ConversationTable::snapshot(
    std::uint32_t hash) const noexcept {
  if (!exists()) return std::nullopt;
  for (std::size_t n = 0; n < kProbes; ++n) {
    ConversationLine& line = lines_[probe(hash, n)];
    for (std::size_t way = 0; way < ConversationLine::kWays; ++way) {
      const std::uint8_t where = detail::ask(line.where[way]);
      if (where == 0 || detail::ask(line.hash[way]) != hash) continue;
      return Snapshot{.member = MemberIndex{static_cast<std::uint8_t>(where & 31U)},
                      .placed = static_cast<Placed>(where >> 5),
                      .second_since = detail::ask(line.since[way])};
    }
  }
  return std::nullopt;
}

}  // namespace lagoon::fast
