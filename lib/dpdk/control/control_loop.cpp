#include "dpdk/control/control_loop.hpp"

#include <rte_pause.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "dpdk/base/log.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/control/addresses.hpp"
#include "report/progress.hpp"

namespace lagoon::dpdk {

namespace {

// An idle turn comes this often on `idle: relax`, and more seldom the longer nothing came: descriptors and
// deadlines wake us earlier, frames from workers and commands do not.
constexpr Duration kRest = 200us;
constexpr Duration kRestMost = 1ms;
constexpr int kSilencePerRest = 8;
// What is remembered for the next process is at most so old.
constexpr Duration kOfferInterval = 100ms;
// Between two questions to the kernel for what its rings had no room for.
constexpr Duration kLossesInterval = 1s;
// BFD's shortest interval: a turn that came later than that is told of.
constexpr Duration kLate = 1ms;
// Between two looks at what is at the other ends of the cables.
constexpr Duration kWiringInterval = 500ms;

}  // namespace

ControlLoop::ControlLoop(const ControlLoopParts& parts)
    : parts_{parts}, intake_{parts.lags}, loads_(parts.lags.size()) {
  list_members();
}

void ControlLoop::list_members() {
  if (listed_ == parts_.lifecycle.revision()) return;
  listed_ = parts_.lifecycle.revision();
  heard_ = Descriptors::unknown;
  intake_.list_members();
  news_.clear();
  for (const auto& lag : parts_.lags) {
    for_each_member(*lag, [&](MemberIndex, const MemberRuntime& member) {
      if (member.slow_socket)
        news_.push_back({.fd = member.slow_socket->descriptor(), .events = POLLIN, .revents = 0});
    });
    if (lag->host != nullptr)
      news_.push_back({.fd = lag->host->descriptor(), .events = POLLIN, .revents = 0});
  }
  news_.push_back({.fd = parts_.links.descriptor(), .events = POLLIN, .revents = 0});
  news_.push_back({.fd = parts_.errands.descriptor(), .events = POLLIN, .revents = 0});
}

bool ControlLoop::turn(Instant now) {
  // Who did not listen can't say that others were silent: the whole machine may have stood still.
  if (const Duration away = parts_.meter.begin(now); away > TurnMeter::kStarved)
    for (const auto& lag : parts_.lags) control::excuse_silence(*lag->lag, away, now);
  if (const Duration gap = now - std::exchange(turned_, now); gap > kLate)
    for (const auto& lag : parts_.lags) control::slept(*lag->lag, gap, now);
  const Descriptors heard = std::exchange(heard_, Descriptors::unknown);
  bool busy = parts_.links.poll(parts_.lags, now);
  if (parts_.care != nullptr) busy |= parts_.care->turn(now);
  busy |= tell_stalls(now);
  busy |= intake_.turn(heard, now);
  if (heard != Descriptors::silent) {
    parts_.errands.drain();
    watch_hosts();
  }
  busy |= parts_.tasks.serve();
  if (parts_.shared != nullptr) busy |= parts_.shared->begin_turn(parts_.lags, now);
  busy |= run_machines(now);
  if (parts_.shared != nullptr)
    parts_.shared->end_turn(parts_.lags, parts_.publisher, parts_.transmitter, now);
  busy |= parts_.lifecycle.serve(
      now, [this, now](LagRuntime& lag, MemberIndex member) { intake_.take_rest(lag, member, now); });
  list_members();
  feed_journals();
  offer_state(now);
  look_for_losses(now);
  judge_wiring(now);
  if (parts_.formation != nullptr) parts_.formation->turn(parts_.lags, now);
  parts_.publisher.reclaim();
  if (parts_.after_turn) parts_.after_turn();
  if (busy) last_busy_ = now;
  parts_.meter.end(dpdk::now());
  return busy;
}

void ControlLoop::feed_journals() {
  if (parts_.feed == nullptr) return;
  for (std::size_t i = 0; i < parts_.lags.size(); ++i)
    parts_.feed->take(i, parts_.lags[i]->lag->name(), parts_.lags[i]->lag->journal());
  parts_.feed->wake();
}

// Where nobody takes the journal, in a program, its log has it.
void ControlLoop::tell(std::size_t index, control::Stall stall, Instant now) {
  control::Lag& lag = *parts_.lags[index]->lag;
  stall.unserved = parts_.stalls->is_stalled(index) ? ~MemberSet{0} : MemberSet{0};
  if (parts_.feed == nullptr)
    log_line(LogLevel::warning, "LAG '" + lag.name() + "': " + control::in_words(stall));
  lag.stalled(stall, now);
}

// (a worker serves a queue of each member, so where one stands no member is served as a whole)
bool ControlLoop::tell_stalls(Instant now) {
  if (parts_.stalls == nullptr) return false;
  const bool any = parts_.stalls->look(now);
  if (parts_.care != nullptr)
    for (const QueueCare::Dead& dead : parts_.care->dead())
      tell(0, {.who = dead.who, .died = true, .lost = dead.frames}, now);
  if (!any) return false;
  for (const StallWatch::News& news : parts_.stalls->news())
    for (std::size_t i = 0; i < parts_.lags.size(); ++i) {
      if (news.of != nullptr && std::ranges::find(news.of->lags, i) == news.of->lags.end()) continue;
      tell(i,
           {.who = news.of != nullptr ? news.of->who : "the control lcore",
            .begins = news.begins,
            .ends = news.ends,
            .stood = news.stood},
           now);
    }
  return true;
}

void ControlLoop::offer_state(Instant now) {
  if (parts_.board == nullptr || now < next_offer_) return;
  next_offer_ = now + kOfferInterval;
  std::vector<control::SavedLag> lags;
  lags.reserve(parts_.lags.size());
  for (const auto& lag : parts_.lags) lags.push_back(control::saved_of(*lag->lag));
  if (lags == offered_) return;
  parts_.board->offer(std::make_unique<const std::vector<control::SavedLag>>(lags));
  offered_ = std::move(lags);
}

void ControlLoop::watch_hosts() {
  for (const auto& lag : parts_.lags)
    if (lag->host != nullptr) lag->host->poll();
}

void ControlLoop::look_for_losses(Instant now) {
  if (now < next_losses_ || losses_.under_way()) return;
  next_losses_ = now + kLossesInterval;
  std::vector<std::shared_ptr<RingLosses>> all;
  const auto add = [&all](const std::shared_ptr<RingLosses>& losses) {
    if (losses != nullptr) all.push_back(losses);
  };
  for (const auto& port : parts_.access_ports)
    if (port != nullptr) add(port->ring_losses());
  for (const auto& lag : parts_.lags)
    for_each_member(*lag, [&](MemberIndex, const MemberRuntime& member) {
      add(member.port.ring_losses());
      add(member.slow_losses);
    });
  if (all.empty()) return;
  static_cast<void>(losses_.take_done());
  parts_.errands.give(losses_, [all = std::move(all)] {
    for (const auto& losses : all) losses->look();
  });
}

void ControlLoop::judge_wiring(Instant now) {
  if (now < next_wiring_) return;
  next_wiring_ = now + kWiringInterval;
  std::vector<control::LagWiring> lags;
  lags.reserve(parts_.lags.size());
  for (const auto& lag : parts_.lags) lags.push_back(control::wiring_of(*lag->lag));
  const std::vector<control::Miswirings> found = control::judge_wiring(lags, now);
  for (std::size_t i = 0; i < found.size(); ++i) control::wiring_judged(*parts_.lags[i]->lag, found[i], now);
}

void ControlLoop::measure(std::size_t index, Instant now) {
  LagRuntime& runtime = *parts_.lags[index];
  if (!runtime.lag->measurement_due(now)) return;
  const LagTotals totals = count_all(runtime.users);
  control::Measurement counts{};
  counts.group_octets = totals.group_octets;
  for_each_member(runtime, [&](MemberIndex member, const MemberRuntime& m) {
    const control::Traffic traffic = since(totals.members[member.value()], m.before);
    counts.rx_frames[member.value()] = heard(traffic);
    counts.tx_octets[member.value()] = traffic.tx_bytes;
  });
  if (runtime.lag->wants_load()) loads_[index].fill(counts, distributors_of(runtime.users));
  runtime.lag->measured(counts, now);
}

bool ControlLoop::run_machines(Instant now) {
  bool busy = false;
  parts_.transmitter.retry();
  settled_ = true;
  for (std::size_t i = 0; i < parts_.lags.size(); ++i) {
    LagRuntime* const runtime = parts_.lags[i].get();
    control::Lag& lag = *runtime->lag;
    measure(i, now);
    if (const auto served = runtime->egress_keeper.serve(*runtime, now); !served)
      log_line(LogLevel::error, "LAG '" + lag.name() + "': traffic: " + served.error().detail);
    if (lag.wants_progress()) lag.report(report::progress_of(distributors_of(runtime->users)), now);
    if (const auto due = lag.deadline(); due && *due <= now) lag.expire(now);
    // The table first: what we tell the Partner about Collecting has to be true when it hears it.
    if (auto table = lag.take_table(now)) {
      parts_.publisher.publish(runtime->tables, std::move(table));
      busy = true;
    }
    busy |= set_ports(*runtime, parts_.errands, now);
    // An announcement says whose address is where: it has to be there by then.
    const bool addresses_stand = ports_stand(*runtime);
    settled_ = settled_ && addresses_stand;
    while (const auto frame = lag.transmit(now, addresses_stand)) {
      parts_.transmitter.send(*runtime, *frame);
      busy = true;
    }
  }
  return busy;
}

Duration ControlLoop::patience(Instant now) const {
  if (parts_.idle == config::Idle::busy) return Duration::zero();
  // (a program's queues are to be followed within a millisecond)
  const Duration silence = parts_.care == nullptr ? (now - last_busy_) / kSilencePerRest : Duration::zero();
  Duration rest = std::clamp(silence, kRest, kRestMost);
  if (parts_.shared != nullptr && parts_.shared->busy()) rest = kRest;
  for (const auto& lag : parts_.lags) {
    if (lag->lag->wants_progress()) rest = kRest;
    if (const auto due = lag->lag->deadline()) rest = std::min(rest, *due - now);
  }
  // (what is due may be an announcement, which waits for an address)
  return std::max(rest, settled_ ? Duration::zero() : kRest);
}

void ControlLoop::rest(Instant now) {
  if (parts_.idle == config::Idle::busy) {
    rte_pause();
    return;
  }
  const Duration rest = patience(now);
  if (rest == Duration::zero()) return;
  const timespec timeout{.tv_sec = 0, .tv_nsec = rest.count()};
  if (ppoll(news_.data(), news_.size(), &timeout, nullptr) == 0) heard_ = Descriptors::silent;
}

bool ControlLoop::run(const std::atomic<bool>& stop, Duration patience) {
  while (!stop.load(std::memory_order_relaxed)) {
    const Instant now = dpdk::now();
    if (!turn(now)) rest(now);
  }
  const Instant stopped = dpdk::now();
  if (parts_.handed_over != nullptr && parts_.handed_over->load(std::memory_order_acquire)) {
    for (const auto& lag : parts_.lags) control::leave_sessions(*lag->lag);
    run_machines(stopped);
    next_offer_ = stopped;
    offer_state(stopped);
    end();
    return true;
  }
  for (const auto& lag : parts_.lags) lag->lag->shut_down(stopped);
  for (Instant now = stopped; now < stopped + patience; now = dpdk::now()) {
    if (!turn(now)) rest(now);
    const bool told = std::all_of(parts_.lags.begin(), parts_.lags.end(),
                                  [](const auto& lag) { return lag->lag->drained(); });
    if (!told || !parts_.transmitter.idle()) continue;
    end();
    return true;
  }
  end();
  return false;
}

void ControlLoop::end() {
  if (parts_.stalls != nullptr) parts_.stalls->end();
  for (const auto& lag : parts_.lags) control::end_journal(*lag->lag, dpdk::now());
  feed_journals();
  if (parts_.after_turn) parts_.after_turn();
}

}  // namespace lagoon::dpdk
