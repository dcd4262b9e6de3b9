#include "dpdk/worker/stall_watch.hpp"

#include <algorithm>
#include <utility>

namespace lagoon::dpdk {

namespace {

void note_end(StallWatch::Record& record, Duration stood) noexcept {
  record.longest_ns.store(
      std::max<std::int64_t>(record.longest_ns.load(std::memory_order_relaxed), stood.count()),
      std::memory_order_relaxed);
}

}  // namespace

void StallWatch::add(const Heartbeat& heart, std::string who, std::vector<std::size_t> lags) {
  Watched& added = watched_.emplace_back();
  added.who = std::move(who);
  added.lags = std::move(lags);
  added.heart = &heart;
}

void StallWatch::add(const QueueGate& gate, std::string who, std::vector<std::size_t> lags) {
  Watched& added = watched_.emplace_back();
  added.who = std::move(who);
  added.lags = std::move(lags);
  added.gate = &gate;
}

void StallWatch::look_at_control(Instant now, Duration awake) {
  const Duration stood = control_stands(now, awake);
  turned_ns_.store(to_ns(now), std::memory_order_relaxed);
  awake_.store(awake, std::memory_order_relaxed);
  if (stood == Duration::zero()) return;
  note_end(control_, stood);
  control_.stalls.fetch_add(1, std::memory_order_relaxed);
  news_.push_back({.of = nullptr, .begins = true, .ends = true, .stood = stood});
}

void StallWatch::look_at(Watched& watched, Duration elapsed) {
  const bool rests = watched.gate != nullptr && !watched.gate->inside();
  const std::uint64_t count = watched.gate != nullptr ? watched.gate->entries()
                                                      : watched.heart->turns.load(std::memory_order_relaxed);
  const auto change = watched.state.look(count, rests, elapsed, after_);
  watched.record.stands_ns.store(watched.state.stands() ? watched.state.stood().count() : 0,
                                 std::memory_order_relaxed);
  if (!change) return;
  if (change->stands)
    watched.record.stalls.fetch_add(1, std::memory_order_relaxed);
  else
    note_end(watched.record, change->stood);
  news_.push_back(
      {.of = &watched, .begins = change->stands, .ends = !change->stands, .stood = change->stood});
}

bool StallWatch::look(Instant now, Duration awake) {
  news_.clear();
  look_at_control(now, awake);
  const Duration passed = now - looked_;
  if (passed >= kLook) {
    looked_ = now;
    // (a look that comes late was late itself: it tells nothing of the others)
    for (Watched& watched : watched_) look_at(watched, std::min(passed, 2 * kLook));
  }
  return !news_.empty();
}

bool StallWatch::is_stalled(std::size_t lag) const noexcept {
  return std::ranges::any_of(watched_, [lag](const Watched& watched) {
    return watched.state.stands() && std::ranges::find(watched.lags, lag) != watched.lags.end();
  });
}

Duration StallWatch::control_stands(Instant now, Duration awake) const noexcept {
  const std::int64_t turned = turned_ns_.load(std::memory_order_relaxed);
  const Duration stands = now - instant_from_ns(turned);
  if (turned == 0 || stands < after_) return Duration::zero();
  // (a witness on a busy machine misses some of it)
  const Duration witnessed = awake - awake_.load(std::memory_order_relaxed);
  return witnessed < stands / 2 ? Duration::zero() : stands;
}

Duration StallWatch::standing(Instant now) const noexcept {
  Duration longest = control_stands(now);
  for (const Watched& watched : watched_)
    longest = std::max(longest, Duration{watched.record.stands_ns.load(std::memory_order_relaxed)});
  return longest;
}

}  // namespace lagoon::dpdk
