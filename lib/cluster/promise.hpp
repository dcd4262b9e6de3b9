// The promise to stand by, at its two ends. The giver counts from when it heard the question, the asker from
// before it asked, and the asker takes the guard off: so the asker is done first.
//
// Thread: one at a time. Times are each box's own, monotonic.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.hpp"
#include "cluster/guard.hpp"

namespace lagoon::cluster {

/// For how long a promise binds. No option: both boxes count with it.
inline constexpr Duration kStandBy = 2s;

/// At who stands by.
class GivenPromise {
 public:
  /// A box that starts does not know what it has promised, so it stands by.
  explicit GivenPromise(Instant start) noexcept : until_{start + kStandBy} {}
  /// `heard`: read after the question was received.
  void give(Instant heard) noexcept { until_ = std::max(until_, heard + kStandBy); }
  /// Whether nothing may be carried under the LAG's ID, whatever etcd says.
  [[nodiscard]] bool binds(Instant now) const noexcept { return now < until_; }
  [[nodiscard]] Instant until() const noexcept { return until_; }

 private:
  Instant until_;
};

/// At who carries by it.
class HeldPromise {
 public:
  /// The peer has promised. `asked`: read before the question was sent.
  void promised(Instant asked) noexcept { asked_ = asked_ ? std::max(*asked_, asked) : asked; }
  /// Not to be counted on any more: the giver need not know.
  void forget() noexcept { asked_.reset(); }
  [[nodiscard]] bool valid(Instant now) const noexcept { return asked_ && now < *asked_ + usable(kStandBy); }
  /// When it may be counted on no more; nothing where there is none.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept {
    if (!asked_) return std::nullopt;
    return *asked_ + usable(kStandBy);
  }

 private:
  std::optional<Instant> asked_{};
};

}  // namespace lagoon::cluster
