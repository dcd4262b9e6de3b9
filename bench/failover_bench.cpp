// failover-bench: how long frames still go to a member whose link is gone, at full rate, with a control loop
// that never rests. One CPU sends bursts through the LAG, another turns its control loop; the members are
// ports of net_null whose links this program takes down, as a driver does: it writes the link and calls what
// was registered for it. net_bonding gets the same events in the same process, and once more without being
// told, so that it polls (every millisecond, the least that it takes; its default is 100).
//
// failover-bench [--events N]        JSON on standard output
#include <ethdev_driver.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_eth_bond.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "base/check.hpp"
#include "dpdk/engine/embedded_lag.hpp"
#include "dpdk/engine/engine.hpp"
#include "measure/statistics.hpp"
#include "rig/frame_set.hpp"

namespace lagoon::bench {
namespace {

constexpr std::size_t kMembers = 4;
constexpr std::size_t kBurst = 32;
constexpr int kEvents = 1000;
// What is looked at behind an event; and between two the LAG has the member back.
constexpr double kWindowUs = 3000;

// What a member's transmit function keeps, in the place of the driver's queue.
struct alignas(64) Line {
  std::atomic<std::uint64_t> frames{0};
  std::atomic<std::uint64_t> last{0};  // ticks, of its last burst
};

std::uint16_t take(void* queue, rte_mbuf**, std::uint16_t count) {
  auto& line = *static_cast<Line*>(queue);
  line.frames.store(line.frames.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  line.last.store(rte_rdtsc(), std::memory_order_relaxed);
  return count;
}

class Member {
 public:
  explicit Member(const std::string& name) : name_{name} {
    LAGOON_CHECK(rte_eal_hotplug_add("vdev", name.c_str(), "no-rx=1") == 0);
    LAGOON_CHECK(rte_eth_dev_get_port_by_name(name.c_str(), &id_) == 0);
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint16_t id() const { return id_; }
  [[nodiscard]] const Line& line() const { return *line_; }
  /// When it runs.
  void stand_in() {
    queues_[0] = line_.get();
    rte_eth_fp_ops[id_].txq.data = queues_.data();
    rte_eth_fp_ops[id_].tx_pkt_burst = take;
  }
  void set_link(bool up) {
    rte_eth_dev& dev = rte_eth_devices[id_];
    rte_eth_link link = dev.data->dev_link;
    link.link_status = up ? RTE_ETH_LINK_UP : RTE_ETH_LINK_DOWN;
    static_cast<void>(rte_eth_linkstatus_set(&dev, &link));
  }
  void tell() { rte_eth_dev_callback_process(&rte_eth_devices[id_], RTE_ETH_EVENT_INTR_LSC, nullptr); }

 private:
  std::string name_;
  std::uint16_t id_ = 0;
  std::unique_ptr<Line> line_ = std::make_unique<Line>();
  std::array<void*, RTE_MAX_QUEUES_PER_PORT> queues_{};
};

std::vector<Member> new_members(const std::string& prefix) {
  std::vector<Member> members;
  for (std::size_t i = 0; i < kMembers; ++i) members.emplace_back("net_null_" + prefix + std::to_string(i));
  return members;
}

void pin_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  LAGOON_CHECK(sched_setaffinity(0, sizeof set, &set) == 0);
}

/// A LAG and what an event needs of it.
struct Contestant {
  std::vector<Member>* members = nullptr;
  std::function<std::size_t(std::span<rte_mbuf*>)> send;
  std::function<void(Member&)> down;   // on the control thread
  std::function<void(Member&)> up;     // the same
  std::function<void()> turn;          // of the control loop, over and over; nothing where it has none
  std::function<bool()> all_are_back;  // the same
};

struct Figures {
  std::vector<double> last_us;  // event to the last burst on the dead member; 0: none came after it
  std::vector<double> frames;   // on the dead member after the event
  std::vector<double> turn_us;  // event to the control loop having published
};

// The control thread makes the events, and the caller sends.
Figures run(const Contestant& who, int events, FrameSet& frames, int control_cpu) {
  const double ticks_per_us = static_cast<double>(rte_get_tsc_hz()) / 1e6;
  Figures figures;
  std::atomic<bool> stop{false};
  std::thread control{[&] {
    pin_to(control_cpu);
    std::mt19937 random{3};
    const auto turn_for = [&](double us, const std::function<bool()>& until) {
      const std::uint64_t end = rte_rdtsc() + static_cast<std::uint64_t>(us * ticks_per_us);
      while (rte_rdtsc() < end && !until()) who.turn();
    };
    const auto never = [] { return false; };
    for (int i = 0; i < events; ++i) {
      Member& victim = (*who.members)[static_cast<std::size_t>(i) % kMembers];
      turn_for(200 + static_cast<double>(random() % 800), never);
      const std::uint64_t before = victim.line().frames.load();
      const std::uint64_t event = rte_rdtsc();
      who.down(victim);
      who.turn();
      figures.turn_us.push_back(static_cast<double>(rte_rdtsc() - event) / ticks_per_us);
      turn_for(kWindowUs, never);
      const std::uint64_t last = victim.line().last.load();
      figures.last_us.push_back(last > event ? static_cast<double>(last - event) / ticks_per_us : 0);
      figures.frames.push_back(static_cast<double>(victim.line().frames.load() - before));
      who.up(victim);
      turn_for(5e6, who.all_are_back);
      LAGOON_CHECK(who.all_are_back());
    }
    stop = true;
  }};
  while (!stop.load(std::memory_order_relaxed)) LAGOON_CHECK(who.send(frames.next(kBurst)) <= kBurst);
  control.join();
  return figures;
}

nlohmann::json said_of(const std::vector<double>& values) {
  return {{"p50", quantile(values, 0.5)}, {"p99", quantile(values, 0.99)}, {"max", quantile(values, 1)}};
}

std::unique_ptr<dpdk::EmbeddedLag> lagoon_over(const std::vector<Member>& members, rte_mempool* pool) {
  dpdk::Embedding embedding;
  embedding.lag.name = "lag0";
  embedding.lag.options.mode = control::Mode::balance_xor;
  for (const Member& member : members)
    embedding.lag.members.push_back({.name = member.name(), .source = config::DevicePort{member.name()}});
  embedding.pools = {pool};
  embedding.control = dpdk::ControlBy::caller;
  auto lag = dpdk::EmbeddedLag::start(embedding);
  if (!lag) std::fprintf(stderr, "failover-bench: %s\n", lag.error().detail.c_str());
  LAGOON_CHECK(lag);
  return *std::move(lag);
}

void configure(std::uint16_t port, rte_mempool* pool) {
  const rte_eth_conf conf{};
  LAGOON_CHECK(rte_eth_dev_configure(port, 1, 1, &conf) == 0);
  LAGOON_CHECK(rte_eth_rx_queue_setup(port, 0, 512, SOCKET_ID_ANY, nullptr, pool) == 0);
  LAGOON_CHECK(rte_eth_tx_queue_setup(port, 0, 512, SOCKET_ID_ANY, nullptr) == 0);
}

std::uint16_t bond_over(const std::vector<Member>& members, rte_mempool* pool) {
  const int made = rte_eth_bond_create("net_bonding0", BONDING_MODE_BALANCE, 0);
  LAGOON_CHECK(made >= 0);
  const auto id = static_cast<std::uint16_t>(made);
  for (const Member& member : members) configure(member.id(), pool);
  configure(id, pool);
  for (const Member& member : members) LAGOON_CHECK(rte_eth_bond_slave_add(id, member.id()) == 0);
  LAGOON_CHECK(rte_eth_bond_xmit_policy_set(id, BALANCE_XMIT_POLICY_LAYER34) == 0);
  LAGOON_CHECK(rte_eth_dev_start(id) == 0);
  LAGOON_CHECK(rte_eth_bond_link_monitoring_set(id, 1) == 0);
  return id;
}

std::vector<int> cpus() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  LAGOON_CHECK(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
  std::vector<int> found;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) found.push_back(cpu);
  return found;
}

bool start_eal(int cpu) {
  std::vector<std::string> words{"failover-bench",
                                 "--lcores=0@" + std::to_string(cpu),
                                 "--no-huge",
                                 "-m",
                                 "128",
                                 "--no-pci",
                                 "--no-telemetry",
                                 "--file-prefix=failover-bench-" + std::to_string(getpid()),
                                 "--log-level=error",
                                 "--log-level=*bond*:critical"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return rte_eal_init(static_cast<int>(argv.size()), argv.data()) >= 0;
}

int active_members(std::uint16_t bond) {
  std::array<std::uint16_t, RTE_MAX_ETHPORTS> active{};
  return rte_eth_bond_active_slaves_get(bond, active.data(), active.size());
}

struct Run {
  int events;
  FrameSet& frames;
  rte_mempool* pool;
  int control_cpu;
};

nlohmann::json measure_lagoon(const Run& run_of) {
  std::vector<Member> members = new_members("l");
  const auto lag = lagoon_over(members, run_of.pool);
  const auto all_are_back = [&] {
    const auto status = lag->engine().status("lag0");
    return status && static_cast<std::size_t>(status->distributing_members) == kMembers;
  };
  while (!all_are_back()) static_cast<void>(lag->control_turn());
  for (Member& member : members) member.stand_in();
  const auto change = [](Member& member, bool up) {
    member.set_link(up);
    member.tell();
  };
  const Figures figures = run({.members = &members,
                               .send =
                                   [&](std::span<rte_mbuf*> burst) {
                                     return std::size_t{dpdk::send(lag->tx_queue(0), burst.data(), kBurst)};
                                   },
                               .down = [&](Member& member) { change(member, false); },
                               .up = [&](Member& member) { change(member, true); },
                               .turn = [&] { static_cast<void>(lag->control_turn()); },
                               .all_are_back = all_are_back},
                              run_of.events, run_of.frames, run_of.control_cpu);
  return {{"last_us", said_of(figures.last_us)},
          {"frames", said_of(figures.frames)},
          {"published_us", said_of(figures.turn_us)}};
}

// `told`: by its members' drivers.
nlohmann::json measure_bond(std::uint16_t bond, std::vector<Member>& members, const Run& run_of, bool told) {
  const auto change = [told](Member& member, bool up) {
    member.set_link(up);
    if (told) member.tell();
  };
  const Figures figures =
      run({.members = &members,
           .send =
               [&](std::span<rte_mbuf*> burst) {
                 return std::size_t{rte_eth_tx_burst(bond, 0, burst.data(), kBurst)};
               },
           .down = [&](Member& member) { change(member, false); },
           .up = [&](Member& member) { change(member, true); },
           .turn = [] {},
           .all_are_back = [&] { return active_members(bond) == static_cast<int>(kMembers); }},
          run_of.events, run_of.frames, run_of.control_cpu);
  return {{"last_us", said_of(figures.last_us)}, {"frames", said_of(figures.frames)}};
}

}  // namespace
}  // namespace lagoon::bench

int main(int argc, char** argv) {
  using namespace lagoon::bench;
  int events = kEvents;
  if (argc == 3 && std::string_view{argv[1]} == "--events") events = std::atoi(argv[2]);
  const std::vector<int> has = cpus();
  if (events < 1 || has.size() < 2 || !start_eal(has.back())) {
    std::fprintf(stderr, "failover-bench [--events N]: needs two CPUs, and EAL\n");
    return 1;
  }
  rte_mempool* const pool =
      rte_pktmbuf_pool_create("ports", 4095, 64, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  LAGOON_CHECK(pool != nullptr);
  FrameSet frames{"warm", kWarm, Kind::plain};
  const Run all{.events = events, .frames = frames, .pool = pool, .control_cpu = has.front()};
  nlohmann::json said;
  said["lagoon"] = measure_lagoon(all);

  std::vector<Member> members = new_members("b");
  const std::uint16_t bond = bond_over(members, pool);
  while (active_members(bond) != static_cast<int>(kMembers)) rte_delay_us_sleep(1000);
  for (Member& member : members) member.stand_in();
  said["net_bonding, told"] = measure_bond(bond, members, all, true);
  said["net_bonding, polling every ms"] = measure_bond(bond, members, all, false);
  std::cout << said.dump(1) << "\n" << std::flush;
  // (as lagoon-bench: without unwinding)
  std::error_code ignored;
  std::filesystem::remove_all(rte_eal_get_runtime_dir(), ignored);
  std::_Exit(0);
}
