// Steering: where each lane is now, for one worker and LAG, and how it gets to where the PortTable wants it.
//
// Frames of a conversation must not overtake each other when it changes its member: those sent before may
// still be on their way over a slower path. So a worker does not take the table's map as it is, but follows
// it lane by lane. `current` is the lane's member now, `target` its member by the table.
//
//   state                                                            its frames go ..
//   unknown    there was no table yet with a member to send on       nowhere: there are none
//   there      current is the target                                 to current
//   pending    it waits for a gap in its frames (flowlet)            to current, until the gap
//   held       it waits for the release of the move                  into the HoldQueue
//   left       it must stay: its portion has no turn yet, or the     to current
//              worker has given the move up
//
// State by event (-: it stays, blank: can't be):
//
//   a table comes, and by it ..                          there, left      pending        held
//     no member distributes                              unknown          unknown        unknown
//     the hash is another one                            there, or held while the move waits for its release
//     the move is released                                                               there
//     target is current (again)                          there            -              -
//     current can be sent on, and lanes go at_once       there            there          -
//       .. by flowlet                                    pending          -              -
//       .. by hold, in this portion, not released        held             held           -
//       .. by hold, in this portion, released            there            there
//       .. by hold, in another portion, or given up      left             -
//     current can't be sent on, and gone_wait            held             held           -
//       .. and not gone_wait, released, or given up      there            there
//   a frame comes after a gap                                             there
//   the HoldQueue is full: give_up()                                      -              left; there, when
//                                                                                        current is gone
//
// After a release the HoldQueue goes first, then the frames that come (hold_back.hpp). pending, held and left
// lanes are `behind`: the control lcore sees them, and publishes a release, another portion, or another try.
// A conversation stays on one worker (its port hands it to one queue), so each worker may be at another point
// of the same move.
//
// Thread: the worker that owns it; behind(), followed() and gave_up() may be read by the control lcore.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "dist/lanes.hpp"
#include "table/port_table.hpp"

namespace lagoon::fast {

class Steering {
 public:
  static constexpr std::uint8_t kNobody = 0xff;

  Steering() { current_.fill(kNobody); }

  /// Where conversations are that have no lane of their own; `Homes` of a table without such.
  struct NoHomes {
    [[nodiscard]] std::uint8_t of(std::uint32_t) const noexcept { return kNobody; }
    void settle(std::uint32_t, std::uint8_t) const noexcept {}
  };
  /// To be asked for each table that is used, before anything else here. A conversation that gets a pin is
  /// where `homes.of(hash)` says, or its bucket; one that loses its pin is told to homes.settle(hash,
  /// member).
  template <typename Homes = NoHomes>
  void follow(const table::PortTable& table, Instant now, Homes&& homes = {}) noexcept {
    if (table.generation != followed_.load(std::memory_order_relaxed)) [[unlikely]]
      adopt(table, now, homes);
  }

  /// Every lane is where current() says, and no pin is to be looked for: nothing else need be asked.
  [[nodiscard]] bool plain() const noexcept { return plain_; }
  [[nodiscard]] const dist::LaneMap& current() const noexcept { return current_; }
  /// The member that a frame of the lane goes to. Precondition: the lane is not held.
  [[nodiscard]] std::uint8_t choose(const table::PortTable& table, std::size_t lane, Instant now) noexcept {
    if (pending_count_ != 0 && pending_.contains(lane)) [[unlikely]]
      step(table, lane, now);
    return current_[lane];
  }

  /// Some frames must wait.
  [[nodiscard]] bool waits() const noexcept { return waits_; }
  [[nodiscard]] bool is_held(std::size_t lane) const noexcept { return held_.contains(lane); }
  /// Frames of the lane wait in the queue: so those behind them wait as well, until the release.
  void note_queued(std::size_t lane) noexcept { queued_.insert(lane); }
  [[nodiscard]] bool is_queued(std::size_t lane) const noexcept { return queued_.contains(lane); }
  /// Ends the wait, since there is no room for more frames: lanes that can stay where they were do so until
  /// another move begins, the others go where they should be.
  void give_up(const table::PortTable& table) noexcept;
  /// Whether the wait for the table's move was given up here.
  [[nodiscard]] bool gave_up(const table::Moves& moves) const noexcept {
    return gave_up_.load(std::memory_order_relaxed) == moves.begun && moves.begun != 0;
  }

  /// Looks at some of the lanes that wait for a gap: idle ones go without another frame. Bounded.
  void look_for_gaps(const table::PortTable& table, Instant now) noexcept;

  // For the control lcore.
  [[nodiscard]] std::uint64_t followed() const noexcept { return followed_.load(std::memory_order_acquire); }
  [[nodiscard]] std::uint64_t move_given_up() const noexcept {
    return gave_up_.load(std::memory_order_relaxed);
  }
  void add_behind(dist::LaneSet& set) const noexcept {
    for (std::size_t w = 0; w < dist::LaneSet::kWords; ++w)
      set.set_word(w, set.word(w) | behind_[w].load(std::memory_order_relaxed));
  }
  [[nodiscard]] std::uint64_t gaps_used() const noexcept {
    return gaps_used_.load(std::memory_order_relaxed);
  }

 private:
  // A worker's time in some microseconds, in 32 bits: differences of up to half an hour.
  [[nodiscard]] static std::uint32_t stamp(Instant now) noexcept {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(to_ns(now)) >> 10);
  }
  [[nodiscard]] static std::uint32_t stamps(Duration gap) noexcept {
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(gap.count()) >> 10) + 1);
  }

  template <typename Homes>
  void adopt(const table::PortTable& table, Instant now, Homes& homes) noexcept;
  template <typename Homes>
  void adopt_pins(const table::PortTable& table, Homes& homes) noexcept;
  void begin(const table::PortTable& table, std::size_t lane, Instant now) noexcept;
  void step(const table::PortTable& table, std::size_t lane, Instant now) noexcept;
  void arrive(const table::PortTable& table, std::size_t lane) noexcept {
    current_[lane] = table.target(lane);
    held_.erase(lane);
    pending_.erase(lane);
  }
  [[nodiscard]] bool is_there(const table::PortTable& table) const noexcept;
  void pass_gap(const table::PortTable& table, std::size_t lane) noexcept;
  void tell(const table::PortTable& table) noexcept;

  dist::LaneMap current_;
  bool plain_ = false;
  bool waits_ = false;
  bool had_pins_ = false;
  std::size_t pending_count_ = 0;
  dist::LaneSet held_{};
  dist::LaneSet queued_{};                               // with frames in the queue
  dist::LaneSet pending_{};                              // wait for a gap
  std::array<std::uint32_t, dist::kLanes> last_sent_{};  // of lanes that are pending
  std::array<std::uint32_t, dist::kPins> pin_hash_{};    // of the pins that were there
  std::array<bool, dist::kPins> pin_used_{};
  dist::FlowHashSettings hash_{};
  std::uint32_t look_at_ = 0;  // the next word of lanes for look_for_gaps()
  std::atomic<std::uint64_t> followed_{~std::uint64_t{0}};
  std::atomic<std::uint64_t> gave_up_{0};
  std::atomic<std::uint64_t> gaps_used_{0};
  std::array<std::atomic<std::uint64_t>, dist::LaneSet::kWords> behind_{};
};

template <typename Homes>
void Steering::adopt(const table::PortTable& table, Instant now, Homes& homes) noexcept {
  // Under another hash a lane stands for other conversations than before. Where those were is not known, so
  // no lane has a member that it could stay on.
  const bool rehashed = !(hash_ == table.options.hash);
  const bool all_wait = rehashed && current_[0] != kNobody && table.moves.waiting() &&
                        table.moves.way != table::MoveWay::at_once;
  hash_ = table.options.hash;
  if (table.distributing == 0 || rehashed) {
    current_.fill(kNobody);
    held_.clear();
    pending_.clear();
  }
  if (table.distributing != 0 && !is_there(table)) {
    adopt_pins(table, homes);
    for (std::size_t lane = 0; lane < dist::kBuckets; ++lane)
      if (current_[lane] != table.bucket[lane] || held_.contains(lane)) begin(table, lane, now);
    for (std::size_t pin = 0; pin < dist::kPins; ++pin)
      if (pin_used_[pin]) begin(table, dist::kBuckets + pin, now);
    if (all_wait)
      for (std::size_t lane = 0; lane < dist::kLanes; ++lane) held_.insert(lane);
  }
  tell(table);
  // Last: the control lcore reads this first, and then knows that `behind` is of this table or a later one.
  followed_.store(table.generation, std::memory_order_release);
}

// Nothing is under way, and nothing is to begin: most tables differ in other things.
inline bool Steering::is_there(const table::PortTable& table) const noexcept {
  return held_.empty() && pending_count_ == 0 && !table.pins.any() && !had_pins_ &&
         std::equal(table.bucket.begin(), table.bucket.end(), current_.begin());
}

// A new pin is where its conversation was, and goes on from there.
template <typename Homes>
void Steering::adopt_pins(const table::PortTable& table, Homes& homes) noexcept {
  const dist::Pins& pins = table.pins.pins();
  had_pins_ = table.pins.any();
  for (std::size_t i = 0; i < dist::kPins; ++i) {
    const std::size_t lane = dist::kBuckets + i;
    if (pins[i].used && pin_used_[i] && pin_hash_[i] == pins[i].hash) continue;
    if (pin_used_[i] && current_[lane] != kNobody) homes.settle(pin_hash_[i], current_[lane]);
    held_.erase(lane);
    pending_.erase(lane);
    current_[lane] = kNobody;
    pin_used_[i] = pins[i].used;
    pin_hash_[i] = pins[i].hash;
    if (!pins[i].used) continue;
    const std::size_t bucket = dist::bucket_of(pins[i].hash);
    const std::uint8_t home = homes.of(pins[i].hash);
    current_[lane] = home != kNobody ? home : current_[bucket];
    if (home == kNobody && held_.contains(bucket)) held_.insert(lane);
  }
}

inline void Steering::begin(const table::PortTable& table, std::size_t lane, Instant now) noexcept {
  const table::Moves& moves = table.moves;
  const bool may_stay = table.may_send_on(current_[lane]);
  const bool may_wait = moves.waiting() && !gave_up(moves);
  if (held_.contains(lane)) {
    // Its frames are in the queue, so it waits for the release, even when it goes back to its former member.
    if (!moves.waiting()) arrive(table, lane);
    return;
  }
  if (current_[lane] == table.target(lane) || current_[lane] == kNobody) return arrive(table, lane);
  if (!may_stay) {
    pending_.erase(lane);  // a gap on a member that is gone proves nothing
    if (moves.gone_wait && may_wait)
      held_.insert(lane);
    else
      arrive(table, lane);
    return;
  }
  switch (moves.way) {
    case table::MoveWay::at_once:
      return arrive(table, lane);
    case table::MoveWay::flowlet:
      if (pending_.contains(lane)) return;
      pending_.insert(lane);
      last_sent_[lane] = stamp(now);
      return;
    case table::MoveWay::hold:
      if (!moves.takes_part(lane) || gave_up(moves)) return;
      pending_.erase(lane);
      if (moves.waiting())
        held_.insert(lane);
      else
        arrive(table, lane);
      return;
  }
}

inline void Steering::step(const table::PortTable& table, std::size_t lane, Instant now) noexcept {
  const std::uint32_t at = stamp(now);
  if (at - last_sent_[lane] > stamps(table.moves.gap))
    pass_gap(table, lane);
  else
    last_sent_[lane] = at;
}

inline void Steering::pass_gap(const table::PortTable& table, std::size_t lane) noexcept {
  arrive(table, lane);
  std::atomic<std::uint64_t>& word = behind_[lane / 64];
  word.store(word.load(std::memory_order_relaxed) & ~(std::uint64_t{1} << (lane % 64)),
             std::memory_order_relaxed);
  gaps_used_.store(gaps_used_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (--pending_count_ == 0) plain_ = !table.pins.any();
}

inline void Steering::look_for_gaps(const table::PortTable& table, Instant now) noexcept {
  if (pending_count_ == 0) return;
  const std::size_t word = look_at_++ % dist::LaneSet::kWords;
  for (std::uint64_t left = pending_.word(word); left != 0; left &= left - 1) {
    const std::size_t lane = word * 64 + static_cast<std::size_t>(std::countr_zero(left));
    if (stamp(now) - last_sent_[lane] > stamps(table.moves.gap)) pass_gap(table, lane);
  }
}

inline void Steering::give_up(const table::PortTable& table) noexcept {
  gave_up_.store(table.moves.begun, std::memory_order_relaxed);
  for (std::size_t w = 0; w < dist::LaneSet::kWords; ++w)
    for (std::uint64_t left = held_.word(w); left != 0; left &= left - 1) {
      const std::size_t lane = w * 64 + static_cast<std::size_t>(std::countr_zero(left));
      if (!table.may_send_on(current_[lane])) arrive(table, lane);
    }
  held_.clear();
  queued_.clear();
  tell(table);
}

// Brings up to date what follows from the lanes.
inline void Steering::tell(const table::PortTable& table) noexcept {
  pending_count_ = pending_.size();
  const table::Moves& moves = table.moves;
  if (!moves.waiting() || table.distributing == 0) queued_.clear();
  waits_ = !held_.empty() || !queued_.empty() ||
           (table.distribution == table::Distribution::weighted && moves.waiting() && !gave_up(moves) &&
            (moves.way == table::MoveWay::hold || moves.gone_wait));
  plain_ = pending_count_ == 0 && !table.pins.any();
  for (std::size_t w = 0; w < dist::LaneSet::kWords; ++w) {
    std::uint64_t bits = 0;
    const std::size_t end = table.distributing != 0 ? std::min((w + 1) * 64, dist::kLanes) : 0;
    for (std::size_t lane = w * 64; lane < end; ++lane) {
      const bool exists = lane < dist::kBuckets || pin_used_[lane - dist::kBuckets];
      if (exists && (current_[lane] != table.target(lane) || held_.contains(lane)))
        bits |= std::uint64_t{1} << (lane % 64);
    }
    behind_[w].store(bits, std::memory_order_relaxed);
  }
}

}  // namespace lagoon::fast
