// What can be said of a LAG before it runs: as set_option(), but of every key.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "config/model.hpp"
#include "config/text/source_map.hpp"

namespace lagoon::config {

/// As set_option() of config/command/command.hpp, but all keys except name and members may be set.
[[nodiscard]] Result<void> define_option(Lag& lag, std::string_view key, std::string_view value);

/// As define_option(), but no rule is checked: that is for judge_said(), when all is set, with `said`, where
/// the key gets a place.
[[nodiscard]] Result<void> define_unjudged(Lag& lag, std::string_view key, std::string_view value,
                                           SourceMap& said);

}  // namespace lagoon::config
