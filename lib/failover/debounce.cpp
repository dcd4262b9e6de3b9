#include "failover/debounce.hpp"

#include <algorithm>

namespace lagoon::failover {

// What came in counts before the time: a delay that ran out while nobody looked is not believed when the link
// has changed back since.
void Debounce::input(bool up, bool waive_up_delay, const DebounceOptions& options, Instant now) noexcept {
  if (up == (state_ == DebouncedLink::up || state_ == DebouncedLink::going_back)) {
    // No change of the link, but the options may be others.
    if (due_) due_ = std::min(*due_, now + (up ? options.up_delay : options.down_delay));
  } else if (due_) {
    state_ = up ? DebouncedLink::up : DebouncedLink::down;
    due_.reset();
  } else {
    state_ = up ? DebouncedLink::going_back : DebouncedLink::going_down;
    due_ = now + (up ? options.up_delay : options.down_delay);
  }
  if (waive_up_delay) waive(now);
  expire(now);
}

void Debounce::waive(Instant now) noexcept {
  if (state_ != DebouncedLink::going_back) return;
  due_ = now;
  expire(now);
}

void Debounce::expire(Instant now) noexcept {
  if (!due_ || now < *due_) return;
  state_ = state_ == DebouncedLink::going_back ? DebouncedLink::up : DebouncedLink::down;
  due_.reset();
}

}  // namespace lagoon::failover
