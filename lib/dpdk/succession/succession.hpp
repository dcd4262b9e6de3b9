// Succession: how an Engine begins that goes on for another process, which carries until then
// (docs/restart.md). Its ports are opened beside those of the other one; what they hear before its turn is
// thrown away.
#pragma once

#include <functional>

#include "base/error.hpp"

namespace lagoon::dpdk {

struct Succession {
  /// Called once, when all ports are open; returns when nobody else uses them any more. The board has what
  /// the other process knew by then. An error: it is not to begin.
  std::function<Result<void>()> await_turn;
  /// The start has failed. It does not return: the ends of ports would undo what the other process relies on,
  /// so this one ends as it is.
  std::function<void(const Error&)> give_up;
};

}  // namespace lagoon::dpdk
