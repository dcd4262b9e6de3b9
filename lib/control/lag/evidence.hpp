// Evidence: what was seen that led to an event of LACP, in words for a person. A LACPDU is told by the part
// of it that mattered.
#pragma once

#include <string>
#include <string_view>

#include "lacp/event.hpp"

namespace lagoon::control {

/// One word: the reason why a port is not SELECTED where that was the cause, else the cause.
[[nodiscard]] std::string_view why_of(const lacp::Event& event) noexcept;
/// Empty where the states say it all.
[[nodiscard]] std::string evidence_of(const lacp::Event& event);

}  // namespace lagoon::control
