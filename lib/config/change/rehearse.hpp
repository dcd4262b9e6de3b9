// A command on paper: what a configuration becomes by it, if it may.
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "config/command/command.hpp"
#include "config/model.hpp"

namespace lagoon::config {

enum class LagState : std::uint8_t {
  runs,
  stopped,  // in a program that has not started it: every option may be set, and it may be unfinished
};

/// The configuration with the command, judged whole by the rules of a file (config/rules/judge.hpp). Who
/// carries the command out makes what runs be like it. Errors: no_such_thing (the LAG, a member, a key),
/// already_exists (a member of that name), not_supported, busy (it needs a LAG that runs), invalid_argument.
[[nodiscard]] Result<Config> with(const Config& before, const Command& command,
                                  LagState state = LagState::runs);

}  // namespace lagoon::config
