// StationMemory: stations behind a LAG that the other box carries, as that box has told. Bounded: where there
// are kStationsMax, one more is not taken before another one has been silent for kAgeing.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "cluster/stations/station.hpp"

namespace lagoon::cluster {

class StationMemory {
 public:
  /// A bridge forgets a station that was silent for so long (802.1Q 8.8.3, the recommended Ageing Time).
  static constexpr Duration kAgeing = std::chrono::seconds{300};

  void heard(std::span<const Station> stations, Instant now);
  /// Those that are not forgotten. In order of their addresses.
  [[nodiscard]] std::vector<Station> known(Instant now);
  [[nodiscard]] std::size_t size() const noexcept { return heard_.size(); }
  /// For want of room.
  [[nodiscard]] std::uint64_t not_taken() const noexcept { return not_taken_; }

 private:
  void forget(Instant now);

  std::map<Station, Instant> heard_{};
  std::uint64_t not_taken_ = 0;
};

}  // namespace lagoon::cluster
