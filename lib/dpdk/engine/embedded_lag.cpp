#include "dpdk/engine/embedded_lag.hpp"

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_ring.h>
#include <rte_version.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <thread>
#include <utility>

#include "base/member_set.hpp"
#include "config/rules/judge.hpp"
#include "dpdk/base/control_thread.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/control/addresses.hpp"
#include "dpdk/control/queue_care.hpp"
#include "dpdk/engine/engine_parts.hpp"
#include "dpdk/engine/engine_returns.hpp"

namespace lagoon::dpdk {

namespace {

// Of data that the control thread finds in a queue that nobody polls.
constexpr unsigned kFoundRoom = 1024;
constexpr Duration kCatchUp = 100ms;

// In memory that secondary processes see.
template <typename Queue>
struct Shared {
  Queue* queue = nullptr;
  Shared() = default;
  Shared(Shared&& other) noexcept : queue{std::exchange(other.queue, nullptr)} {}
  Shared& operator=(Shared&&) = delete;
  ~Shared() {
    if (queue == nullptr) return;
    discard(*queue);
    queue->~Queue();
    rte_free(queue);
  }
};

// (rte_malloc gives no more than a cache line's alignment, and no type here wants more)
template <typename Queue>
void* memory_for() {
  static_assert(alignof(Queue) <= RTE_CACHE_LINE_SIZE);
  return rte_malloc("lagoon_queue", sizeof(Queue), RTE_CACHE_LINE_SIZE);
}

config::Config config_of(const Embedding& embedding) {
  config::Config config;
  config.eal.lcores.assign(std::size_t{embedding.tx_queues} + 1, 0);
  config.eal.idle = embedding.idle;
  config.lags.push_back(embedding.lag);
  return config;
}

}  // namespace

struct EmbeddedLag::Parts {
  std::unique_ptr<Engine> engine;
  std::vector<rte_ring*> found;
  std::vector<Shared<RxQueue>> receivers;
  std::vector<Shared<TxQueue>> senders;
  QueueCare care;
  std::optional<ControlLoop> loop;
  std::optional<ControlThread> thread;
  std::function<void(const LagLink&)> on_link;
  std::function<void(const NamedEvent&)> on_event;
  std::uint64_t told = 0;  // the last event that on_event was told
  std::atomic<bool> up = false;
  std::atomic<std::uint64_t> speed = 0;
  ControlBy control = ControlBy::own_thread;

  ~Parts();
  [[nodiscard]] Engine::Parts& inner() const { return *engine->parts_; }
  [[nodiscard]] LagRuntime& lag() const { return *inner().lags.front(); }
  [[nodiscard]] Result<void> make_queues(const Embedding& embedding);
  void make_loop();
  void look_at_link();
  void tell_events();
};

EmbeddedLag::Parts::~Parts() {
  if (engine->parts_->returns) engine->parts_->returns->end();
  if (loop) {
    inner().life.stop.store(true, std::memory_order_relaxed);
    if (thread)
      thread->join();
    else
      loop->run(inner().life.stop, kFarewellPatience);
  }
  loop.reset();
  senders.clear();
  receivers.clear();
  for (rte_ring* ring : found) rte_ring_free(ring);
}

Result<void> EmbeddedLag::Parts::make_queues(const Embedding& embedding) {
  Engine::Parts& parts = inner();
  for (std::uint16_t q = 0; q < embedding.rx_queues; ++q) {
    const std::string name = parts.name_of_object("found" + std::to_string(q));
    rte_ring* const ring =
        rte_ring_create(name.c_str(), kFoundRoom, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
    void* const at = memory_for<RxQueue>();
    if (ring != nullptr) found.push_back(ring);
    if (ring == nullptr || at == nullptr) {
      rte_free(at);
      return no_memory_for("receive queues");
    }
    receivers.emplace_back().queue = new (at) RxQueue{.gate = {parts.publisher.qsbr(), q},
                                                      .ports = &lag().ports[q],
                                                      .table = &lag().tables[q],
                                                      .found = ring,
                                                      .port = embedding.port};
  }
  for (std::uint16_t q = 0; q < embedding.tx_queues; ++q) {
    auto side = parts.side_of({.is_lag = true, .index = 0}, q, 1);
    if (!side) return std::unexpected{side.error()};
    void* const at = memory_for<TxQueue>();
    if (at == nullptr) return no_memory_for("transmit queues");
    TxQueue* const queue =
        new (at) TxQueue{.gate = {parts.publisher.qsbr(), unsigned{embedding.rx_queues} + q},
                         .slow = SlowOutlet{parts.slow_rings[q]},
                         .side = *std::move(side)};
    senders.emplace_back().queue = queue;
    queue->state.distributor.random += q;
    queue->state.distributor.sample_random += q;
    if (queue->side.conversations)
      queue->state.distributor.conversations.use(queue->side.conversations->lines());
  }
  for (std::size_t q = 0; q < receivers.size(); ++q) {
    const std::string who = "a thread in a burst of receive queue " + std::to_string(q);
    care.add(*receivers[q].queue, who);
    parts.stalls.add(receivers[q].queue->gate, who, {0});
    lag().users.push_back({.lcore = static_cast<unsigned>(q),
                           .counters = &receivers[q].queue->counters,
                           .distributor = nullptr});
  }
  for (std::size_t q = 0; q < senders.size(); ++q) {
    const std::string who = "a thread in a burst of transmit queue " + std::to_string(q);
    care.add(*senders[q].queue, who);
    parts.stalls.add(senders[q].queue->gate, who, {0});
    lag().users.push_back({.lcore = static_cast<unsigned>(q),
                           .counters = &senders[q].queue->state.counters,
                           .distributor = &senders[q].queue->state.distributor});
  }
  lag().outlet = &senders.front().queue->slow;
  return {};
}

void EmbeddedLag::Parts::make_loop() {
  Engine::Parts& parts = inner();
  loop.emplace(ControlLoopParts{.lags = parts.lags,
                                .publisher = parts.publisher,
                                .transmitter = *parts.transmitter,
                                .links = parts.links,
                                .lifecycle = *parts.lifecycle,
                                .tasks = parts.tasks,
                                .errands = parts.errands,
                                .meter = parts.meter,
                                .idle = parts.config.eal.idle,
                                .care = &care,
                                .stalls = &parts.stalls,
                                .after_turn = [this] {
                                  look_at_link();
                                  if (on_event) tell_events();
                                }});
}

void EmbeddedLag::Parts::look_at_link() {
  const control::Lag& of = *lag().lag;
  LagLink now{.up = of.up()};
  std::uint64_t sum = 0;
  for_each(of.distributing(), [&](MemberIndex m) { sum += of.speed(m).value(); });
  now.speed = BitsPerSecond{sum};
  if (now.up == up.load(std::memory_order_relaxed) && sum == speed.load(std::memory_order_relaxed)) return;
  up.store(now.up, std::memory_order_relaxed);
  speed.store(sum, std::memory_order_relaxed);
  if (on_link) on_link(now);
}

void EmbeddedLag::Parts::tell_events() {
  const control::Journal& journal = lag().lag->journal();
  for (std::size_t next = journal.position_after(told); next < journal.size(); ++next) {
    const control::JournalEntry& entry = journal[next];
    told = entry.sequence;
    on_event({.entry = entry, .member = entry.of_lag ? std::string{} : entry.member_name});
  }
}

EmbeddedLag::EmbeddedLag(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
EmbeddedLag::~EmbeddedLag() = default;

Result<std::unique_ptr<EmbeddedLag>> EmbeddedLag::start(const Embedding& embedding) {
  auto made = make(embedding);
  if (made) LAGOON_TRY((*made)->begin());
  return made;
}

Result<std::unique_ptr<EmbeddedLag>> EmbeddedLag::make(const Embedding& embedding) {
  if (embedding.rx_queues == 0 || embedding.tx_queues == 0 ||
      std::max(embedding.rx_queues, embedding.tx_queues) > LagSlots::kPositionsMost)
    return fail(Errc::invalid_argument,
                "a LAG has 1 to " + std::to_string(LagSlots::kPositionsMost) + " queues of each kind");
  if (embedding.configure_members && embedding.pools.empty())
    return fail(Errc::invalid_argument, "no mempool for what members receive");
  const config::Config config = config_of(embedding);
  if (config.lags.front().options.automatic)
    return fail(Errc::not_supported,
                "LAG '" + config.lags.front().name +
                    "' finds its members by itself, which a LAG inside a program does not; "
                    "list its members");
  LAGOON_TRY(config::judge({}, config));
  auto inner = std::make_unique<Engine::Parts>(config);
  inner->guest = guest_ports_of(embedding);
  auto parts = std::make_unique<Parts>();
  parts->engine.reset(new Engine{std::move(inner)});
  parts->control = embedding.control;
  parts->on_link = embedding.on_link;
  parts->on_event = embedding.on_event;
  LAGOON_TRY(parts->inner().start_as_guest());
  LAGOON_TRY(parts->make_queues(embedding));
  parts->make_loop();
  return std::unique_ptr<EmbeddedLag>{new EmbeddedLag{std::move(parts)}};
}

Result<void> EmbeddedLag::begin() {
  if (parts_->control != ControlBy::own_thread) return {};
  auto thread = ControlThread::start(
      "lagoon-ctl", [raw = parts_.get()] { raw->loop->run(raw->inner().life.stop, kFarewellPatience); });
  if (!thread) return std::unexpected{thread.error()};
  parts_->thread.emplace(std::move(*thread));
  catch_up();
  return {};
}

// A turn looks at links first, then serves tasks, then publishes: the second task comes after all of a turn.
// Ports are given their addresses beside it.
void EmbeddedLag::catch_up() noexcept {
  if (!parts_->thread) return;
  TaskQueue& tasks = parts_->inner().tasks;
  const Instant ends = dpdk::now() + kCatchUp;
  for (int turn = 0; !tasks.is_server() && dpdk::now() < ends; ++turn) {
    bool stand = false;
    if (!tasks.run([&] { stand = ports_stand(parts_->lag()); }, kCatchUp) || (turn > 0 && stand)) return;
  }
}

RxQueue& EmbeddedLag::rx_queue(std::uint16_t queue) noexcept {
  return *parts_->receivers[queue].queue;
}
TxQueue& EmbeddedLag::tx_queue(std::uint16_t queue) noexcept {
  return *parts_->senders[queue].queue;
}

LagLink EmbeddedLag::link() const noexcept {
  return {.up = parts_->up.load(std::memory_order_relaxed),
          .speed = BitsPerSecond{parts_->speed.load(std::memory_order_relaxed)}};
}

Engine& EmbeddedLag::engine() noexcept {
  return *parts_->engine;
}

Duration EmbeddedLag::control_turn() {
  const Instant now = dpdk::now();
  return parts_->loop->turn(now) ? Duration::zero() : parts_->loop->patience(now);
}

}  // namespace lagoon::dpdk
