#include "lagoond/cluster/cluster_thread.hpp"

#include <bsd/stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "dpdk/base/log.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/engine.hpp"

namespace lagoon::lagoond {

namespace {

// To give LAGs to the other box: LACPDUs that wait for their limit, a table's grace, a request of etcd.
constexpr Duration kLeavePatience = 2s;
constexpr Duration kStatusInterval = 100ms;
constexpr Duration kWishPatience = 2s;

MacAddress own_address() {
  MacAddress mac;
  arc4random_buf(mac.octets.data(), mac.octets.size());
  mac.octets[0] = static_cast<std::uint8_t>((mac.octets[0] & 0xfc) | 0x02);  // locally administered
  return mac;
}

std::uint64_t chance() {
  std::uint64_t number = 0;
  while (number == 0) arc4random_buf(&number, sizeof(number));
  return number;
}

}  // namespace

Result<std::optional<ClusterThread::Ready>> ClusterThread::prepare(const config::Config& config) {
  const auto shared = [](const config::Lag& lag) { return lag.options.multichassis.shared(); };
  if (!config.cluster || std::ranges::none_of(config.lags, shared)) return std::nullopt;
  auto options = cluster_options_of(config, own_address());
  if (!options) return fail(options.error().code, "cluster: " + options.error().detail);
  auto client = etcd::Client::open(options->etcd);
  if (!client) return fail(client.error().code, "cluster: " + client.error().detail);
  Ready ready{.options = *std::move(options), .client = *std::move(client), .peer = {}};
  if (ready.options.peer) {
    auto opened = PeerChannel::open(*ready.options.peer);
    if (!opened) return fail(opened.error().code, "cluster: " + opened.error().detail);
    ready.peer = *std::move(opened);
  }
  return ready;
}

Result<std::unique_ptr<ClusterThread>> ClusterThread::start(dpdk::Engine& engine, Ready ready) {
  std::unique_ptr<ClusterThread> self{
      new ClusterThread{engine, ready.options, chance(), std::move(ready.client), std::move(ready.peer)}};
  self->wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (self->wake_ < 0) return fail(Errc::system, std::string{"cluster: eventfd: "} + std::strerror(errno));
  self->thread_ = std::thread{[raw = self.get()] { raw->run(); }};
  return self;
}

ClusterThread::ClusterThread(dpdk::Engine& engine, const ClusterOptions& options, std::uint64_t incarnation,
                             std::unique_ptr<etcd::Client> client, std::optional<PeerChannel> peer)
    : desk_{*engine.desk()},
      options_{options.node},
      node_{options.node, cluster::Incarnation{incarnation}, dpdk::now()},
      client_{std::move(client)},
      peer_{std::move(peer)},
      stations_{engine, desk_, options_},
      carries_(desk_.size()) {}

ClusterThread::~ClusterThread() {
  end_.store(true, std::memory_order_relaxed);
  if (thread_.joinable()) {
    eventfd_write(wake_, 1);
    thread_.join();
  }
  if (wake_ >= 0) close(wake_);
}

void ClusterThread::leave(std::function<void()> then) {
  {
    const std::lock_guard lock{mutex_};
    then_ = std::move(then);
  }
  leave_.store(true, std::memory_order_release);
  eventfd_write(wake_, 1);
}

void ClusterThread::run() {
  while (!end_.load(std::memory_order_relaxed)) {
    std::array<int, 3> descriptors{wake_, desk_.descriptor(), peer_ ? peer_->descriptor() : wake_};
    client_->turn(cluster::Node::kTurn, descriptors, *this);
    take_news();
    node_.turn(dpdk::now());
    carry_out();
    tell_stations();
    tell_events();
    look_at_end();
    put_status();
  }
}

// (each time is read where node.hpp wants it: after what was heard was received)
void ClusterThread::take_news() {
  eventfd_t count = 0;
  static_cast<void>(eventfd_read(wake_, &count));
  desk_.clear_news();
  take_commands();
  if (const Instant turned = desk_.turned(); turned != Instant{}) node_.control_answered(turned);
  for (std::size_t seat = 0; seat < desk_.size(); ++seat) {
    if (const auto fitness = desk_.take_fitness(seat)) node_.set(seat, *fitness);
    if (const auto passed = desk_.take_passed(seat)) {
      node_.passed(seat, *passed, dpdk::now());
      const bool carries = node_.order(seat).forwards && node_.order(seat).generation == *passed;
      if (carries && !carries_[seat]) stations_.took_over(seat, dpdk::now());
      carries_[seat] = carries;
    }
  }
  if (!peer_) return;
  while (const auto message = peer_->receive()) node_.heard(*message, dpdk::now());
  for (const cluster::StationMessage& message : peer_->take_stations()) stations_.heard(message, dpdk::now());
}

void ClusterThread::tell_stations() {
  stations_.announce();
  for (std::size_t seat = 0; seat < desk_.size() && peer_; ++seat)
    if (carries_[seat])
      if (const auto message = stations_.next_message(seat)) peer_->send(*message);
}

// (and before what is sent is made)
void ClusterThread::carry_out() {
  for (Instant now = dpdk::now();; now = dpdk::now()) {
    auto request = node_.next_request(now);
    if (!request) request = wish_.next(static_cast<std::uint8_t>(requests_ % options_.endpoints), now);
    if (!request) break;
    ++requests_;
    client_->send(*request, now);
  }
  if (const auto watch = node_.next_watch()) client_->watch(*watch);
  for (Instant now = dpdk::now(); peer_; now = dpdk::now()) {
    const auto message = node_.next_message(now);
    if (!message) break;
    peer_->send(*message);
  }
  for (std::size_t seat = 0; seat < desk_.size(); ++seat) desk_.give(seat, node_.order(seat), dpdk::now());
}

void ClusterThread::tell_events() {
  while (const auto event = node_.next_event()) {
    const bool of_role = event->kind == cluster::EventKind::role;
    const std::string sentence = event->sentence + reason_of(event->kind);
    for (std::size_t seat = 0; seat < desk_.size(); ++seat) {
      if (!event->lag.empty() && event->lag != options_.lags[seat].name) continue;
      const cluster::LagOrder& order = node_.order(seat);
      desk_.say(seat, {.to = of_role ? name_of(order.role) : name_of(event->kind),
                       .why = of_role ? name_of(order.why) : std::string_view{},
                       .sentence = sentence});
    }
    if (!of_role) dpdk::log_line(dpdk::LogLevel::warning, "cluster: " + sentence);
  }
}

// What this side of the machine knows more.
std::string ClusterThread::reason_of(cluster::EventKind kind) const {
  std::string words;
  if (kind == cluster::EventKind::coordination_lost) words = words_;
  if (kind == cluster::EventKind::peer_lost && peer_) words = peer_->fault();
  return words.empty() ? words : " (" + words + ")";
}

// Why the peer is not heard.
std::string ClusterThread::peer_fault(Instant now) const {
  if (!peer_ || node_.peer().heard_lately(now)) return {};
  std::string stranger = node_.peer_fault(now);
  return stranger.empty() ? peer_->fault() : stranger;
}

void ClusterThread::take_commands() {
  std::vector<std::size_t> back;
  {
    const std::lock_guard lock{mutex_};
    back.swap(take_back_);
  }
  for (const std::size_t seat : back) node_.take_back(seat);
}

void ClusterThread::look_at_end() {
  if (left_ || !leave_.load(std::memory_order_acquire)) return;
  const Instant now = dpdk::now();
  if (!leave_until_) {
    leave_until_ = now + kLeavePatience;
    node_.leave();
    return;
  }
  if (!node_.gone(now) && now < *leave_until_) return;
  left_ = true;
  const std::lock_guard lock{mutex_};
  if (then_) then_();
}

void ClusterThread::answered(cluster::RequestId id, const cluster::Answer& answer) {
  if (const auto* const denied = std::get_if<cluster::Denied>(&answer.what)) {
    ++failures_;
    words_ = denied->words;
  } else {
    words_.clear();
  }
  if (!wish_.answered(id, answer)) node_.answered(id, answer, dpdk::now());
}

void ClusterThread::failed(cluster::RequestId id, std::string_view words) {
  ++failures_;
  words_ = words;
  if (!wish_.failed(id, words)) node_.failed(id, dpdk::now());
}

void ClusterThread::watched(cluster::WatchId id, const std::vector<cluster::Change>& changes) {
  node_.watched(id, changes);
}

void ClusterThread::watch_ended(cluster::WatchId id, std::string_view) {
  node_.watch_ended(id, dpdk::now());
}

void ClusterThread::skipped(std::string_view words) {
  dpdk::log_line(dpdk::LogLevel::warning, "cluster: " + std::string{words});
}

void ClusterThread::put_status() {
  const Instant now = dpdk::now();
  if (now < next_status_) return;
  next_status_ = now + kStatusInterval;
  ClusterStatus status{.domain = options_.domain,
                       .node = options_.node,
                       .other = options_.other,
                       .etcd = node_.has_etcd(now),
                       .denied = node_.denied(),
                       .etcd_words = words_,
                       .peer_asked_for = peer_.has_value(),
                       .peer = node_.peer().both_ways(now),
                       .peer_heard = node_.peer().heard_lately(now),
                       .peer_fault = peer_fault(now),
                       .requests = requests_,
                       .failures = failures_};
  if (peer_) status.peer_counters = peer_->counters();
  for (std::size_t seat = 0; seat < node_.lags(); ++seat) {
    ClusterLagStatus lag{.name = options_.lags[seat].name,
                         .order = node_.order(seat),
                         .valid_for = {},
                         .sentence = node_.sentence(seat, now),
                         .fault = node_.fault(seat),
                         .stations = stations_.known(seat),
                         .announced = stations_.announced(seat)};
    if (lag.order.forwards && lag.order.valid_until) lag.valid_for = *lag.order.valid_until - now;
    status.lags.push_back(std::move(lag));
  }
  const std::lock_guard lock{mutex_};
  status_ = std::move(status);
}

ClusterStatus ClusterThread::status() const {
  const std::lock_guard lock{mutex_};
  return status_;
}

std::optional<std::size_t> ClusterThread::seat_of(std::string_view lag) const {
  const auto found = std::ranges::find(options_.lags, lag, &cluster::LagOptions::name);
  if (found == options_.lags.end()) return std::nullopt;
  return static_cast<std::size_t>(found - options_.lags.begin());
}

Result<std::string> ClusterThread::want(const std::string& lag, const std::string& node) {
  if (!seat_of(lag)) return fail(Errc::no_such_thing, "LAG '" + lag + "' is not of two boxes");
  if (!node.empty() && node != options_.node && node != options_.other)
    return fail(Errc::no_such_thing,
                "no node is named '" + node + "'; expected " + options_.node + " or " + options_.other);
  LAGOON_TRY(wish_.make(lag, node, kWishPatience, [this] { eventfd_write(wake_, 1); }));
  if (node.empty()) return "LAG '" + lag + "': no box is wanted any more";
  return "LAG '" + lag + "': " + node + " is wanted to carry; it does as soon as it is fit (show cluster)";
}

Result<std::string> ClusterThread::drain(bool drained) {
  std::string text;
  for (const cluster::LagOptions& lag : options_.lags) {
    auto wanted = want(lag.name, drained ? options_.other : "");
    if (!wanted) return fail(wanted.error().code, text + "LAG '" + lag.name + "': " + wanted.error().detail);
    text += *wanted + "\n";
  }
  text.pop_back();
  return text;
}

Result<std::string> ClusterThread::take_back(const std::string& lag) {
  const auto seat = seat_of(lag);
  if (!seat) return fail(Errc::no_such_thing, "LAG '" + lag + "' is not of two boxes");
  {
    const std::lock_guard lock{mutex_};
    take_back_.push_back(*seat);
  }
  eventfd_write(wake_, 1);
  return "LAG '" + lag + "': back to the System of the configuration, where this box carries";
}

}  // namespace lagoon::lagoond
