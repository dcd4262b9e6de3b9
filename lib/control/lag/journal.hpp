// Journal: the last transitions of one LAG, for `show events`. Bounded; the oldest go first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "base/ring_queue.hpp"
#include "base/time.hpp"

namespace lagoon::control {

struct JournalEntry {
  std::uint64_t sequence = 0;  // from 1, without gaps
  Instant at{};
  MemberIndex member{};
  std::string member_name{};  // at that time
  bool of_lag = false;        // the entry is about the LAG, not a member
  std::string_view kind{};    // static texts
  std::string_view from{};
  std::string_view to{};
  std::string_view why{};
  std::string evidence{};  // what was seen that led to it, in words; empty: nothing beyond `why`
};

inline constexpr std::size_t kJournalSize = 512;

class Journal {
 public:
  void add(JournalEntry entry) {
    entry.sequence = ++last_;
    entries_.push_overwriting(std::move(entry));
  }
  /// The sequence of the newest entry; 0: there was none yet.
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// The i-th oldest that is kept.
  [[nodiscard]] const JournalEntry& operator[](std::size_t i) const noexcept { return entries_[i]; }

 private:
  RingQueue<JournalEntry, kJournalSize> entries_;
  std::uint64_t last_ = 0;
};

}  // namespace lagoon::control
