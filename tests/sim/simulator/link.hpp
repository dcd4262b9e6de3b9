// Link: two directions that carry octets, each with faults of its own. A link whose two ends are one port is
// a loop: what the port sends comes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "support/prng.hpp"

namespace lagoon::sim {

struct Endpoint {
  std::size_t station = 0;
  MemberIndex port{};
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// What a direction does to frames. Reordering comes from jitter: a frame may overtake one sent before it.
struct Impairment {
  double loss = 0;
  double duplication = 0;
  double corruption = 0;  // one bit is flipped: the most likely error, and the hardest to see
  Duration delay = 50us;
  Duration jitter{};
  bool blackhole = false;
  friend bool operator==(const Impairment&, const Impairment&) = default;
};

struct Arrival {
  Endpoint to{};
  std::vector<std::byte> frame;
};

class Link {
 public:
  Link(Endpoint a, Endpoint b, std::uint64_t seed) : ends_{a, b}, prng_{seed} {}

  void send(Endpoint from, std::span<const std::byte> frame, Instant now);
  [[nodiscard]] std::optional<Instant> next_arrival() const;
  /// The frame whose time has come, if there is one.
  [[nodiscard]] std::optional<Arrival> take_arrival(Instant now);

  [[nodiscard]] Endpoint end(std::size_t side) const { return ends_.at(side); }
  /// Another socket for this side of the cable, carrier or not: what was under way is lost.
  void plug(std::size_t side, Endpoint other);
  [[nodiscard]] bool was_moved() const { return moved_; }
  [[nodiscard]] bool carrier() const { return carrier_; }
  /// What was under way is lost.
  void set_carrier(bool up);
  /// Of the direction that leads to ends[side].
  [[nodiscard]] Impairment& towards(std::size_t side) { return impairment_.at(side); }
  void heal() { impairment_ = {}; }

 private:
  void enter(std::size_t side, std::vector<std::byte> frame, Instant now);

  std::array<Endpoint, 2> ends_;
  test::Prng prng_;
  bool carrier_ = false;
  bool moved_ = false;
  std::array<Impairment, 2> impairment_{};
  std::uint64_t sequence_ = 0;
  // By time, then in the order of sending.
  std::map<std::pair<Instant, std::uint64_t>, Arrival> under_way_;
};

}  // namespace lagoon::sim
