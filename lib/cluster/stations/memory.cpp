#include "cluster/stations/memory.hpp"

namespace lagoon::cluster {

void StationMemory::heard(std::span<const Station> stations, Instant now) {
  for (const Station& station : stations) {
    if (const auto known = heard_.find(station); known != heard_.end()) {
      known->second = now;
      continue;
    }
    if (heard_.size() >= kStationsMax) forget(now);
    if (heard_.size() < kStationsMax)
      heard_.emplace(station, now);
    else
      ++not_taken_;
  }
}

std::vector<Station> StationMemory::known(Instant now) {
  forget(now);
  std::vector<Station> all;
  all.reserve(heard_.size());
  for (const auto& [station, at] : heard_) all.push_back(station);
  return all;
}

void StationMemory::forget(Instant now) {
  std::erase_if(heard_, [now](const auto& each) { return now - each.second > kAgeing; });
}

}  // namespace lagoon::cluster
