// The start of an Engine, step by step, and its end.
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_ring.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "dpdk/base/log.hpp"
#include "dpdk/engine/capacity.hpp"
#include "dpdk/engine/engine_parts.hpp"
#include "dpdk/engine/engine_returns.hpp"
#include "dpdk/engine/pool/mbuf_pool.hpp"
#include "options/load_options.hpp"

namespace lagoon::dpdk {

namespace {

constexpr unsigned kOutgoingRoom = 256;
constexpr unsigned kSlowRingSize = 256;

void free_ring(rte_ring* ring) {
  void* frame = nullptr;
  while (ring != nullptr && rte_ring_dequeue(ring, &frame) == 0)
    rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
  rte_ring_free(ring);
}

}  // namespace

Engine::Parts::Parts(const config::Config& c) : config{c}, stalls{c.stall_after} {}

Result<void> Engine::Parts::open_ports() {
  for (const config::Port& p : config.ports) {
    auto port = open(p.source, "port '" + p.name + "'", std::nullopt);
    if (!port) return fail(port.error().code, "port '" + p.name + "': " + port.error().detail);
    ports.push_back(std::make_unique<Port>(std::move(*port)));
  }
  access.resize(ports.size());
  for (const config::Lag& l : config.lags) {
    const SnapshotMemory memory = guest ? SnapshotMemory::shared : SnapshotMemory::heap;
    LagSlotsPtr slots = make_lag_slots(memory);
    if (slots == nullptr) return fail(Errc::no_resources, "no memory of DPDK's for LAG '" + l.name + "'");
    auto lag = std::make_unique<LagRuntime>(std::move(slots));
    lag->egress_keeper.keep_in(memory);
    for (std::size_t m = 0; m < l.members.size(); ++m) {
      auto member = open_member(l.members[m], l.name, l.options.port.mtu);
      if (!member) return fail(member.error().code, "LAG '" + l.name + "', " + member.error().detail);
      lag->members[m] = std::move(*member);
    }
    lag->port_options = l.options.port;
    lags.push_back(std::move(lag));
  }
  return {};
}

Result<void> Engine::Parts::make_pool_and_rings() {
  const std::size_t count = std::max<std::size_t>(rte_eth_dev_count_total(), 2);
  // With room for members that come later, or with less where there is no memory for all of it.
  for (std::size_t spare = kSparePorts; pool == nullptr; --spare) {
    pool_size.ports_most = count + spare;
    pool = make_mbuf_pool(mbufs_for(config, pool_size.ports_most), pool_size.room,
                          static_cast<int>(rte_socket_id()));
    if (spare == 0) break;
  }
  if (pool == nullptr)
    return fail(Errc::no_resources, "no memory for " + std::to_string(mbufs_for(config, count) + 1) +
                                        " mbufs; give more with 'memory:' in 'eal:', or more hugepages");
  return make_rings();
}

Result<void> Engine::Parts::make_rings() {
  for (std::size_t i = 0; i < lags.size(); ++i) {
    lags[i]->outgoing = FrameInbox::make(kOutgoingRoom);
    if (lags[i]->outgoing == nullptr) return fail(Errc::no_resources, "no memory of DPDK's for rings");
  }
  for (std::size_t w = 0; w + 1 < config.eal.lcores.size(); ++w) {
    const std::string name = name_of_object("slow" + std::to_string(w));
    slow_rings.push_back(
        rte_ring_create(name.c_str(), kSlowRingSize, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ));
  }
  if (std::find(slow_rings.begin(), slow_rings.end(), nullptr) != slow_rings.end())
    return fail(Errc::no_resources, std::string{"rings: "} + rte_strerror(rte_errno));
  return {};
}

std::size_t Engine::Parts::queues_offered(const Connection& connection) const {
  std::size_t least = config.eal.lcores.size() - 1;
  const auto take = [&least](const Port& port) {
    const QueueOffer offer = port.offer();
    least = std::min<std::size_t>({least, offer.rx, offer.tx});
  };
  for (const auto& end : {std::optional{connection.a}, connection.b}) {
    if (!end) continue;
    if (!end->is_lag)
      take(*ports[end->index]);
    else
      for_each_member(*lags[end->index], [&](MemberIndex, const MemberRuntime& m) { take(m.port); });
  }
  return least;
}

PortNeeds Engine::Parts::access_needs(const Connection& c, const Endpoint& end) const {
  PortNeeds needs{.pool = pool, .workers = static_cast<std::uint16_t>(c.workers.size())};
  // A tap follows the LAG that it is the kernel's access to.
  const auto& other = end == c.a ? c.b : std::optional{c.a};
  const bool is_tap = device_of(config.ports[end.index].source, 0).is_tap;
  if (is_tap && other && other->is_lag) needs.mtu = lags[other->index]->port_options.mtu;
  return needs;
}

Result<void> Engine::Parts::configure_ports() {
  auto made = connections_of(config);
  if (!made) return std::unexpected{made.error()};
  connections = std::move(*made);
  std::vector<std::size_t> queues;
  for (const Connection& c : connections) queues.push_back(queues_offered(c));
  assign_workers(connections, queues, config.eal.lcores.size() - 1);
  for (const Connection& c : connections) {
    for (const auto& end : {std::optional{c.a}, c.b})
      if (end && end->is_lag) lags[end->index]->workers = c.workers;
    for (const auto& end : {std::optional{c.a}, c.b}) {
      if (!end || end->is_lag) continue;
      LAGOON_TRY(ports[end->index]->configure(access_needs(c, *end)));
      following.hold_back(*ports[end->index]);
    }
  }
  for (std::size_t i = 0; i < lags.size(); ++i)
    for (const auto& member : lags[i]->members)
      if (member != nullptr) LAGOON_TRY(configure_member(*member, i));
  return {};
}

Result<void> Engine::Parts::start_ports() {
  for (const auto& port : ports) LAGOON_TRY(port->start());
  for (std::size_t i = 0; i < lags.size(); ++i)
    for (const auto& member : lags[i]->members)
      if (member != nullptr) LAGOON_TRY(start_member(*member, i));
  LAGOON_TRY(following.await_turn());
  if (following.any()) eal.take_place();
  // Only now are all sockets bound, and nothing that was heard before can be believed.
  for (const auto& port : ports) port->drain();
  for (const auto& lag : lags)
    for_each_member(*lag, [](MemberIndex, const MemberRuntime& member) {
      member.port.drain();
      if (member.slow_socket) member.slow_socket->drain();
      if (member.slow_losses != nullptr) member.slow_losses->begin_anew();
    });
  return wires.arm();
}

Result<WorkerSide> Engine::Parts::side_of(const Endpoint& end, std::uint16_t position, std::uint16_t step) {
  if (end.is_lag) {
    LagRuntime& lag = *lags[end.index];
    WorkerSide side{.ports = &lag.ports[position],
                    .table = &lag.tables[guest ? guest->rx_queues + position : position],
                    .index = end.index,
                    .egress = &lag.egress[position],
                    .outgoing = lag.outgoing.get(),
                    .conversations = {},
                    .stations = lag.stations_of(position)};
    if (control::distribution_of(lag.lag->options()) != table::Distribution::weighted) return side;
    auto memory = ConversationMemory::of(lag.lag->options().weighted.conversations,
                                         guest ? SnapshotMemory::shared : SnapshotMemory::heap);
    if (!memory) return fail(memory.error().code, "LAG '" + lag.lag->name() + "': " + memory.error().detail);
    log_line(LogLevel::notice, "LAG '" + lag.lag->name() + "': room for " +
                                   std::to_string(lag.lag->options().weighted.conversations) +
                                   " conversations, " + std::to_string(memory->octets()) +
                                   " octets on worker " + std::to_string(position));
    side.conversations = std::make_shared<const ConversationMemory>(*std::move(memory));
    return side;
  }
  AccessSide& access_side = access[end.index];
  AccessSide::Served& served = access_side.served.emplace_back(position, step);
  auto queues = access_queues(*ports[end.index], served, access_side.sockets);
  if (!queues) return std::unexpected{queues.error()};
  publisher.publish(served.slot, *std::move(queues));
  return WorkerSide{.ports = &served.slot,
                    .table = nullptr,
                    .index = end.index,
                    .egress = nullptr,
                    .outgoing = nullptr,
                    .conversations = {},
                    .stations = nullptr};
}

Result<void> Engine::Parts::launch_workers() {
  for (std::size_t w = 0; w < slow_rings.size(); ++w) {
    WorkerSettings settings{.lcore = config.eal.lcores[w + 1],
                            .qsbr_thread = static_cast<unsigned>(w),
                            .qsbr = publisher.qsbr(),
                            .slow_frames = slow_rings[w],
                            .stop = &life.stop_workers,
                            .idle = config.eal.idle};
    for (const Connection& c : connections) {
      const auto at = std::find(c.workers.begin(), c.workers.end(), w);
      if (at == c.workers.end()) continue;
      const auto position = static_cast<std::uint16_t>(at - c.workers.begin());
      const auto workers_here = static_cast<std::uint16_t>(c.workers.size());
      WorkerConnection connection;
      for (const auto& [end, side] : {std::pair{std::optional{c.a}, &connection.a}, {c.b, &connection.b}}) {
        if (!end) continue;
        auto made = side_of(*end, position, workers_here);
        if (!made) return std::unexpected{made.error()};
        *side = *made;
      }
      settings.connections.push_back(connection);
    }
    workers.push_back(std::make_unique<Worker>(std::move(settings)));
  }
  std::vector<std::vector<std::size_t>> served(workers.size());  // by worker: LAGs
  for (std::size_t i = 0; i < lags.size(); ++i) {
    lags[i]->users = users_of(workers, i);
    for (const std::size_t w : lags[i]->workers) served[w].push_back(i);
    lags[i]->outlet = &workers[lags[i]->workers.front()]->slow_outlet();
  }
  for (std::size_t w = 0; w < workers.size(); ++w)
    stalls.add(workers[w]->heart(), "worker " + std::to_string(workers[w]->lcore()), std::move(served[w]));
  life.running = true;
  for (const auto& worker : workers) {
    const auto entry = [](void* self) { return static_cast<Worker*>(self)->run(); };
    if (const int error = rte_eal_remote_launch(entry, worker.get(), worker->lcore()); error != 0)
      return fail(Errc::system, "lcore " + std::to_string(worker->lcore()) + ": " + rte_strerror(-error));
  }
  return {};
}

void Engine::Parts::stop_all() {
  if (!life.running) return;
  life.running = false;
  life.stop_workers.store(true, std::memory_order_release);
  rte_eal_mp_wait_lcore();
}

Engine::Parts::~Parts() {
  returns.reset();
  stop_all();
  capture.reset();
  lifecycle.reset();
  transmitter.reset();
  workers.clear();
  lags.clear();
  ports.clear();
  wires.close();
  for (rte_ring* ring : slow_rings) free_ring(ring);
  if (!guest) rte_mempool_free(pool);
}

}  // namespace lagoon::dpdk
