// The views, each by itself. render() in views.hpp is for everyone else.
#pragma once

#include <string>

#include "control/status/status.hpp"

namespace lagoon::control::views {

[[nodiscard]] std::string linux_text(const LagStatus& lag);
[[nodiscard]] std::string lagg_text(const LagStatus& lag);
[[nodiscard]] std::string cisco_text(const LagStatus& lag);
[[nodiscard]] std::string json_text(const LagStatus& lag);
[[nodiscard]] std::string table_text(const LagStatus& lag);

}  // namespace lagoon::control::views
