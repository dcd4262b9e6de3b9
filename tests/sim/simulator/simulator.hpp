// Simulator: Stations, Links, one virtual clock, and one seed from which all chance comes.
//
// A step is one thing that happens: an action of the scenario, a frame that arrives, or a deadline of a
// station. After it all frames that the station wants to send have entered their links, and the invariants
// hold, or step() throws InvariantViolated. What happens at one time happens in a fixed order: actions as
// they were scheduled, then links, then stations by number. Time starts at 1 s, so that zero is not mistaken
// for a time.
//
// LAGOON_TRACE=1 prints one line for each transition of a machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "invariants.hpp"
#include "link.hpp"
#include "station.hpp"
#include "support/prng.hpp"

namespace lagoon::sim {

class InvariantViolated : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Simulator {
 public:
  explicit Simulator(std::uint64_t seed);

  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] test::Prng& prng() { return prng_; }

  template <typename S>
  S& add(std::unique_ptr<S> station) {
    S& added = *station;
    stations_.push_back(std::move(station));
    sent_.push_back(0);
    return added;
  }
  /// A link between two ports, without carrier; gives its number. Each port has one link at most.
  std::size_t connect(Endpoint a, Endpoint b);
  /// `count` links between the first ports of two stations, from port `first` on.
  void connect_all(std::size_t a, std::size_t b, std::size_t count);
  [[nodiscard]] Link& link(std::size_t number) { return links_.at(number); }
  [[nodiscard]] std::size_t link_count() const { return links_.size(); }
  void set_carrier(std::size_t link, bool up);
  void set_all_carriers(bool up);
  /// Both directions, or one: that towards `side`.
  void blackhole(std::size_t link, bool on);
  void blackhole_towards(std::size_t link, std::size_t side, bool on);
  void plug(std::size_t link, std::size_t side, Endpoint other);

  /// Something that happens `after` now.
  void schedule(Duration after, std::function<void()> action);
  /// Called after every step, to check what only this scenario promises; may throw.
  void after_each_step(std::function<void()> check) { extra_check_ = std::move(check); }
  /// After a station was told something directly: takes what it sends and checks it.
  void settle();

  void run_for(Duration time);
  /// False: the time is over and the fact did not come true.
  [[nodiscard]] bool run_until(const std::function<bool()>& fact, Duration timeout);

  [[nodiscard]] std::uint64_t frames_sent(std::size_t station) const { return sent_.at(station); }

 private:
  [[nodiscard]] std::optional<Instant> next_time() const;
  [[nodiscard]] bool step(Instant limit);
  /// Gives the station it happened to; nothing: it may have been any.
  [[nodiscard]] std::optional<std::size_t> happen();
  void settle_one(std::size_t station);
  [[nodiscard]] std::optional<std::size_t> link_of(Endpoint end) const;
  void tell_link_state(Endpoint end, bool up);
  void check(std::size_t station);
  [[noreturn]] void violated(std::size_t station, const std::string& what) const;

  std::uint64_t seed_;
  test::Prng prng_;
  Instant now_ = instant_from_ns(1'000'000'000);
  std::vector<std::unique_ptr<Station>> stations_;
  std::vector<Link> links_;
  std::map<std::pair<std::size_t, std::uint8_t>, TransmitWindow> windows_;
  std::vector<std::uint64_t> sent_;  // by station
  std::map<std::pair<Instant, std::uint64_t>, std::function<void()>> actions_;
  std::uint64_t scheduled_ = 0;
  std::function<void()> extra_check_;
  std::ostream* trace_ = nullptr;
  Instant counted_since_{};
  std::size_t steps_ = 0;
};

}  // namespace lagoon::sim
