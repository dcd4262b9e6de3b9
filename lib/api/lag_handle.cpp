#include "api/lag_handle.hpp"

#include <rte_ethdev.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "config/command/command.hpp"
#include "console/program/program_lags.hpp"
#include "dpdk/engine/cleanup_watch.hpp"

namespace lagoon::api {

namespace {

// Questions of other threads are answered within that.
constexpr Duration kNap = 500us;

// Says at its end that nobody is in the control loop any more.
struct Turn {
  std::atomic<bool>& under_way;
  ~Turn() { under_way.store(false, std::memory_order_release); }
};

// A callback that says which thread is in it. (That thread alone has to find itself there: relaxed is
// enough.)
template <typename About>
void mark(std::function<void(const About&)>& callback, std::atomic<pthread_t>& in_callback) {
  if (!callback) return;
  callback = [call = std::move(callback), &in_callback](const About& about) {
    in_callback.store(pthread_self(), std::memory_order_relaxed);
    call(about);
    in_callback.store(0, std::memory_order_relaxed);
  };
}

}  // namespace

namespace {

// The LAGs of this process: EAL may be cleaned up while they run.
class Handles {
 public:
  static Handles& all() {
    static auto* const made = new Handles;  // (a LAG may be freed when static objects are gone)
    return *made;
  }
  void add(LagHandle& lag) {
    const std::lock_guard lock{mutex_};
#ifdef LAGOON_SEES_CLEANUP
    if (!std::exchange(watches_, true)) dpdk::before_cleanup([this] { end_all(); });
#endif
    lags_.push_back(&lag);
  }
  void remove(LagHandle& lag) {
    const std::lock_guard lock{mutex_};
    std::erase(lags_, &lag);
  }

 private:
  void end_all() {
    const std::lock_guard lock{mutex_};
    for (LagHandle* const lag : lags_) lag->end();
  }

  std::mutex mutex_;
  std::vector<LagHandle*> lags_;
  bool watches_ = false;
};

// A port's id where a device is to be named: what it is called. Anything else stays as it is.
std::string device_of(std::string_view argument) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(argument.begin(), argument.end(), port);
  std::array<char, RTE_ETH_NAME_MAX_LEN> name{};
  const bool is_id = error == std::errc{} && end == argument.end();
  return is_id && rte_eth_dev_get_name_by_port(port, name.data()) == 0 ? name.data() : std::string{argument};
}

std::unexpected<Error> ended(const std::string& name) {
  return fail(Errc::no_such_thing, "LAG '" + name + "' has ended: DPDK was cleaned up");
}

}  // namespace

LagHandle::LagHandle(const dpdk::Embedding& embedding)
    : name_{embedding.lag.name}, control_{embedding.control}, idle_{embedding.idle} {}

Result<std::unique_ptr<LagHandle>> LagHandle::make(dpdk::Embedding embedding) {
  std::unique_ptr<LagHandle> made{new LagHandle{embedding}};
  mark(embedding.on_link, made->in_callback_);
  mark(embedding.on_event, made->in_callback_);
  auto lag = dpdk::EmbeddedLag::make(embedding);
  if (!lag) return std::unexpected{std::move(lag).error()};
  made->lag_ = *std::move(lag);
  for (std::uint16_t queue = 0; queue < embedding.rx_queues; ++queue)
    made->rx_.push_back(&made->lag_->rx_queue(queue));
  for (std::uint16_t queue = 0; queue < embedding.tx_queues; ++queue)
    made->tx_.push_back(&made->lag_->tx_queue(queue));
  Handles::all().add(*made);
  dpdk::Engine& engine = made->lag_->engine();
  console::ProgramLags::of_process().add(
      made.get(),
      {.name = made->name_, .engine = &engine, .execute = [&engine, name = made->name_](auto& action) {
         return engine.execute({name, action});
       }});
  return made;
}

LagHandle::~LagHandle() {
  console::ProgramLags::of_process().remove(this);
  Handles::all().remove(*this);
  in_turn_.store(true, std::memory_order_relaxed);
}

void LagHandle::end() {
  constexpr Duration kPatience = 2s;  // with a thread that is in the control loop
  console::ProgramLags::of_process().remove(this);
  control_stop();
  for (Duration waited{}; in_turn_.exchange(true, std::memory_order_acquire) && waited < kPatience;
       waited += kNap)
    std::this_thread::sleep_for(kNap);
  lag_.reset();
}

Result<control::LagStatus> LagHandle::status() {
  if (lag_ == nullptr) return ended(name_);
  return lag_->engine().status(name_);
}

Result<std::vector<dpdk::NamedEvent>> LagHandle::events_after(std::uint64_t sequence) {
  if (lag_ == nullptr) return ended(name_);
  auto events = lag_->engine().events(name_, control::kJournalSize);
  if (events)
    std::erase_if(*events, [&](const dpdk::NamedEvent& event) { return event.entry.sequence <= sequence; });
  return events;
}

Result<dpdk::FlowAnswer> LagHandle::explain(std::string_view flow) {
  if (lag_ == nullptr) return ended(name_);
  return lag_->engine().explain(name_, flow);
}

Result<std::string> LagHandle::command(std::string_view verb, std::string_view argument) {
  if (in_callback_.load(std::memory_order_relaxed) == pthread_self())
    return fail(Errc::busy, "a callback of LAG '" + name_ +
                                "' can't give it commands, since the control thread would wait for itself; "
                                "give them from another thread");
  if (lag_ == nullptr) return ended(name_);
  auto action =
      verb == "add" ? config::parse_action(verb, device_of(argument)) : config::parse_action(verb, argument);
  if (!action) return std::unexpected{std::move(action).error()};
  return lag_->engine().execute({name_, *std::move(action)});
}

Result<Duration> LagHandle::control_turn() {
  if (control_ != dpdk::ControlBy::caller)
    return fail(Errc::not_supported, "LAG '" + name_ + "' has a control thread of its own");
  if (lag_ == nullptr) return ended(name_);
  if (in_turn_.exchange(true, std::memory_order_acquire))
    return fail(Errc::busy, "another thread runs the control loop of LAG '" + name_ + "'");
  const Turn turn{in_turn_};
  return lag_->control_turn();
}

Result<void> LagHandle::control_run() {
  while (!stop_.exchange(false, std::memory_order_relaxed)) {
    const auto wait = control_turn();
    if (!wait) return std::unexpected{wait.error()};
    if (idle_ == config::Idle::relax && *wait > Duration{})
      std::this_thread::sleep_for(std::min(*wait, kNap));
  }
  return {};
}

}  // namespace lagoon::api
