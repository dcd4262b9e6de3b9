#include "simulator.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace lagoon::sim {

namespace {

// A second of the largest scenario has a few hundred steps; more means that machines chase each other.
constexpr std::size_t kStepsPerSecondMax = 20'000;

bool tracing() {
  const char* const value = std::getenv("LAGOON_TRACE");
  return value != nullptr && std::string_view{value} == "1";
}

}  // namespace

Simulator::Simulator(std::uint64_t seed)
    : seed_{seed}, prng_{seed}, trace_{tracing() ? &std::cerr : nullptr}, counted_since_{now_} {
  if (trace_ != nullptr) *trace_ << "--- LAGOON_SEED=" << seed << '\n';
}

std::size_t Simulator::connect(Endpoint a, Endpoint b) {
  links_.emplace_back(a, b, prng_.next());
  return links_.size() - 1;
}

void Simulator::connect_all(std::size_t a, std::size_t b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const MemberIndex port{static_cast<std::uint8_t>(i)};
    connect({a, port}, {b, port});
  }
}

void Simulator::tell_link_state(Endpoint end, bool up) {
  stations_.at(end.station)->link_changed(end.port, {.up = up, .speed = mbps(10'000)}, now_);
}

void Simulator::set_carrier(std::size_t number, bool up) {
  Link& link = links_.at(number);
  if (link.carrier() == up) return;
  link.set_carrier(up);
  tell_link_state(link.end(0), up);
  if (link.end(1) != link.end(0)) tell_link_state(link.end(1), up);
  settle();
}

void Simulator::set_all_carriers(bool up) {
  for (std::size_t i = 0; i < links_.size(); ++i) set_carrier(i, up);
}

void Simulator::blackhole(std::size_t link, bool on) {
  blackhole_towards(link, 0, on);
  blackhole_towards(link, 1, on);
}

void Simulator::blackhole_towards(std::size_t link, std::size_t side, bool on) {
  links_.at(link).towards(side).blackhole = on;
}

void Simulator::plug(std::size_t link, std::size_t side, Endpoint other) {
  links_.at(link).plug(side, other);
}

void Simulator::schedule(Duration after, std::function<void()> action) {
  actions_.emplace(std::pair{now_ + after, ++scheduled_}, std::move(action));
}

std::optional<Instant> Simulator::next_time() const {
  std::optional<Instant> next;
  const auto consider = [&](std::optional<Instant> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  if (!actions_.empty()) consider(actions_.begin()->first.first);
  for (const Link& link : links_) consider(link.next_arrival());
  for (const std::unique_ptr<Station>& station : stations_) consider(station->deadline());
  return next;
}

std::optional<std::size_t> Simulator::happen() {
  if (!actions_.empty() && actions_.begin()->first.first <= now_) {
    const std::function<void()> action = std::move(actions_.extract(actions_.begin()).mapped());
    action();
    return std::nullopt;
  }
  for (Link& link : links_) {
    if (std::optional<Arrival> arrival = link.take_arrival(now_)) {
      stations_.at(arrival->to.station)->frame_received(arrival->to.port, arrival->frame, now_);
      return arrival->to.station;
    }
  }
  for (std::size_t i = 0; i < stations_.size(); ++i) {
    const auto is_due = [&] { return stations_[i]->deadline().value_or(Instant::max()) <= now_; };
    if (!is_due()) continue;
    stations_[i]->expire(now_);
    if (is_due()) violated(i, "the deadline is not in the future after expire()");
    return i;
  }
  return std::nullopt;
}

bool Simulator::step(Instant limit) {
  const std::optional<Instant> next = next_time();
  if (!next || *next > limit) {
    now_ = limit;
    return false;
  }
  now_ = std::max(now_, *next);
  if (now_ - counted_since_ >= 1s) {
    counted_since_ = now_;
    steps_ = 0;
  }
  if (++steps_ > kStepsPerSecondMax) violated(0, "the stations do not come to rest");
  const std::optional<std::size_t> touched = happen();
  if (!touched) {
    settle();
    return true;
  }
  settle_one(*touched);
  if (extra_check_) extra_check_();
  return true;
}

std::optional<std::size_t> Simulator::link_of(Endpoint end) const {
  for (std::size_t i = 0; i < links_.size(); ++i)
    if (links_[i].end(0) == end || links_[i].end(1) == end) return i;
  return std::nullopt;
}

void Simulator::settle() {
  for (std::size_t i = 0; i < stations_.size(); ++i) settle_one(i);
  if (extra_check_) extra_check_();
}

void Simulator::settle_one(std::size_t i) {
  while (const std::optional<Departure> departure = stations_[i]->transmit(now_)) {
    ++sent_[i];
    const bool within_limit = windows_[{i, departure->port.value()}].sent(now_);
    if (!within_limit && stations_[i]->observe()) violated(i, "four LACPDUs within one second");
    const Endpoint from{i, departure->port};
    if (const std::optional<std::size_t> link = link_of(from))
      links_[*link].send(from, departure->frame, now_);
  }
  stations_[i]->trace(trace_);
  check(i);
}

void Simulator::check(std::size_t number) {
  std::optional<Observation> seen = stations_[number]->observe();
  if (!seen) return;
  // A deadline that has come waits for its own step.
  if (seen->deadline && *seen->deadline == now_) seen->deadline = std::nullopt;
  for (std::size_t i = 0; i < seen->ports.size(); ++i) {
    const Endpoint end{number, MemberIndex{static_cast<std::uint8_t>(i)}};
    const std::optional<std::size_t> link = link_of(end);
    if (link && !links_[*link].was_moved())
      seen->ports[i].far_station = links_[*link].end(links_[*link].end(0) == end ? 1 : 0).station;
  }
  for (const std::string& sentence : violations(*seen, now_)) violated(number, sentence);
}

void Simulator::violated(std::size_t station, const std::string& what) const {
  throw InvariantViolated{"LAGOON_SEED=" + std::to_string(seed_) + ", at " +
                          std::to_string(to_ns(now_) / 1000) + " us, station " +
                          stations_.at(station)->name() + ": " + what};
}

void Simulator::run_for(Duration time) {
  const Instant limit = now_ + time;
  while (step(limit)) {
  }
}

bool Simulator::run_until(const std::function<bool()>& fact, Duration timeout) {
  const Instant limit = now_ + timeout;
  while (!fact())
    if (!step(limit)) return fact();
  return true;
}

}  // namespace lagoon::sim
