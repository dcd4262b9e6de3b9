// share_out(): which LAG takes which Partner, a pure function of what is there. Both ends of cables between
// two automatic Lagoons come to groups of the same ports, so they agree.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "control/formation/pool.hpp"

namespace lagoon::control {

/// Candidates that lead to one Partner.
struct PartnerGroup {
  PartnerId partner{};
  std::size_t ports = 0;
  std::vector<std::size_t> fits{};      // LAGs that may take it
  std::vector<std::size_t> named{};     // those of them whose `partner` says more than "any"
  std::vector<std::size_t> ports_at{};  // by LAG: how many of its ports it has open
};

/// By group: the LAG that takes it. Groups with more ports are served first, then those with the lower
/// Partner's System and key. Of LAGs that are free a group gets one that names it, then the one that has most
/// of its ports open, then the first.
[[nodiscard]] std::vector<std::optional<std::size_t>> share_out(std::span<const PartnerGroup> groups,
                                                                std::vector<bool> free);

}  // namespace lagoon::control
