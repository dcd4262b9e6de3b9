// LinkState: what a monitor knows of one physical link.
#pragma once

#include "base/units.hpp"

namespace lagoon {

struct LinkState {
  bool up = false;
  BitsPerSecond speed{};  // 0: not known
  bool full_duplex = true;
  friend constexpr bool operator==(const LinkState&, const LinkState&) noexcept = default;
};

}  // namespace lagoon
