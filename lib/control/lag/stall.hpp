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
  bool ends = false;  // both: it is told of afterwards
  Duration stood{};   // so far, or in all
  /// Those whose frames nobody carries now, because of this or another stall. All of them may have members
  /// that come later.
  MemberSet unserved = 0;
};

}  // namespace lagoon::control
