// What an Engine owns, in the order in which it is taken down (last member first): loop, workers, ports,
// pools, EAL.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "config/model.hpp"
#include "dpdk/control_loop.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/engine.hpp"
#include "dpdk/lag_runtime.hpp"
#include "dpdk/lcore_plan.hpp"
#include "dpdk/link_monitor.hpp"
#include "dpdk/port.hpp"
#include "dpdk/qsbr_publisher.hpp"
#include "dpdk/slow_transmitter.hpp"
#include "dpdk/task_queue.hpp"
#include "dpdk/wires.hpp"
#include "dpdk/worker.hpp"

struct rte_mempool;
struct rte_ring;

namespace lagoon::dpdk {

struct Engine::Parts {
  explicit Parts(const config::Config& c) : config{c} {}
  ~Parts();

  config::Config config;
  Eal eal;
  rte_mempool* pool = nullptr;
  Wires wires;
  QsbrPublisher publisher;
  std::vector<std::unique_ptr<Port>> ports;  // access ports, as in the configuration
  std::vector<std::unique_ptr<LagRuntime>> lags;
  std::vector<Connection> connections;
  rte_ring* punts = nullptr;
  std::vector<rte_ring*> slow_rings;           // one for each worker
  std::vector<PacketSocket> transmit_sockets;  // the workers use their descriptors
  std::vector<std::unique_ptr<Worker>> workers;
  LinkMonitor links;
  TaskQueue tasks;
  std::unique_ptr<SlowTransmitter> transmitter;
  std::atomic<bool> stop = false;
  std::atomic<bool> stop_workers = false;
  bool running = false;

  // In the order of the start (engine_start.cpp).
  [[nodiscard]] Result<void> open_ports();
  [[nodiscard]] Result<void> make_pool_and_rings();
  [[nodiscard]] Result<void> configure_ports();
  [[nodiscard]] Result<void> start_ports();
  [[nodiscard]] Result<void> make_lags();
  [[nodiscard]] Result<void> launch_workers();
  void stop_all();

  [[nodiscard]] LagRuntime* find(std::string_view lag) noexcept;
  /// With what the workers counted. Thread: the control lcore.
  [[nodiscard]] control::LagStatus status_of(std::size_t lag) const;

 private:
  [[nodiscard]] Result<Port> open(const config::PortSource& source);
  [[nodiscard]] Result<void> address_members(std::size_t lag, const MacAddress& address);
  [[nodiscard]] std::vector<Port*> ports_of(const Endpoint& end);
  [[nodiscard]] Result<WorkerSide> side_of(const Endpoint& end, std::uint16_t position, std::uint16_t step);
  unsigned taps_ = 0;
};

}  // namespace lagoon::dpdk
