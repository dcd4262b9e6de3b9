// The live view: what each member carries between two moments, as rates and bars.
#pragma once

#include <span>
#include <string>

#include "control/status/status.hpp"

namespace lagoon::console {

/// LAGs of `after`, with rates since `before` for those that are in both. Lines that fit 100 columns.
[[nodiscard]] std::string watch_view(std::span<const control::LagStatus> before,
                                     std::span<const control::LagStatus> after);

}  // namespace lagoon::console
