// Pair: two sessions at the ends of a cable that loses and delays frames, in virtual time: one seed, one
// course of things. After each step an observer, which knows what was delivered alone, checks that nobody is
// Up for longer than a detection time without a frame, that nobody is taken for dead before that, and that
// nobody sends more often, or more rarely, than was negotiated.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "bfd/session.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"
#include "unit/bfd/ends.hpp"

namespace lagoon::bfd_test {

struct Direction {
  double loss = 0;
  Duration delay_least = 100us;
  Duration delay_most = 100us;
  bool dead = false;
};

/// REQUIRE() for what is asked millions of times.
inline void demand(bool holds) {
  if (!holds) REQUIRE(holds);
}

/// What is known of one end from outside.
struct Observed {
  Duration shortest_set{}, longest_set{};  // its intervals since it was made
  std::optional<Instant> heard{};          // the last frame delivered
  Duration slept{};                        // since then
  Duration peer_desired{};                 // as told in it
  std::uint8_t peer_multiplier = 0;
  Duration peer_required_least{}, peer_required_most{};  // told since the last frame it sent
  std::optional<wire::BfdPacket> sent{};                 // the last one but for Finals
  Instant sent_at{};
  bool sent_steadily = false;  // and nothing has happened since
};

class Pair {
  std::uint32_t discriminators_ = 0;  // (before the ends, which are made with it)

 public:
  Pair(const Options& a, const Options& b, std::uint64_t seed)
      : random{seed}, ends{Session{a, identity(0)}, Session{b, identity(1)}} {
    for (std::size_t i = 0; i < 2; ++i) observed.at(i) = fresh(i);
  }

  /// The options of the two ends of one LAG.
  static Options options(std::size_t end, Duration interval = 50ms, std::uint8_t multiplier = 3) {
    Options made = options_of(interval, multiplier);
    if (end == 1) {
      made.local = kThem;
      made.peer = kUs;
    }
    return made;
  }

  void start() {
    for (Session& end : ends) end.start(now);
  }
  /// Everything that is due until then.
  void run_until(Instant until) {
    while (true) {
      Instant next = until + 1ns;
      for (const Session& end : ends) next = std::min(next, end.deadline().value_or(next));
      for (const Flight& flight : flights_) next = std::min(next, flight.at);
      if (next > until) break;
      now = std::max(now, next);
      step();
    }
    now = until;
    step();
  }
  void run_for(Duration duration) { run_until(now + duration); }

  void set(std::size_t i, const Options& options) {
    note(i, ends.at(i).set(options, now));
    Observed& of = observed.at(i);
    of.shortest_set = std::min(of.shortest_set, options.interval);
    of.longest_set = std::max(of.longest_set, options.interval);
    of.sent_steadily = false;
    step();
  }
  /// A process that was killed, and the next one.
  void restart(std::size_t i) {
    ends.at(i) = Session{ends.at(i).options(), identity(i)};
    observed.at(i) = fresh(i);
    ends.at(i).start(now);
    step();
  }
  void disable(std::size_t i) {
    note(i, ends.at(i).disable(now));
    step();
  }
  void enable(std::size_t i) {
    note(i, ends.at(i).enable(now));
    step();
  }
  /// The end does not look for so long; what comes meanwhile waits, and is stamped when it is looked at.
  void stand_still(std::size_t i, Duration gap) {
    asleep_.at(i) = true;
    const Instant until = now + gap;
    while (now < until) {
      Instant next = until;
      if (const auto due = ends.at(1 - i).deadline()) next = std::min(next, std::max(*due, now + 1ns));
      for (const Flight& flight : flights_)
        if (flight.to != i) next = std::min(next, std::max(flight.at, now + 1ns));
      now = next;
      step();
    }
    asleep_.at(i) = false;
    observed.at(i).slept += gap;
    observed.at(i).sent_steadily = false;
    ends.at(i).slept(gap, now);
    step();
  }

  [[nodiscard]] bool both(BfdState state) const {
    return ends[0].state() == state && ends[1].state() == state;
  }

  test::Prng random;
  Instant now = kStart;
  std::array<Session, 2> ends;
  std::array<Direction, 2> towards{};  // the end
  std::array<Observed, 2> observed{};
  std::array<std::vector<Event>, 2> events{};

 private:
  struct Flight {
    Instant at{};
    std::size_t to = 0;
    wire::ControlFrame frame{};
  };

  Identity identity(std::size_t i) {
    return {
        .source = i == 0 ? kOurMac : kTheirMac, .discriminator = ++discriminators_, .seed = random.next()};
  }
  Observed fresh(std::size_t i) const {
    const Duration interval = ends.at(i).options().interval;
    return {.shortest_set = interval, .longest_set = interval};
  }

  void step() {
    deliver();
    for (std::size_t i = 0; i < 2; ++i) {
      if (asleep_.at(i)) continue;
      note(i, ends.at(i).expire(now));
      while (const auto frame = ends.at(i).transmit(now)) send(i, *frame);
      check_detection(i);
    }
  }

  void deliver() {
    for (std::size_t f = 0; f < flights_.size();) {
      const Flight flight = flights_.at(f);
      if (flight.at > now || asleep_.at(flight.to)) {
        ++f;
        continue;
      }
      flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(f));
      Session& end = ends.at(flight.to);
      const std::uint64_t taken = end.counters().received;
      const auto event = end.receive(flight.frame, now);
      if (end.counters().received != taken) hear(flight.to, read(flight.frame).packet);
      note(flight.to, event);
    }
  }

  void hear(std::size_t i, const wire::BfdPacket& packet) {
    Observed& of = observed.at(i);
    const Duration required = std::chrono::microseconds{packet.required_rx_us};
    if (!of.heard) of.peer_required_least = of.peer_required_most = required;
    of.heard = now;
    of.slept = {};
    of.peer_desired = std::chrono::microseconds{packet.desired_tx_us};
    of.peer_multiplier = packet.multiplier;
    of.peer_required_least = std::min(of.peer_required_least, required);
    of.peer_required_most = std::max(of.peer_required_most, required);
    last_required_.at(i) = required;
  }

  // Not before the shortest detection time that can have been meant.
  void note(std::size_t i, const std::optional<Event>& event) {
    if (!event) return;
    events.at(i).push_back(*event);
    observed.at(i).sent_steadily = false;
    if (event->diag != BfdDiag::detection_time_expired) return;
    const Observed& of = observed.at(i);
    demand(of.heard.has_value());
    demand(now - *of.heard >= of.peer_multiplier * std::max(of.shortest_set, of.peer_desired));
    demand(event->silence == now - *of.heard);
  }

  void check_detection(std::size_t i) {
    const Observed& of = observed.at(i);
    const BfdState state = ends.at(i).state();
    if (state != BfdState::up && state != BfdState::init) return;
    demand(of.heard.has_value());
    demand(now - *of.heard <= of.peer_multiplier * std::max(of.longest_set, of.peer_desired) + of.slept);
  }

  void send(std::size_t i, const wire::ControlFrame& frame) {
    const wire::BfdPacket packet = read(frame).packet;
    if (!packet.final) check_rate(i, packet);
    const Direction& direction = towards.at(1 - i);
    if (direction.dead || random.chance(direction.loss)) return;
    const auto spread = static_cast<std::uint64_t>((direction.delay_most - direction.delay_least) / 1us);
    const Duration delay = direction.delay_least + std::chrono::microseconds{random.below(spread + 1)};
    flights_.push_back({.at = now + delay, .to = 1 - i, .frame = frame});
  }

  void check_rate(std::size_t i, const wire::BfdPacket& packet) {
    Observed& of = observed.at(i);
    // (who knows of no peer keeps to nothing of a peer's)
    if (packet.your_discriminator == 0) of.peer_required_least = last_required_.at(i) = {};
    wire::BfdPacket same = packet;
    if (of.sent) same.poll = of.sent->poll;
    const Duration gap = now - of.sent_at;
    if (of.sent_steadily && same == *of.sent) {
      // nothing new: not before its time
      const Duration own =
          packet.state == BfdState::up ? of.shortest_set : std::max<Duration>(1s, of.shortest_set);
      demand(gap >= std::max(own, of.peer_required_least) * 3 / 4);
    }
    if (of.sent_steadily && packet.state == BfdState::up && of.sent->state == BfdState::up) {
      const Duration most = std::max(of.longest_set, of.peer_required_most);
      demand(gap <= (packet.multiplier == 1 ? most * 9 / 10 : most));
    }
    of.sent = packet;
    of.sent_at = now;
    of.sent_steadily = true;
    of.peer_required_least = of.peer_required_most = last_required_.at(i);
  }

  std::array<bool, 2> asleep_{};
  std::array<Duration, 2> last_required_{};
  std::vector<Flight> flights_{};
};

}  // namespace lagoon::bfd_test
