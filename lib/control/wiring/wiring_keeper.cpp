#include "control/wiring/wiring_keeper.hpp"

#include <algorithm>
#include <utility>

namespace lagoon::control {

std::vector<WiringKeeper::News> WiringKeeper::take(std::span<const Miswiring> found, Instant now) {
  std::vector<News> news;
  std::vector<Found> still;
  for (const Miswiring& what : found) {
    const auto before = std::ranges::find_if(found_, [&](const Found& other) {
      return other.what.member == what.member && other.what.fault == what.fault;
    });
    const bool known = before != found_.end();
    Found one{.what = what, .since = known ? before->since : now, .stands = known && before->stands};
    if (!one.stands && now - one.since >= kSettle) {
      one.stands = true;
      news.push_back({.what = what, .begins = true});
    }
    if (known) found_.erase(before);
    still.push_back(std::move(one));
  }
  for (Found& gone : found_)
    if (gone.stands) news.push_back({.what = std::move(gone.what), .begins = false});
  found_ = std::move(still);
  return news;
}

void WiringKeeper::forget(MemberIndex member) {
  std::erase_if(found_, [member](const Found& one) { return one.what.member == member; });
}

std::vector<Miswiring> WiringKeeper::standing() const {
  std::vector<Miswiring> out;
  for (const Found& one : found_)
    if (one.stands) out.push_back(one.what);
  return out;
}

}  // namespace lagoon::control
