// The earliest of several deadlines, some of which may not be there.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace lagoon {

class Earliest {
 public:
  void add(std::optional<Instant> at) noexcept {
    if (at && (!at_ || *at < *at_)) at_ = at;
  }
  [[nodiscard]] std::optional<Instant> at() const noexcept { return at_; }

 private:
  std::optional<Instant> at_{};
};

}  // namespace lagoon
