// How an Engine is, in sentences: each part adds its own.
#include <cstdint>
#include <string>

#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/engine.hpp"
#include "dpdk/engine/engine_parts.hpp"
#include "dpdk/engine/engine_returns.hpp"

namespace lagoon::dpdk {

namespace {

using control::Health;
using control::Severity;

// 1.3 s.
std::string in_seconds(std::int64_t ns) {
  constexpr std::int64_t kTenth = 100'000'000;
  const std::int64_t tenths = (ns + kTenth / 2) / kTenth;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

void add_past(Health& health, const std::string& who, const StallWatch::Record& record) {
  const std::uint64_t stalls = record.stalls.load(std::memory_order_relaxed);
  const std::int64_t longest = record.longest_ns.load(std::memory_order_relaxed);
  if (longest != 0)
    health.push_back({Severity::note, who,
                      "stood still " + (stalls == 1 ? "once" : std::to_string(stalls) + " times") +
                          " since the start, for " + in_seconds(longest) + " at the longest"});
}

// Turns that are so long, or begin so late, that LACPDUs of the fast rate (1 s) can't be told to come in
// time.
constexpr Duration kLongTurn = 100ms;
constexpr Duration kLongAway = 500ms;

std::string in_us(Duration d) {
  return std::to_string(d / 1us) + " us";
}

// (the same words whether it is well or not: who watches looks for the severity)
void add_pace(Health& health, const control::ControlTimes& times) {
  const bool slow = times.turn_p99 >= kLongTurn;
  health.push_back({slow ? Severity::warning : Severity::good, "control",
                    "answers; half of its turns take " + in_us(times.turn_p50) + " at most, 99 of 100 " +
                        in_us(times.turn_p99) + ", the longest " + in_us(times.turn_longest) + " lately"});
  if (times.away_longest >= kLongAway)
    health.push_back({Severity::note, "control",
                      "is starved: made no turn for " + in_seconds(times.away_longest.count()) +
                          " lately, and " + std::to_string(times.starved) +
                          " times for more than 0.1 s since the start"});
}

void add_control(Health& health, const StallWatch& stalls,
                 const Result<std::vector<control::LagStatus>>& lags) {
  if (const Duration stands = stalls.control_stands(dpdk::now()); stands != Duration::zero())
    health.push_back({Severity::failure, "control", "has stood for " + in_seconds(stands.count())});
  else if (!lags)
    health.push_back({Severity::failure, "control", lags.error().detail});
  else if (lags->empty() || !lags->front().pace.control)
    health.push_back({Severity::good, "control", "answers"});
  else
    add_pace(health, *lags->front().pace.control);
  add_past(health, "control", stalls.control());
}

void add_carriers(Health& health, const StallWatch& stalls) {
  for (const StallWatch::Watched& watched : stalls.watched()) {
    const std::int64_t stands = watched.record.stands_ns.load(std::memory_order_relaxed);
    if (stands != 0)
      health.push_back(
          {Severity::failure, watched.who, "has stood for " + in_seconds(stands) + ", and carries nothing"});
    else if (watched.heart != nullptr)
      health.push_back({Severity::good, watched.who, "goes on"});
    add_past(health, watched.who, watched.record);
  }
}

}  // namespace

control::Health Engine::health(const Result<std::vector<control::LagStatus>>& lags) const {
  Health health;
  add_control(health, parts_->stalls, lags);
  add_carriers(health, parts_->stalls);
  parts_->returns->add_health(health);
  if (lags)
    for (const control::LagStatus& lag : *lags) control::add_health(health, lag);
  return health;
}

Duration Engine::standing() const {
  return parts_->stalls.standing(dpdk::now());
}

Duration Engine::control_stands() const {
  return parts_->stalls.control_stands(dpdk::now());
}

void Engine::Parts::Returns::add_health(control::Health& health) const {
  const std::lock_guard lock{mutex_};
  for (const auto& port : parts_.ports) {
    if (port == nullptr) continue;
    if (const auto& losses = port->ring_losses(); losses != nullptr && losses->lost_lately() != 0)
      health.push_back({control::Severity::warning, "port " + port->interface_name().value_or(""),
                        control::ring_full_in_words(losses->lost_lately())});
  }
  for (const Missing& missing : missing_)
    if (!missing.lag)
      health.push_back(
          {control::Severity::failure, "port " + missing.name,
           "carries nothing: its interface is gone" +
               (missing.obstacle.empty() ? "" : "; it can't be taken back: " + missing.obstacle)});
}

}  // namespace lagoon::dpdk
