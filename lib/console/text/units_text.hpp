// Quantities as a person reads them.
#pragma once

#include <string>

#include "base/link_state.hpp"
#include "base/time.hpp"

namespace lagoon::console {

/// "2.5G", three digits or so: of anything that is counted in a second.
[[nodiscard]] std::string scaled(double value);
/// "up 10G", "up" where the speed is not known, "down".
[[nodiscard]] std::string link_words(const LinkState& link);
/// "0.4 s", "12 min".
[[nodiscard]] std::string duration_words(Duration duration);

}  // namespace lagoon::console
