// FastOptions: what the fast path needs of an operator's decisions about a LAG. A value that
// control::LagOptions holds and a PortTable embeds whole: an option that only workers read is declared here,
// and nothing between hands it on.
#pragma once

#include <cstdint>

#include "dist/policy.hpp"

namespace lagoon::table {

struct FastOptions {
  dist::FlowHashSettings hash{};
  std::uint16_t packets_per_member = 1;  // round_robin: this many, then the next member; 0: at random
  bool eliminate_duplicates = false;     // of two frames alike that come in by two members one is dropped
  std::uint16_t bfd_port = 0;            // frames to this UDP port go to control (Watch::bfd)
  bool spread_forwarded = false;  // adaptive: also frames that hosts behind the LAG send leave on all members
  friend constexpr bool operator==(const FastOptions&, const FastOptions&) noexcept = default;
};

}  // namespace lagoon::table
