#include "cluster/peer_link.hpp"

#include <algorithm>

namespace lagoon::cluster {

PeerLink::Heard PeerLink::heard(const PeerMessage& message, std::string_view domain, std::string_view node,
                                Instant now) {
  if (message.domain != domain || message.node != node) {
    stranger_ = Stranger{.domain = message.domain, .node = message.node};
    return Heard::foreign;
  }
  // (nobody has heard what we have not said yet)
  const bool echoes_the_future = message.echo && message.echo_of == self_ && *message.echo > now;
  if (message.lags.size() > kLagsMax || echoes_the_future) return Heard::foreign;
  if (last_ && last_->incarnation != message.incarnation) {
    if (now < *heard_ + rest_) return Heard::ambiguous;
    echo_.reset();
  } else if (last_ && message.stamp <= last_->stamp) {
    return Heard::old;
  }
  last_ = message;
  heard_ = now;
  if (message.echo && message.echo_of == self_)
    echo_ = echo_ ? std::max(*echo_, *message.echo) : *message.echo;
  return Heard::taken;
}

const PeerLag* PeerLink::lag(std::string_view name) const noexcept {
  if (!last_) return nullptr;
  const auto found =
      std::ranges::find_if(last_->lags, [&](const PeerLag& lag) { return lag.report.lag == name; });
  return found == last_->lags.end() ? nullptr : &*found;
}

}  // namespace lagoon::cluster
