#include "cluster/store_view.hpp"

namespace lagoon::cluster {

bool StoreView::put(const Key& key, const std::optional<Entry>& entry, Revision at) {
  const auto found = places_.find(key);
  if (found == places_.end()) {
    if (places_.size() < kKeysMax) places_.emplace(key, Place{.entry = entry, .as_of = at});
    return entry.has_value();
  }
  if (at < found->second.as_of) return false;
  const bool news = found->second.entry != entry;
  found->second = Place{.entry = entry, .as_of = at};
  return news;
}

bool StoreView::read(const std::vector<Entry>& entries, Revision at) {
  bool news = !known_;
  for (const Entry& entry : entries) news |= put(entry.key, entry, at);
  for (auto& [key, place] : places_)
    if (place.as_of < at) {
      news |= place.entry.has_value();
      place = Place{.entry = std::nullopt, .as_of = at};
    }
  known_ = true;
  return news;
}

void StoreView::change(const Change& change) {
  static_cast<void>(put(change.key, change.entry, change.at));
}

void StoreView::told(const Key& key, const std::optional<Entry>& there, Revision at) {
  static_cast<void>(put(key, there, at));
}

void StoreView::forget() noexcept {
  places_.clear();
  known_ = false;
}

const Entry* StoreView::find(const Key& key) const {
  const auto found = places_.find(key);
  return found == places_.end() || !found->second.entry ? nullptr : &*found->second.entry;
}

}  // namespace lagoon::cluster
