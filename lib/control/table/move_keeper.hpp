// MoveKeeper: the course of moves, from the table that begins one to the last worker that has followed it.
//
//   begin() -> waiting  --time is over, or Markers were answered-->  released -> workers report
//           -> at gaps  --patience is over-->  waiting
//   workers report: all is where it should be -> idle
//                   a worker had no room for what waits -> after a pause another move, of a smaller portion
//
// It only decides `table::Moves`; who moves where is TableMaker's. Sans-IO. Thread: one at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "dist/lanes.hpp"
#include "options/move_options.hpp"
#include "table/moves.hpp"

namespace lagoon::control {

/// What the workers of a LAG say, taken together.
struct Progress {
  std::uint64_t followed = 0;   // the oldest table that any of them is at, by generation
  std::uint64_t gave_up = 0;    // the last move that any of them had no room for
  std::uint64_t gaps_used = 0;  // lanes that moved in a gap, since the start
  dist::LaneSet behind{};       // lanes that are not where the table wants them, at any of them
};

struct MoveCounters {
  std::uint64_t begun = 0;
  std::uint64_t by_marker = 0;  // released since Markers were answered
  std::uint64_t by_time = 0;
  std::uint64_t at_gaps = 0;     // every lane found a gap in time
  std::uint64_t overflowed = 0;  // a worker had no room
  std::uint64_t given_up = 0;    // and so lanes stayed for good
  std::uint64_t gaps_used = 0;   // lanes that moved in a gap
  Duration last_pause{};         // from the table that holds to the one that releases
  Duration longest_pause{};
  friend bool operator==(const MoveCounters&, const MoveCounters&) = default;
};

class MoveKeeper {
 public:
  /// The kinds of lanes that a new table moves. Each lane leaves a member, the former one.
  struct Change {
    bool can_stay = false;  // of some lane the former member may still be sent on
    bool working = false;   // of some lane the former member's link works, so frames sent on it arrive
    bool gone = false;      // of some lane the former member can't be sent on
    // Conversations of the conversation table may have to leave a member. No lane shows when they have.
    bool conversations = false;
  };

  /// A table of that generation moves lanes.
  void begin(const Change& change, std::uint64_t generation, const MoveOptions& options, Instant now);
  /// Nothing waits for anything.
  void cancel() noexcept;
  /// Markers may shorten the wait that has begun.
  [[nodiscard]] bool may_ask() const noexcept {
    return phase_ == Phase::waiting && by_ != MoveBy::hold && planned_;
  }
  /// Frames wait: for answers, or for time to pass.
  [[nodiscard]] bool waits() const noexcept { return phase_ == Phase::waiting; }
  /// The answers are there. They tell nothing of a wait that may not ask.
  void markers_answered(Instant now);
  void report(const Progress& progress, Instant now);
  void expire(Instant now);
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// Until this is false, workers should report.
  [[nodiscard]] bool under_way() const noexcept { return phase_ != Phase::idle; }

  /// What the next table says. It is news when another table has to be published for it.
  [[nodiscard]] const table::Moves& moves() const noexcept { return moves_; }
  [[nodiscard]] bool has_news() const noexcept { return news_; }
  [[nodiscard]] bool take_news() noexcept {
    const bool news = news_;
    news_ = false;
    return news;
  }
  /// The table of the last news has been published.
  void published(std::uint64_t generation) noexcept;
  /// Lanes that are to stay where they were, since there was no room (Overflow::give_up). Asked once.
  [[nodiscard]] std::optional<dist::LaneSet> take_refused() noexcept;
  [[nodiscard]] const MoveCounters& counters() const noexcept { return counters_; }

 private:
  enum class Phase : std::uint8_t { idle, at_gaps, waiting, checking, pausing };
  void wait(Instant now);
  void release(Instant now);
  void check(const Progress& progress, Instant now);
  void finish() noexcept;
  void first_portion() noexcept;

  Phase phase_ = Phase::idle;
  MoveBy by_ = MoveBy::hold;
  MoveOptions options_{};
  table::Moves moves_{};
  bool news_ = false;
  bool planned_ = false;  // some lane could stay, or its link works
  bool gone_ = false;
  bool conversations_ = false;
  bool asked_answered_ = false;
  bool followed_ = false;  // by all workers
  bool refused_before_ = false;
  // Of the table that this phase is about; the greatest of all until that has been published.
  std::uint64_t generation_ = 0;
  Instant since_{};  // of the wait
  std::optional<Instant> until_{};
  std::optional<Instant> gone_until_{};  // frames of lost members wait at least until then
  unsigned portion_bits_ = 0;
  std::optional<dist::LaneSet> refused_{};
  MoveCounters counters_{};
};

}  // namespace lagoon::control
