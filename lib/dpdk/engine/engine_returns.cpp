#include "dpdk/engine/engine_returns.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "config/values/candidates.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/engine_commands.hpp"

namespace lagoon::dpdk {

namespace {

constexpr std::string_view kGone = "its interface is gone";
// For workers to give a port up in one try. Commands wait for it, and one that stands may take for ever.
constexpr Duration kClosePatience = 500ms;
constexpr Duration kCloseLook = 2ms;
// Between two tries to close or open one.
constexpr Duration kPause = 100ms;
constexpr Duration kPauseMost = 10s;
// An interface that was made is set up by whoever made it; after this it is told that it is down.
constexpr Duration kUpPatience = 1s;
// Should the kernel's messages be lost.
constexpr Duration kLook = 1s;
constexpr Duration kForEver = std::chrono::hours{1};

}  // namespace

Engine::Parts::Returns::~Returns() {
  end();
}

Result<void> Engine::Parts::Returns::open() {
  LAGOON_TRY(waiter_.open());
  auto thread = ControlThread::start("lagoon-returns", [this] { work(); });
  if (!thread) return std::unexpected{thread.error()};
  thread_.emplace(std::move(*thread));
  return {};
}

void Engine::Parts::Returns::end() {
  if (!thread_) return;
  ends_.store(true, std::memory_order_relaxed);
  wake();
  thread_->join();
}

void Engine::Parts::Returns::work() {
  waiter_.wait(kForEver);
  while (!ends_.load(std::memory_order_relaxed)) waiter_.wait(turn());
}

Duration Engine::Parts::Returns::turn() {
  find_lost();
  move_candidates();
  // (before they are looked at)
  waiter_.listen(!missing_.empty());
  Duration rest = transfers_.empty() ? kForEver : kPause;
  for (std::size_t i = 0; i < missing_.size() && !ends_.load(std::memory_order_relaxed);) {
    Missing& missing = missing_[i];
    const bool closed = missing.closed || close(missing);
    // (who was removed meanwhile leaves room here for another one in its place)
    if (!closed ||
        (is_wanted(missing) && (!is_due(missing, dpdk::now()) || take_back(missing) == Outcome::waits))) {
      ++i;
      continue;
    }
    rest = Duration{1ms};
    const std::lock_guard lock{mutex_};
    missing_.erase(missing_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (const Missing& missing : missing_)
    rest = std::min({rest, kLook, missing.next > dpdk::now() ? missing.next - dpdk::now() : kLook});
  return std::max(rest, Duration{1ms});
}

void Engine::Parts::Returns::move_candidates() {
  if (dpdk::now() < next_transfer_) return;
  bool any = false;
  const auto look = [&] { any = !formation_.moves().empty(); };
  if (!parts_.tasks.run(look, kAnswerPatience) || (!any && transfers_.empty())) return;
  const auto commands = parts_.begin_command();
  std::vector<Formation::Move> wanted;
  if (!commands || !parts_.tasks.run([&] { wanted = formation_.moves(); }, kAnswerPatience)) return;
  // (what no LAG has, the keeper does not see)
  std::erase_if(transfers_,
                [&](Transfer& transfer) { return !transfer.homeless || !still_homeless(transfer); });
  for (Formation::Move& one : wanted)
    if (may_move(one)) transfers_.push_back({.move = std::move(one)});
  if (transfers_.empty()) return;
  bool all_done = true;
  std::erase_if(transfers_, [&](Transfer& transfer) {
    const auto done = move(transfer);
    if (!done)
      log_line(LogLevel::warning, "candidate '" + transfer.move.port + "': it can't go to LAG '" +
                                      parts_.config.lags[transfer.move.to].name +
                                      "': " + done.error().detail);
    all_done = all_done && done;
    return done.has_value();
  });
  parts_.note_configuration();
  transfer_pause_ = all_done ? Duration::zero() : std::min(std::max(2 * transfer_pause_, kPause), kPauseMost);
  next_transfer_ = dpdk::now() + transfer_pause_;
}

// What was wanted may be another thing since: commands and new files come between.
bool Engine::Parts::Returns::may_move(const Formation::Move& wanted) const {
  const auto& here = parts_.config.lags[wanted.from].members;
  const auto member = std::ranges::find(here, wanted.port, &config::Member::name);
  return member != here.end() && member->administration == control::Administration::enabled &&
         config::lists(parts_.config.lags[wanted.to], wanted.port);
}

// No LAG has the port, and one lists it: the one where it was to go, or another.
bool Engine::Parts::Returns::still_homeless(Transfer& transfer) const {
  const std::string& port = transfer.move.port;
  const auto& lags = parts_.config.lags;
  const auto has = [&](const config::Lag& lag) {
    return std::ranges::find(lag.members, port, &config::Member::name) != lag.members.end();
  };
  if (std::ranges::any_of(lags, has)) return false;
  if (config::lists(lags[transfer.move.to], port)) return true;
  for (std::size_t i = 0; i < lags.size(); ++i)
    if (config::lists(lags[i], port)) {
      transfer.move.from = transfer.move.to = i;
      return true;
    }
  return false;
}

Result<void> Engine::Parts::Returns::move(Transfer& transfer) {
  if (!transfer.homeless) {
    const auto left = Commands{parts_, transfer.move.from}.remove(transfer.move.port, {});
    if (!left) return std::unexpected{left.error()};
    transfer.homeless = true;
  }
  const auto added = add_candidate(transfer.move.to, transfer.move.port);
  if (added) return {};
  if (add_candidate(transfer.move.from, transfer.move.port)) transfer.homeless = false;
  return added;
}

Result<void> Engine::Parts::Returns::add_candidate(std::size_t lag, const std::string& port) {
  const auto& candidates = parts_.config.lags[lag].from;
  const auto found = std::ranges::find(candidates, port, &config::Member::name);
  if (found == candidates.end()) return fail(Errc::no_such_thing, "it is no candidate there");
  const auto added = Commands{parts_, lag}(config::AddMember{*found});
  if (!added) return std::unexpected{added.error()};
  return {};
}

bool Engine::Parts::Returns::is_known(std::optional<std::size_t> lag, std::size_t index) const noexcept {
  return std::ranges::any_of(missing_, [&](const Missing& m) { return m.lag == lag && m.index == index; });
}

// Ports that belong to a program stay as they are: it alone can close them.
void Engine::Parts::Returns::find_lost() {
  std::vector<Missing> found;
  const auto add = [&](std::optional<std::size_t> lag, std::size_t index, const std::string& name,
                       const Port& port) {
    if (port.is_ours() && !is_known(lag, index))
      found.push_back({.lag = lag,
                       .index = index,
                       .name = name,
                       .interface = port.interface_name().value_or(""),
                       .is_tap = port.device().is_tap});
  };
  const auto look = [&] {
    for (std::size_t i = 0; i < parts_.lags.size(); ++i)
      for_each_member(*parts_.lags[i], [&](MemberIndex index, const MemberRuntime& member) {
        if (member.lost) add(i, index.value(), member.name, member.port);
      });
    for (std::size_t i = 0; i < parts_.ports.size(); ++i) {
      AccessSide& side = parts_.access[i];
      if (!side.carrier || !parts_.links.is_lost(*side.carrier)) continue;
      side.absence = kGone;
      if (parts_.ports[i] != nullptr) add(std::nullopt, i, parts_.config.ports[i].name, *parts_.ports[i]);
    }
  };
  if (!parts_.tasks.run(look, kAnswerPatience)) {
    if (!ends_.load(std::memory_order_relaxed)) wake();
    return;
  }
  for (const Missing& missing : found)
    if (!missing.lag)
      log_line(LogLevel::warning, "port '" + missing.name + "': its interface '" + missing.interface +
                                      "' is gone; it carries nothing until one of that name is there");
  const std::lock_guard lock{mutex_};
  missing_.insert(missing_.end(), found.begin(), found.end());
}

void Engine::Parts::Returns::put_off(Missing& missing) {
  missing.next = dpdk::now() + missing.pause;
  missing.pause = std::min(std::max(2 * missing.pause, kPause), kPauseMost);
}

bool Engine::Parts::Returns::close(Missing& missing) {
  if (dpdk::now() < missing.next) return false;
  const auto commands = parts_.begin_command();
  if (!commands) return false;
  missing.closed = missing.lag ? close_member(missing) : close_access(missing);
  if (!missing.closed) {
    put_off(missing);
    return false;
  }
  missing.next = {};
  missing.pause = {};
  return true;
}

bool Engine::Parts::Returns::close_member(Missing& missing) {
  LagRuntime& lag = *parts_.lags[*missing.lag];
  const MemberIndex index{static_cast<std::uint8_t>(missing.index)};
  bool removed = false;  // an operator was first
  const auto lose = [&] {
    const MemberRuntime* const member = lag.find(index);
    removed = member == nullptr || !member->lost || parts_.lifecycle->is_under_way(lag, index);
    if (removed) return;
    if (parts_.capture) parts_.capture->leave_port(member->port.id().value());
    parts_.lifecycle->lose(lag, index);
  };
  if (!missing.leaves && !parts_.tasks.run(lose, kAnswerPatience)) return false;
  // (taking it back finds that it is not there)
  if (removed) return true;
  missing.leaves = true;
  std::unique_ptr<MemberRuntime> gone;
  const auto take = [&] { gone = parts_.lifecycle->take(lag, index); };
  const Instant until = dpdk::now() + kClosePatience;
  while (gone == nullptr && dpdk::now() < until && !ends_.load(std::memory_order_relaxed)) {
    std::this_thread::sleep_for(kCloseLook);
    if (!parts_.tasks.run(take, kAnswerPatience)) break;
  }
  if (gone == nullptr) return false;
  gone.reset();
  static_cast<void>(
      parts_.tasks.run([&] { parts_.lifecycle->closed(lag, index, dpdk::now()); }, kAnswerPatience));
  return true;
}

bool Engine::Parts::Returns::close_access(Missing& missing) {
  AccessSide& side = parts_.access[missing.index];
  GracePeriod period;
  const auto begin = [&] {
    if (parts_.capture && parts_.ports[missing.index] != nullptr)
      parts_.capture->leave_port(parts_.ports[missing.index]->id().value());
    for (AccessSide::Served& served : side.served)
      parts_.publisher.publish(served.slot, std::make_unique<SidePorts>());
    period = parts_.publisher.begin_grace_period();
  };
  if (!parts_.tasks.run(begin, kAnswerPatience)) return false;
  std::unique_ptr<Port> gone;
  const Instant until = dpdk::now() + kClosePatience;
  while (!give_up_access(missing.index, period, gone)) {
    if (dpdk::now() >= until || ends_.load(std::memory_order_relaxed)) return false;
    std::this_thread::sleep_for(kCloseLook);
  }
  gone.reset();
  side.sockets.clear();
  return true;
}

bool Engine::Parts::Returns::give_up_access(std::size_t port, const GracePeriod& period,
                                            std::unique_ptr<Port>& gone) {
  AccessSide& side = parts_.access[port];
  bool given_up = false;
  const auto take = [&] {
    if (!parts_.publisher.passed(period)) return;
    for (const auto& lag : parts_.lags)
      if (lag->host_port != nullptr && lag->host_port == parts_.ports[port].get()) {
        if (lag->host_setting.errand.under_way()) return;
        lag->forget_host();
      }
    parts_.lifecycle->listed_anew();
    if (side.carrier) parts_.links.remove(*std::exchange(side.carrier, std::nullopt));
    if (parts_.ports[port] != nullptr) side.before += counts_of(*parts_.ports[port]);
    gone = std::move(parts_.ports[port]);
    given_up = true;
  };
  // (the control lcore does not wait for the mutex: we have it while it works)
  const std::lock_guard lock{mutex_};
  return parts_.tasks.run(take, kAnswerPatience) && given_up;
}

bool Engine::Parts::Returns::is_due(Missing& missing, Instant now) const {
  const Presence there = presence_of(missing.interface);
  // (a tap comes and goes as we try)
  const bool changed = std::exchange(missing.seen, there) != there;
  if (changed && !missing.is_tap) {
    missing.pause = kPause;
    missing.next = there.up ? now : now + kUpPatience;
  }
  return (there.index != 0 || missing.is_tap) && now >= missing.next;
}

Engine::Parts::Returns::Outcome Engine::Parts::Returns::take_back(Missing& missing) {
  put_off(missing);
  if (!missing.seen.up && !missing.is_tap) {
    refuse(missing, "interface '" + missing.interface + "' is there, and down; ip link set " +
                        missing.interface + " up");
    return Outcome::waits;
  }
  const auto commands = parts_.begin_command();
  if (!commands) return Outcome::waits;
  if (!is_wanted(missing)) return Outcome::done;
  const auto opened = missing.lag ? open_member(missing) : open_access(missing);
  if (opened) return Outcome::done;
  refuse(missing, opened.error().detail);
  return Outcome::waits;
}

// Whether it is still to be taken back: an operator may have removed it.
bool Engine::Parts::Returns::is_wanted(const Missing& missing) {
  if (!missing.lag) return true;
  LagRuntime& lag = *parts_.lags[*missing.lag];
  bool wanted = true;
  const auto look = [&] {
    const auto index = lag.lag->find(missing.name);
    wanted = index && index->value() == missing.index && lag.absent[missing.index].has_value();
  };
  return !parts_.tasks.run(look, kAnswerPatience) || wanted;
}

Result<void> Engine::Parts::Returns::open_member(const Missing& missing) {
  const std::size_t lag = *missing.lag;
  const config::Lag& known = parts_.config.lags[lag];
  const auto wanted = std::ranges::find(known.members, missing.name, &config::Member::name);
  if (wanted == known.members.end()) return fail(Errc::no_such_thing, "no member '" + missing.name + "'");
  auto member = parts_.open_member(*wanted, known.name, known.options.port.mtu);
  if (!member) return std::unexpected{member.error()};
  LAGOON_TRY(parts_.configure_member(**member, lag));
  LAGOON_TRY(parts_.start_member(**member, lag));
  const auto give = [&] {
    (*member)->port.drain();
    parts_.lifecycle->give_back(*parts_.lags[lag], MemberIndex{static_cast<std::uint8_t>(missing.index)},
                                std::move(*member), dpdk::now());
  };
  if (!parts_.tasks.run(give, kAnswerPatience)) return no_answer();
  return {};
}

Result<void> Engine::Parts::Returns::open_access(const Missing& missing) {
  const std::size_t at = missing.index;
  AccessSide& side = parts_.access[at];
  auto opened = parts_.open(parts_.config.ports[at].source, "port '" + missing.name + "'", std::nullopt);
  if (!opened) return std::unexpected{opened.error()};
  auto port = std::make_unique<Port>(*std::move(opened));
  const Endpoint self{.is_lag = false, .index = at};
  for (const Connection& c : parts_.connections)
    if (c.a == self || (c.b && *c.b == self)) LAGOON_TRY(port->configure(parts_.access_needs(c, self)));
  LAGOON_TRY(port->start());
  std::vector<std::unique_ptr<SidePorts>> queues;
  for (const AccessSide::Served& served : side.served) {
    auto made = access_queues(*port, served, side.sockets);
    if (!made) return std::unexpected{made.error()};
    queues.push_back(*std::move(made));
  }
  Result<void> hosts{};
  const auto give = [&] {
    port->drain();
    parts_.ports[at] = std::move(port);
    side.absence = {};
    side.carrier = parts_.links.add(*parts_.ports[at]);
    for (std::size_t i = 0; i < queues.size(); ++i)
      parts_.publisher.publish(side.served[i].slot, std::move(queues[i]));
    for (std::size_t lag = 0; lag < parts_.lags.size() && hosts; ++lag)
      if (parts_.port_behind(lag) == parts_.ports[at].get()) hosts = parts_.make_host_access(lag);
    parts_.lifecycle->listed_anew();
  };
  // (the control lcore does not wait for the mutex: we have it while it works)
  const std::lock_guard lock{mutex_};
  if (!parts_.tasks.run(give, kAnswerPatience)) return no_answer();
  log_line(LogLevel::notice, "port '" + missing.name + "': its interface '" + missing.interface +
                                 "' is there again, and it carries frames");
  if (!hosts) log_line(LogLevel::warning, hosts.error().detail);
  return {};
}

void Engine::Parts::Returns::refuse(Missing& missing, const std::string& obstacle) {
  const std::string prefix = "member '" + missing.name + "': ";
  const std::string words = obstacle.starts_with(prefix) ? obstacle.substr(prefix.size()) : obstacle;
  if (words == missing.obstacle) return;
  {
    const std::lock_guard lock{mutex_};
    missing.obstacle = words;
  }
  if (!missing.lag) {
    log_line(LogLevel::warning, "port '" + missing.name + "': it can't be taken back: " + words);
    return;
  }
  const auto tell = [&] {
    control::interface_changed(
        *parts_.lags[*missing.lag]->lag, MemberIndex{static_cast<std::uint8_t>(missing.index)},
        {.kind = control::InterfaceNews::Kind::refused, .evidence = words}, dpdk::now());
  };
  static_cast<void>(parts_.tasks.run(tell, kAnswerPatience));
}

}  // namespace lagoon::dpdk
