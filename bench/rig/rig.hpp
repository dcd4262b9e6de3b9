// Rig: what the cases run on, made once.
#pragma once

#include <rte_rcu_qsbr.h>

#include "rig/frame_set.hpp"
#include "rig/ports.hpp"

namespace lagoon::bench {

struct Rig {
  Rig();

  Ports ports{};
  FrameSet warm{"warm", kWarm, Kind::plain};
  FrameSet cold{"cold", kCold, Kind::plain};
  FrameSet imix{"imix", kWarm, Kind::imix};
  FrameSet vxlan{"vxlan", kWarm, Kind::vxlan};
  FrameSet hashed{"hashed", kWarm, Kind::plain, Told::type_and_hash};
  FrameSet classified{"classified", kWarm, Kind::plain, Told::type};
  rte_rcu_qsbr* qsbr = nullptr;  // with one thread: this
};

}  // namespace lagoon::bench
