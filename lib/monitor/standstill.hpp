// Standstill: tells from a count that goes up whether who counts goes on. It is looked at now and then, and a
// look counts for no longer than looks are apart: when the looker itself was stopped, nobody else is blamed.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/time.hpp"

namespace lagoon::monitor {

class Standstill {
 public:
  struct Change {
    bool stands = false;  // false: it goes on
    Duration stood{};     // so far, or in all
  };

  /// `rests`: it has nothing to do, and may stand for ever. `elapsed`: since the last look, at most what
  /// looks are apart. `after`: so long is a stall.
  [[nodiscard]] std::optional<Change> look(std::uint64_t count, bool rests, Duration elapsed,
                                           Duration after) noexcept {
    if (rests || count != count_) {
      count_ = count;
      const Duration stood = std::exchange(stood_, Duration::zero());
      if (!std::exchange(stands_, false)) return std::nullopt;
      return Change{.stands = false, .stood = stood};
    }
    stood_ += elapsed;
    if (stands_ || stood_ < after) return std::nullopt;
    stands_ = true;
    return Change{.stands = true, .stood = stood_};
  }
  [[nodiscard]] bool stands() const noexcept { return stands_; }
  /// Since its count went up last.
  [[nodiscard]] Duration stood() const noexcept { return stood_; }

 private:
  std::uint64_t count_ = 0;
  Duration stood_{};
  bool stands_ = false;
};

}  // namespace lagoon::monitor
