// The start of an Engine, step by step, and its end.
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_ring.h>

#include <bsd/stdlib.h>
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "dpdk/engine_parts.hpp"
#include "dpdk/log.hpp"
#include "dpdk/monotonic_clock.hpp"

namespace lagoon::dpdk {

namespace {

constexpr unsigned kPuntRingSize = 1024;
constexpr unsigned kSlowRingSize = 256;
constexpr unsigned kMbufCache = 256;
// For each port: what its queues hold, and what is on its way in bursts, rings and caches.
constexpr unsigned kMbufsPerPort = 4096;

MacAddress random_address() {
  MacAddress mac;
  arc4random_buf(mac.octets.data(), mac.octets.size());
  mac.octets[0] =
      static_cast<std::uint8_t>((mac.octets[0] & 0xfc) | 0x02);  // locally administered, individual
  return mac;
}

void free_ring(rte_ring* ring) {
  void* frame = nullptr;
  while (ring != nullptr && rte_ring_dequeue(ring, &frame) == 0)
    rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
  rte_ring_free(ring);
}

}  // namespace

Result<Port> Engine::Parts::open(const config::PortSource& source) {
  const Device device = device_of(source, taps_++);
  if (device.bus != DeviceBus::wire) return Port::open(device);
  const auto end = wires.take_end(device.name);
  if (!end) return std::unexpected{end.error()};
  return Port::adopt(*end, device);
}

Result<void> Engine::Parts::open_ports() {
  for (const config::Port& p : config.ports) {
    auto port = open(p.source);
    if (!port) return fail(port.error().code, "port '" + p.name + "': " + port.error().detail);
    ports.push_back(std::make_unique<Port>(std::move(*port)));
  }
  for (const config::Lag& l : config.lags) {
    auto lag = std::make_unique<LagRuntime>();
    lag->members.reserve(l.members.size());
    for (const config::Member& m : l.members) {
      auto port = open(m.source);
      if (!port)
        return fail(port.error().code,
                    "LAG '" + l.name + "', member '" + m.name + "': " + port.error().detail);
      lag->members.push_back({.port = std::move(*port)});
    }
    lags.push_back(std::move(lag));
  }
  return {};
}

Result<void> Engine::Parts::make_pool_and_rings() {
  const std::size_t count = rte_eth_dev_count_total();
  const auto mbufs = static_cast<unsigned>(std::max<std::size_t>(count, 2) * kMbufsPerPort) - 1;
  pool = rte_pktmbuf_pool_create("lagoon_mbufs", mbufs, kMbufCache, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                 static_cast<int>(rte_socket_id()));
  if (pool == nullptr)
    return fail(Errc::no_resources, "no memory for " + std::to_string(mbufs) +
                                        " mbufs; give more with 'memory:' in 'eal:', or more hugepages");
  punts = rte_ring_create("lagoon_punts", kPuntRingSize, SOCKET_ID_ANY, RING_F_SC_DEQ);
  for (std::size_t w = 0; w + 1 < config.eal.lcores.size(); ++w) {
    const std::string name = "lagoon_slow_" + std::to_string(w);
    slow_rings.push_back(
        rte_ring_create(name.c_str(), kSlowRingSize, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ));
  }
  if (punts == nullptr || std::find(slow_rings.begin(), slow_rings.end(), nullptr) != slow_rings.end())
    return fail(Errc::no_resources, std::string{"rings: "} + rte_strerror(rte_errno));
  return {};
}

std::vector<Port*> Engine::Parts::ports_of(const Endpoint& end) {
  if (!end.is_lag) return {ports[end.index].get()};
  std::vector<Port*> all;
  for (MemberRuntime& member : lags[end.index]->members) all.push_back(&member.port);
  return all;
}

Result<void> Engine::Parts::configure_ports() {
  auto made = connections_of(config);
  if (!made) return std::unexpected{made.error()};
  connections = std::move(*made);
  std::vector<std::size_t> queues;
  for (const Connection& c : connections) {
    std::size_t least = config.eal.lcores.size() - 1;
    for (const auto& end : {std::optional{c.a}, c.b}) {
      if (!end) continue;
      for (const Port* port : ports_of(*end)) {
        const QueueOffer offer = port->offer();
        least = std::min<std::size_t>({least, offer.rx, offer.tx});
      }
    }
    queues.push_back(least);
  }
  assign_workers(connections, queues, config.eal.lcores.size() - 1);
  for (const Connection& c : connections)
    for (const auto& end : {std::optional{c.a}, c.b}) {
      if (!end) continue;
      if (end->is_lag) lags[end->index]->first_worker = c.workers.front();
      PortNeeds needs{
          .pool = pool, .workers = static_cast<std::uint16_t>(c.workers.size()), .member = end->is_lag};
      if (end->is_lag) needs.mtu = config.lags[end->index].port.mtu;
      for (Port* port : ports_of(*end)) LAGOON_TRY(port->configure(needs));
    }
  return {};
}

Result<void> Engine::Parts::start_ports() {
  for (const Connection& c : connections)
    for (const auto& end : {std::optional{c.a}, c.b}) {
      if (!end) continue;
      for (Port* port : ports_of(*end)) LAGOON_TRY(port->start());
    }
  for (const auto& lag : lags)
    for (MemberRuntime& member : lag->members) {
      if (!member.port.device().is_af_packet) continue;
      auto socket = PacketSocket::open(*member.port.device().carrier_interface, SocketUse::slow_protocols);
      if (!socket) return std::unexpected{socket.error()};
      member.slow_socket.emplace(std::move(*socket));
      member.guard.emplace(*member.port.device().carrier_interface);
    }
  // Only now are all sockets bound, and nothing that was heard before can be believed.
  for (const Connection& c : connections)
    for (const auto& end : {std::optional{c.a}, c.b}) {
      if (!end) continue;
      for (const Port* port : ports_of(*end)) port->drain();
    }
  return wires.arm();
}

Result<void> Engine::Parts::address_members(std::size_t lag, const MacAddress& address) {
  for (MemberRuntime& member : lags[lag]->members)
    if (auto set = member.port.set_address(address); !set && member.port.device().bus != DeviceBus::wire)
      log_line(LogLevel::warning, set.error().detail + "; it receives in promiscuous mode");
  // The kernel's own access to a LAG speaks with the LAG's address.
  for (const Connection& c : connections) {
    if (!c.b || (!(c.a.is_lag && c.a.index == lag) && !(c.b->is_lag && c.b->index == lag))) continue;
    const Endpoint& other = c.a.is_lag && c.a.index == lag ? *c.b : c.a;
    if (!other.is_lag && ports[other.index]->device().is_tap)
      LAGOON_TRY(ports[other.index]->set_address(address));
  }
  return {};
}

Result<void> Engine::Parts::make_lags() {
  const Instant now = dpdk::now();
  for (std::size_t i = 0; i < lags.size(); ++i) {
    const config::Lag& from = config.lags[i];
    control::LagSettings settings{.name = from.name,
                                  .address = {},
                                  .lacp = from.options.lacp,
                                  .hash = from.options.hash,
                                  .hold = from.options.hold,
                                  .members = {}};
    const MacAddress& first = lags[i]->members.front().port.own_address();
    settings.address = from.mac.value_or(first.is_zero() ? random_address() : first);
    if (settings.lacp.system.is_zero()) settings.lacp.system = settings.address;
    settings.lacp.lag_number = static_cast<std::uint16_t>(i);
    if (from.random_seed) settings.hash.seed = arc4random();
    for (std::size_t m = 0; m < from.members.size(); ++m) {
      const config::Member& member = from.members[m];
      const MacAddress& own = lags[i]->members[m].port.own_address();
      settings.members.push_back(
          {.name = member.name,
           .address = own.is_zero() ? random_address() : own,
           .lacp = {.port_number = member.port_number.value_or(static_cast<std::uint16_t>(m + 1)),
                    .port_priority = member.port_priority,
                    .aggregatable = member.aggregatable},
           .speed = member.speed});
    }
    LAGOON_TRY(address_members(i, settings.address));
    lags[i]->lag = std::make_unique<control::Lag>(std::move(settings), now);
    publisher.publish(lags[i]->table, lags[i]->lag->take_table(now));
  }
  transmitter = std::make_unique<SlowTransmitter>(pool, slow_rings);
  return links.open(lags);
}

Result<WorkerSide> Engine::Parts::side_of(const Endpoint& end, std::uint16_t position, std::uint16_t step) {
  WorkerSide side;
  for (const Port* port : ports_of(end)) {
    WorkerPort queues{.id = port->id().value(),
                      .first_rx = position,
                      .rx_end = port->rx_queues(),
                      .step = step,
                      .tx = position};
    if (port->device().is_af_packet) {
      auto socket = PacketSocket::open(*port->device().carrier_interface, SocketUse::transmit);
      if (!socket) return std::unexpected{socket.error()};
      queues.tx_socket = socket->descriptor();
      transmit_sockets.push_back(std::move(*socket));
    }
    side.ports.push_back(queues);
  }
  if (end.is_lag) {
    side.table = &lags[end.index]->table;
    side.lag = end.index;
  }
  return side;
}

Result<void> Engine::Parts::launch_workers() {
  for (std::size_t w = 0; w < slow_rings.size(); ++w) {
    WorkerSettings settings{.lcore = config.eal.lcores[w + 1],
                            .qsbr_thread = static_cast<unsigned>(w),
                            .qsbr = publisher.qsbr(),
                            .punts = punts,
                            .slow_frames = slow_rings[w],
                            .stop = &stop_workers,
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
  running = true;
  for (const auto& worker : workers) {
    const auto entry = [](void* self) { return static_cast<Worker*>(self)->run(); };
    if (const int error = rte_eal_remote_launch(entry, worker.get(), worker->lcore()); error != 0)
      return fail(Errc::system, "lcore " + std::to_string(worker->lcore()) + ": " + rte_strerror(-error));
  }
  return {};
}

void Engine::Parts::stop_all() {
  if (!running) return;
  running = false;
  stop_workers.store(true, std::memory_order_release);
  rte_eal_mp_wait_lcore();
}

Engine::Parts::~Parts() {
  stop_all();
  transmitter.reset();
  workers.clear();
  for (const auto& lag : lags) delete lag->table.exchange(nullptr);
  lags.clear();
  ports.clear();
  wires.close();
  free_ring(punts);
  for (rte_ring* ring : slow_rings) free_ring(ring);
  rte_mempool_free(pool);
}

}  // namespace lagoon::dpdk
