// Stall: somebody who carries frames of a LAG stands still, or goes on. The LAG's own control may be meant,
// which learns of it afterwards.
#pragma once

#include <string>

#include "base/member_set.hpp"
#include "base/time.hpp"

namespace lagoon::control {

struct Stall {
  std::string who;  // "worker 2"
  bool begins = false;
  bool ends = false;     // both: it is told of afterwards
  Duration stood{};      // so far, or in all
  bool died = false;     // neither: who was inside a queue has ended there, and the queue is free again
  std::size_t lost = 0;  // frames that it held
  /// Those whose frames nobody carries now, because of this or another stall. All of them may have members
  /// that come later.
  MemberSet unserved = 0;
};

/// "worker 2 has stood for 1.2 s"
[[nodiscard]] std::string in_words(const Stall& stall);

}  // namespace lagoon::control
