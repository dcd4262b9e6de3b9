// Journal: transitions of one LAG that are kept, for `show events`. Bounded: where it is full, the oldest one
// goes of whatever has most entries (a member's changes of one kind), so that a chatty member or kind pushes
// out nothing but its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace lagoon::control {

struct JournalEntry {
  std::uint64_t sequence = 0;  // from 1, without gaps as they are written
  Instant at{};
  MemberIndex member{};
  std::string member_name{};  // at that time
  bool of_lag = false;        // the entry is about the LAG, not a member
  std::string_view kind{};    // static texts
  std::string_view from{};
  std::string_view to{};
  std::string_view why{};
  std::string evidence{};  // what was seen that led to it, in words; empty: nothing beyond `why`

  /// Of the same member, or of the LAG, and of the same kind.
  [[nodiscard]] bool is_like(const JournalEntry& other) const noexcept {
    return of_lag == other.of_lag && (of_lag || member == other.member) && kind == other.kind;
  }
};

inline constexpr std::size_t kJournalSize = 512;

class Journal {
 public:
  void add(JournalEntry entry);
  /// The sequence of the newest entry; 0: there was none yet.
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// The i-th oldest that is kept.
  [[nodiscard]] const JournalEntry& operator[](std::size_t i) const noexcept { return entries_[i]; }
  /// The position of the first one after the one with that sequence; size(): there is none.
  [[nodiscard]] std::size_t position_after(std::uint64_t sequence) const noexcept;

 private:
  // How many there are like one.
  struct Share {
    JournalEntry like{};
    std::ptrdiff_t entries = 0;
  };
  void count(const JournalEntry& entry, std::ptrdiff_t more);
  void make_room();

  std::vector<JournalEntry> entries_;  // by sequence
  std::vector<Share> shares_;
  std::uint64_t last_ = 0;
};

}  // namespace lagoon::control
