// Counts the instructions of a piece of code by single steps: exact on any machine, and the same for every
// run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace lagoon::bench {

/// Those of this thread in user space; nothing: not on this architecture. Thread: one at a time.
[[nodiscard]] std::optional<std::uint64_t> instructions_of(const std::function<void()>& code);

}  // namespace lagoon::bench
