// Journal: transitions of one LAG that are kept, for `show events`. Bounded: where it is full, the oldest one
// goes of whatever has most entries (a member's changes of one kind), so that a chatty member or kind pushes
// out nothing but its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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
  void add(JournalEntry entry) {
    entry.sequence = ++last_;
    count(entry, 1);
    if (entries_.size() == kJournalSize) make_room();
    entries_.push_back(std::move(entry));
  }
  /// The sequence of the newest entry; 0: there was none yet.
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// The i-th oldest that is kept.
  [[nodiscard]] const JournalEntry& operator[](std::size_t i) const noexcept { return entries_[i]; }
  /// The position of the first one after the one with that sequence; size(): there is none.
  [[nodiscard]] std::size_t position_after(std::uint64_t sequence) const noexcept {
    return static_cast<std::size_t>(
        std::ranges::upper_bound(entries_, sequence, {}, &JournalEntry::sequence) - entries_.begin());
  }

 private:
  // How many there are like one.
  struct Share {
    JournalEntry like{};
    std::ptrdiff_t entries = 0;
  };
  void count(const JournalEntry& entry, std::ptrdiff_t more) {
    const auto share = std::ranges::find_if(shares_, [&](const Share& s) { return s.like.is_like(entry); });
    if (share == shares_.end()) {
      shares_.push_back({{.member = entry.member, .of_lag = entry.of_lag, .kind = entry.kind}, more});
      return;
    }
    share->entries += more;
    if (share->entries == 0) shares_.erase(share);
  }
  void make_room() {
    const auto largest = std::ranges::max_element(shares_, {}, &Share::entries);
    const auto oldest =
        std::ranges::find_if(entries_, [&](const JournalEntry& e) { return e.is_like(largest->like); });
    // (the one that comes may be the only one of the largest share)
    const auto leaves = oldest != entries_.end() ? oldest : entries_.begin();
    count(*leaves, -1);
    entries_.erase(leaves);
  }

  std::vector<JournalEntry> entries_;  // by sequence
  std::vector<Share> shares_;
  std::uint64_t last_ = 0;
};

}  // namespace lagoon::control
