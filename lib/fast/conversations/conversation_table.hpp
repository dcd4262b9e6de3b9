// ConversationTable: which member each live conversation is on, for one worker and LAG. Fixed in size, in
// memory that its owner gives; no lock, no heap, no division.
//
// A conversation belongs to one line (64 octets, seven entries) by its hash, and is nearly always there. When
// that is full it goes to one of a few other lines, and the line where it belongs counts it as displaced: so
// a search that finds nothing in a line with no displaced ones has ended after one cache line. When all its
// lines are full, the oldest entry that has been silent for long enough makes room; when there is none, the
// conversation gets no entry.
// Thread: the worker that owns it; snapshot() and the counters may be read by others.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/check.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "fast/conversations/conversation_line.hpp"
#include "fast/counters.hpp"
#include "table/conversation_size.hpp"

namespace lagoon::fast {

/// A worker's time as the table keeps it: ticks of half a millisecond (2^19 ns), and of a second (2^30 ns).
struct ConversationClock {
  std::uint16_t tick = 0;
  std::uint16_t second = 0;
  [[nodiscard]] static constexpr ConversationClock at(Instant now) noexcept {
    const auto ns = static_cast<std::uint64_t>(to_ns(now));
    return {.tick = static_cast<std::uint16_t>(ns >> 19), .second = static_cast<std::uint16_t>(ns >> 30)};
  }
  /// At least this many ticks lie between two frames that are further apart than `gap`.
  [[nodiscard]] static constexpr std::uint16_t ticks(Duration gap) noexcept {
    return static_cast<std::uint16_t>((static_cast<std::uint64_t>(gap.count()) >> 19) + 2);
  }
};

struct ConversationCounters {
  Counter begun;
  Counter ended;           // silent for too long
  Counter pushed_out;      // silent, and made room for a new one
  Counter moved;           // to another member
  Counter frames_without;  // that went as their bucket, since there was no room
  Counter lines_touched;   // beyond the first one of a look-up
};

class ConversationTable {
 public:
  struct Entry {
    ConversationLine* line = nullptr;
    std::size_t way = 0;
    explicit operator bool() const noexcept { return line != nullptr; }
    [[nodiscard]] std::uint8_t member() const noexcept { return line->member(way); }
  };
  /// What another thread sees of a conversation.
  struct Snapshot {
    MemberIndex member{};
    Placed placed{};
    std::uint16_t second_since = 0;
  };

  /// Lines for that many live conversations, with room to spare.
  [[nodiscard]] static constexpr std::size_t lines_for(std::size_t conversations) noexcept {
    return table::conversation_lines(conversations);
  }
  /// Before the first look-up: `lines` are all zero, and outlive this. Precondition: at least kProbes of
  /// them, at most 2^26.
  void use(std::span<ConversationLine> lines) noexcept {
    LAGOON_CHECK(lines.size() >= kProbes && lines.size() <= std::size_t{1} << 26);
    lines_ = lines;
  }
  [[nodiscard]] bool exists() const noexcept { return !lines_.empty(); }
  [[nodiscard]] std::size_t lines() const noexcept { return lines_.size(); }

  /// Asks for the line of a hash, ahead of find(). A copy of what that takes, for loops.
  class LookAhead {
   public:
    explicit LookAhead(std::span<const ConversationLine> lines) noexcept : lines_{lines} {}
    void operator()(std::uint32_t hash) const noexcept {
      __builtin_prefetch(&lines_[home(hash, lines_.size())], 1);
    }

   private:
    std::span<const ConversationLine> lines_;
  };
  [[nodiscard]] LookAhead look_ahead() const noexcept { return LookAhead{lines_}; }
  void prefetch(std::uint32_t hash) const noexcept { look_ahead()(hash); }

  [[nodiscard]] Entry find(std::uint32_t hash) noexcept {
    ConversationLine& first = lines_[home(hash)];
    const std::size_t way = first.find(hash);
    if (way != ConversationLine::kWays) [[likely]]
      return {&first, way};
    return first.displaced == 0 ? Entry{} : find_displaced(hash);
  }
  void touch(const Entry& entry, ConversationClock now) noexcept {
    if (entry.line->seen[entry.way] != now.tick) detail::tell(entry.line->seen[entry.way], now.tick);
  }
  /// Ticks since its last frame.
  [[nodiscard]] static std::uint16_t idle(const Entry& entry, ConversationClock now) noexcept {
    return static_cast<std::uint16_t>(now.tick - entry.line->seen[entry.way]);
  }
  void move(const Entry& entry, std::uint8_t member, Placed why, ConversationClock now) noexcept {
    count_live(entry.member(), -1);
    count_live(member, 1);
    put(entry, member, why, now);
    counters.moved.add(1);
  }
  /// False when there is no room, also by pushing out one that was silent for `idle_ticks`. Precondition: it
  /// has no entry.
  [[nodiscard]] bool insert(std::uint32_t hash, std::uint8_t member, Placed why, ConversationClock now,
                            std::uint16_t idle_ticks) noexcept;

  /// Looks through the next `count` lines for conversations that were silent for `idle_ticks`.
  void sweep(std::size_t count, ConversationClock now, std::uint16_t idle_ticks) noexcept;

  [[nodiscard]] std::uint32_t live(std::uint8_t member) const noexcept {
    return live_[member].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::optional<Snapshot> snapshot(std::uint32_t hash) const noexcept;

  /// The worker has ended amid a change: counts the live ones anew. (An entry is there or not, and one that
  /// is not found any more ends by its silence.) Thread: who takes the table over from it.
  void recount() noexcept;

  ConversationCounters counters{};

 private:
  // A conversation may be in this many lines.
  static constexpr std::size_t kProbes = table::kConversationProbes;

  [[nodiscard]] static std::size_t home(std::uint32_t hash, std::size_t lines) noexcept {
    return static_cast<std::size_t>(std::uint64_t{hash} * lines >> 32);
  }
  [[nodiscard]] std::size_t home(std::uint32_t hash) const noexcept { return home(hash, lines_.size()); }
  /// Its n-th line: lines apart by a step of its own, so that neighbours' conversations go different ways.
  [[nodiscard]] std::size_t probe(std::uint32_t hash, std::size_t n) const noexcept {
    const std::uint32_t mixed = (hash + static_cast<std::uint32_t>(n) * 0x9e37'79b9U) * 0x85eb'ca6bU;
    return n == 0 ? home(hash)
                  : static_cast<std::size_t>(std::uint64_t{mixed ^ mixed >> 15} * lines_.size() >> 32);
  }
  [[nodiscard]] Entry find_displaced(std::uint32_t hash) noexcept;
  void put(const Entry& entry, std::uint8_t member, Placed why, ConversationClock now) noexcept {
    detail::tell(entry.line->since[entry.way], now.second);
    detail::tell(entry.line->where[entry.way],
                 static_cast<std::uint8_t>(member | static_cast<unsigned>(why) << 5));
  }
  void remove(const Entry& entry) noexcept;
  void count_displaced(std::uint32_t hash, int change) noexcept;
  void count_live(std::uint8_t member, int change) noexcept {
    live_[member].store(live(member) + static_cast<std::uint32_t>(change), std::memory_order_relaxed);
  }

  std::span<ConversationLine> lines_{};
  std::size_t sweep_at_ = 0;
  std::array<std::atomic<std::uint32_t>, kMembersMax> live_{};
};

}  // namespace lagoon::fast

#include "fast/conversations/conversation_table_inl.hpp"
