// Gate: tells whether a core was ours alone while something was timed, and how many core cycles a tick of the
// time-stamp counter was. On a shared machine the clock wanders, and a neighbour on the same core makes the
// same code take up to twice the time.
//
// Two small loops are timed before and after: a chain of multiplications, which takes the same number of core
// cycles whatever a neighbour does, and independent additions, which take longer beside a neighbour.
#pragma once

#include <optional>

namespace lagoon::bench {

/// Ticks that the two loops took.
struct Probe {
  double chain = 0;
  double additions = 0;
};
[[nodiscard]] Probe probe();

class Gate {
 public:
  /// Looks at the core for a quarter of a second, to know how it is when it is quiet.
  [[nodiscard]] static Gate calibrated();
  /// Core cycles for a tick between the two probes; nothing: somebody else was on the core, or its clock
  /// changed.
  [[nodiscard]] std::optional<double> cycles_per_tick(const Probe& before, const Probe& after) const;

 private:
  double quiet_ = 0;  // additions / chain
};

}  // namespace lagoon::bench
