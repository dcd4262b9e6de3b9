// WireModel: a port in virtual time. Its ring holds so many frames, the wire takes one after the other at its
// speed, and remembers when each had left.
#pragma once

#include <algorithm>
#include <deque>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "fast/egress/shaper.hpp"
#include "unit/fast/packets.hpp"

namespace lagoon::test {

class WireModel {
 public:
  struct Departure {
    const TestPacket* packet;
    Instant at;  // of its last octet
  };

  WireModel(BitsPerSecond speed, std::size_t ring) : speed_{speed}, ring_{ring} {}

  /// Before frames are sent at that time.
  void advance(Instant now) {
    now_ = std::max(now_, now);
    while (!in_ring_.empty() && in_ring_.front() <= now_) in_ring_.pop_front();
  }
  std::size_t send(MemberIndex, std::span<TestPacket*> packets) noexcept {
    const std::size_t taken = std::min(packets.size(), ring_ - in_ring_.size());
    for (TestPacket* packet : packets.first(taken)) {
      free_at_ = std::max(free_at_, now_) + time_of(packet->octets.size());
      in_ring_.push_back(free_at_);
      departures_.push_back({packet, free_at_});
    }
    return taken;
  }
  [[nodiscard]] Duration time_of(std::size_t octets) const {
    return Duration{
        static_cast<std::int64_t>((octets + fast::kWireOverhead) * 8'000'000'000 / speed_.value())};
  }
  [[nodiscard]] const std::vector<Departure>& departures() const noexcept { return departures_; }

 private:
  BitsPerSecond speed_;
  std::size_t ring_;
  Instant now_{};
  Instant free_at_{};
  std::deque<Instant> in_ring_;  // when each of its frames will have left
  std::vector<Departure> departures_;
};

}  // namespace lagoon::test
