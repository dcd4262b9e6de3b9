// WiringKeeper: which findings of judge_wiring() hold for one LAG. One is taken up when it was found for a
// second, so that a Partner who is just being recorded is no fault, and is over as soon as it is not found.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <span>
#include <vector>

#include "base/time.hpp"
#include "control/wiring/wiring_fault.hpp"

namespace lagoon::control {

class WiringKeeper {
 public:
  static constexpr Duration kSettle = 1s;

  struct News {
    Miswiring what{};
    bool begins = false;
  };
  /// What judge_wiring() finds now.
  [[nodiscard]] std::vector<News> take(std::span<const Miswiring> found, Instant now);
  /// The index is free for another member.
  void forget(MemberIndex member);
  [[nodiscard]] std::vector<Miswiring> standing() const;

 private:
  struct Found {
    Miswiring what{};
    Instant since{};
    bool stands = false;
  };
  std::vector<Found> found_{};
};

}  // namespace lagoon::control
