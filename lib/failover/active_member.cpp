#include "failover/active_member.hpp"

#include <algorithm>
#include <tuple>

namespace lagoon::failover {

namespace {

// The first of the best: primary before all, then the higher priority.
const Candidate* best_of(std::span<const Candidate> candidates) noexcept {
  const Candidate* best = nullptr;
  for (const Candidate& c : candidates)
    if (c.eligible &&
        (best == nullptr || std::tie(c.primary, c.priority) > std::tie(best->primary, best->priority)))
      best = &c;
  return best;
}

bool outranks(const Candidate& a, const Candidate& b) noexcept {
  if (a.primary != b.primary) return a.primary;
  return a.priority > b.priority;
}

bool has_better_link(const Candidate& a, const Candidate& b) noexcept {
  return std::tie(a.link.speed, a.link.full_duplex) > std::tie(b.link.speed, b.link.full_duplex);
}

bool takes_over(const Candidate& rival, const Candidate& active, Reselect reselect) noexcept {
  switch (reselect) {
    case Reselect::always:
      return true;
    case Reselect::better:
      return has_better_link(rival, active);
    case Reselect::failure:
      return false;
  }
  return false;
}

}  // namespace

std::optional<MemberIndex> choose_active(std::span<const Candidate> candidates,
                                         std::optional<MemberIndex> current, Reselect reselect) noexcept {
  const Candidate* const best = best_of(candidates);
  if (best == nullptr) return std::nullopt;
  const auto active =
      std::ranges::find_if(candidates, [&](const Candidate& c) { return c.eligible && current == c.member; });
  if (active == candidates.end()) return best->member;
  return outranks(*best, *active) && takes_over(*best, *active, reselect) ? best->member : active->member;
}

}  // namespace lagoon::failover
