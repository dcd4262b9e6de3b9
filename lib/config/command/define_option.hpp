// What can be said of a LAG before it runs: as set_option(), but of every key.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "config/model.hpp"

namespace lagoon::config {

/// As set_option() of config/command/command.hpp, but all keys except name and members may be set.
[[nodiscard]] Result<void> define_option(Lag& lag, std::string_view key, std::string_view value);

}  // namespace lagoon::config
