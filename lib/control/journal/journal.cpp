#include "control/journal/journal.hpp"

#include <algorithm>
#include <utility>

namespace lagoon::control {

void Journal::add(JournalEntry entry) {
  entry.sequence = ++last_;
  count(entry, 1);
  if (entries_.size() == kJournalSize) make_room();
  entries_.push_back(std::move(entry));
}

std::size_t Journal::position_after(std::uint64_t sequence) const noexcept {
  return static_cast<std::size_t>(std::ranges::upper_bound(entries_, sequence, {}, &JournalEntry::sequence) -
                                  entries_.begin());
}

void Journal::count(const JournalEntry& entry, std::ptrdiff_t more) {
  const auto share = std::ranges::find_if(shares_, [&](const Share& s) { return s.like.is_like(entry); });
  if (share == shares_.end()) {
    shares_.push_back({{.member = entry.member, .of_lag = entry.of_lag, .kind = entry.kind}, more});
    return;
  }
  share->entries += more;
  if (share->entries == 0) shares_.erase(share);
}

void Journal::make_room() {
  const auto largest = std::ranges::max_element(shares_, {}, &Share::entries);
  const auto oldest =
      std::ranges::find_if(entries_, [&](const JournalEntry& e) { return e.is_like(largest->like); });
  // (the one that comes may be the only one of the largest share)
  const auto leaves = oldest != entries_.end() ? oldest : entries_.begin();
  count(*leaves, -1);
  entries_.erase(leaves);
}

}  // namespace lagoon::control
