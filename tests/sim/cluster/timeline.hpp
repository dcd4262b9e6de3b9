// Timeline of a simulated domain: what is to happen, in the order of true time; and clocks of boxes, which
// run at rates of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace lagoon::sim::cluster {

class Agenda {
 public:
  using Deed = std::function<void()>;

  [[nodiscard]] Instant now() const noexcept { return now_; }
  void at(Instant when, Deed deed) { queue_.push({when, ++sequence_, std::move(deed)}); }
  void in(Duration after, Deed deed) { at(now_ + after, std::move(deed)); }
  void run_until(Instant end) {
    while (!queue_.empty() && queue_.top().when <= end) {
      Item item = queue_.top();
      queue_.pop();
      now_ = item.when;
      item.deed();
    }
    now_ = end;
  }

 private:
  struct Item {
    Instant when{};
    std::uint64_t sequence = 0;
    Deed deed{};
    bool operator<(const Item& other) const noexcept {
      return when != other.when ? when > other.when : sequence > other.sequence;
    }
  };
  std::priority_queue<Item> queue_{};
  Instant now_{};
  std::uint64_t sequence_ = 0;
};

/// A box's own clock.
struct Clock {
  double rate = 1;
  Duration offset{};
  [[nodiscard]] Instant read(Instant truth) const noexcept {
    const auto passed = static_cast<double>(truth.time_since_epoch().count()) * rate;
    return Instant{Duration{static_cast<std::int64_t>(passed)} + offset};
  }
};

}  // namespace lagoon::sim::cluster
