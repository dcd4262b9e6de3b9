// Lease: etcd's lease as the box that holds it may count on it, by its own clock.
//
// Thread: one at a time. Times are the box's own, monotonic.
#pragma once

#include <algorithm>

#include "base/time.hpp"
#include "cluster/guard.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

class Lease {
 public:
  /// etcd has granted it. `sent`: read before the request went out, as in kept().
  void granted(LeaseId id, Instant sent, Duration ttl) noexcept {
    id_ = id;
    ttl_ = ttl;
    sent_ = sent;
  }
  /// A keepalive has succeeded, ours or the peer's on our behalf. One that is answered late moves nothing
  /// back.
  void kept(Instant sent) noexcept { sent_ = std::max(sent_, sent); }
  /// etcd does not know it any more, or what it knows is not to be believed.
  void lost() noexcept { id_ = LeaseId{}; }

  [[nodiscard]] LeaseId id() const noexcept { return id_; }
  [[nodiscard]] bool exists() const noexcept { return id_ != LeaseId{}; }
  /// When it may be counted on no more. Precondition: exists().
  [[nodiscard]] Instant deadline() const noexcept { return sent_ + usable(ttl_); }
  [[nodiscard]] bool valid(Instant now) const noexcept { return exists() && now < deadline(); }
  /// Before the last keepalive that succeeded, or the grant.
  [[nodiscard]] Instant sent() const noexcept { return sent_; }
  [[nodiscard]] Duration ttl() const noexcept { return ttl_; }

 private:
  LeaseId id_{};
  Duration ttl_{};
  Instant sent_{};
};

}  // namespace lagoon::cluster
