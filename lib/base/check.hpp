// Checks of the programmer, not of input. A failed check ends the process: going on would forward frames
// by a table that is known to be wrong.
#pragma once

namespace lagoon {

[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace lagoon

// Always on; for control code.
#define LAGOON_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::lagoon::check_failed(#expression, __FILE__, __LINE__))

// On in debug builds only; for the fast path.
#ifdef NDEBUG
#define LAGOON_DCHECK(expression) static_cast<void>(sizeof(expression))
#else
#define LAGOON_DCHECK(expression) LAGOON_CHECK(expression)
#endif
