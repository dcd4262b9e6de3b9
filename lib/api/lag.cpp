#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "api/lagoon.hpp"
#include "config/command/command.hpp"

namespace lagoon::api {

namespace {

// Questions of other threads are answered within that.
constexpr Duration kNap = 500us;

// Says at its end that nobody is in the control loop any more.
struct Turn {
  std::atomic<bool>& under_way;
  ~Turn() { under_way.store(false, std::memory_order_release); }
};

}  // namespace

Lag::Lag(std::unique_ptr<dpdk::EmbeddedLag> lag, const dpdk::Embedding& embedding)
    : name_{embedding.lag.name}, control_{embedding.control}, idle_{embedding.idle}, lag_{std::move(lag)} {
  for (std::uint16_t queue = 0; queue < embedding.rx_queues; ++queue) rx_.push_back(&lag_->rx_queue(queue));
  for (std::uint16_t queue = 0; queue < embedding.tx_queues; ++queue) tx_.push_back(&lag_->tx_queue(queue));
}

Result<std::unique_ptr<Lag>> Lag::start(const dpdk::Embedding& embedding) {
  auto lag = dpdk::EmbeddedLag::start(embedding);
  if (!lag) return std::unexpected{std::move(lag).error()};
  return std::unique_ptr<Lag>{new Lag{*std::move(lag), embedding}};
}

Result<control::LagStatus> Lag::status() {
  return lag_->engine().status(name_);
}

Result<std::vector<dpdk::NamedEvent>> Lag::events_after(std::uint64_t sequence) {
  auto events = lag_->engine().events(name_, control::kJournalSize);
  if (events)
    std::erase_if(*events, [&](const dpdk::NamedEvent& event) { return event.entry.sequence <= sequence; });
  return events;
}

Result<dpdk::FlowAnswer> Lag::explain(std::string_view flow) {
  return lag_->engine().explain(name_, flow);
}

Result<std::string> Lag::command(std::string_view verb, std::string_view argument) {
  auto action = config::parse_action(verb, argument);
  if (!action) return std::unexpected{std::move(action).error()};
  return lag_->engine().execute({name_, *std::move(action)});
}

Result<Duration> Lag::control_turn() {
  if (control_ != dpdk::ControlBy::caller)
    return fail(Errc::not_supported, "LAG '" + name_ + "' has a control thread of its own");
  if (in_turn_.exchange(true, std::memory_order_acquire))
    return fail(Errc::busy, "another thread runs the control loop of LAG '" + name_ + "'");
  const Turn turn{in_turn_};
  return lag_->control_turn();
}

Result<void> Lag::control_run() {
  while (!stop_.exchange(false, std::memory_order_relaxed)) {
    const auto wait = control_turn();
    if (!wait) return std::unexpected{wait.error()};
    if (idle_ == config::Idle::relax && *wait > Duration{})
      std::this_thread::sleep_for(std::min(*wait, kNap));
  }
  return {};
}

}  // namespace lagoon::api
