#include "dpdk/engine/engine.hpp"
#include "dpdk/engine/capacity.hpp"

#include <rte_ethdev.h>
#include <rte_lcore.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/values/device_name.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/engine_parts.hpp"
#include "dpdk/engine/engine_returns.hpp"
#include "dpdk/engine/pool/mbuf_pool.hpp"
#include "dpdk/multichassis/desk.hpp"

namespace lagoon::dpdk {

namespace {

// A Partner that was told three things in the last second hears the fourth after it: 3 LACPDUs a second.

std::vector<std::string> pci_addresses(const config::Config& config) {
  std::vector<std::string> pci;
  const auto add = [&pci](const config::PortSource& source) {
    const Device device = device_of(source, 0);
    if (device.bus == DeviceBus::pci) pci.push_back(device.devargs);
  };
  for (const config::Port& port : config.ports) add(port.source);
  for (const config::Lag& lag : config.lags)
    for (const config::Member& member : lag.members) add(member.source);
  return pci;
}

// EAL probes PCI devices at its start, and would not say who has one; and who has an interface is said before
// its lines. (Taken for good when the port is opened.)
Result<void> look_for_others(const config::Config& config) {
  const auto look = [](const config::PortSource& source, const std::string& of) -> Result<void> {
    if (const auto locks = take_device(device_of(source, 0), of); !locks)
      return fail(locks.error().code, of + ": " + locks.error().detail);
    return {};
  };
  for (const config::Port& port : config.ports) LAGOON_TRY(look(port.source, "port '" + port.name + "'"));
  for (const config::Lag& lag : config.lags)
    for (const config::Member& member : lag.members)
      LAGOON_TRY(look(member.source, "LAG '" + lag.name + "', member '" + member.name + "'"));
  return {};
}

}  // namespace

std::string ethdev_name(EthdevId id) {
  std::array<char, RTE_ETH_NAME_MAX_LEN> name{};
  return rte_eth_dev_get_name_by_port(id.value(), name.data()) == 0 ? name.data() : "";
}

std::unexpected<Error> no_answer() {
  return fail(Errc::busy, "the control lcore did not answer within a second");
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::start(const config::Config& config, StateBoard* board,
                                              const Succession* succession) {
  auto parts = std::make_unique<Parts>(config);
  parts->board = board;
  parts->following.use(succession);
  if (auto begun = begin(*parts); !begun) {
    parts->following.give_up(begun.error());
    return std::unexpected{std::move(begun).error()};
  }
  std::unique_ptr<Engine> engine{new Engine{std::move(parts)}};
  LAGOON_TRY(engine->open_desk());
  return engine;
}

// Step by step.
Result<void> Engine::begin(Parts& parts) {
  const config::Config& config = parts.config;
  parts.note_configuration();
  config::Eal eal = config.eal;
  // (hugepages are taken as they are needed; what --no-huge takes has to be said)
  parts.pool_size.room = mbuf_room_needed(config);
  if (!eal.huge && eal.memory_mb == 0) eal.memory_mb = memory_needed_mb(config, parts.pool_size.room);
  if (parts.following.any()) share_prefix(eal);
  const std::vector<std::string> pci = pci_addresses(config);
  LAGOON_TRY(look_for_others(config));
  LAGOON_TRY(parts.eal.start(eal, pci));
  // (the lcore of a worker is another process's until it is this one's turn)
  PoolAhead ahead;
  if (!parts.following.any()) ahead.begin(config, parts.pool_size.room);
  LAGOON_TRY(parts.open_ports());
  parts.put_back_rest();
  if (const auto made = ahead.take()) {
    parts.pool = made->pool;
    parts.pool_size.ports_most = made->ports_most;
  }
  LAGOON_TRY(parts.make_pool_and_rings());
  LAGOON_TRY(parts.configure_ports());
  LAGOON_TRY(parts.publisher.open(static_cast<unsigned>(config.eal.lcores.size() - 1)));
  LAGOON_TRY(parts.start_ports());
  LAGOON_TRY(parts.make_lags());
  LAGOON_TRY(parts.launch_workers());
  parts.removals =
      std::make_unique<RemovalWatch>([&parts](const std::string& device) { parts.device_goes(device); });
  return {};
}

Result<void> Engine::open_desk() {
  std::vector<std::size_t> shared;
  for (std::size_t i = 0; i < parts_->config.lags.size(); ++i)
    if (parts_->config.lags[i].options.multichassis.shared()) shared.push_back(i);
  if (shared.empty()) return {};
  desk_ = std::make_unique<MultichassisDesk>(std::move(shared));
  return desk_->open();
}

Result<EventFeed*> Engine::open_event_feed() {
  auto feed = std::make_unique<EventFeed>();
  LAGOON_TRY(feed->open());
  parts_->feed = std::move(feed);
  return parts_->feed.get();
}

void Engine::run() {
  static_cast<void>(run_control());
  end_workers();
}

bool Engine::run_control() {
  std::vector<std::string> ports;
  for (const config::Port& port : parts_->config.ports) ports.push_back(port.name);
  const auto is_up = [&parts = *parts_](std::size_t port) {
    const AccessSide& side = parts.access[port];
    return side.is_up(parts.ports[port].get(), side.carrier && parts.links.has_carrier(*side.carrier));
  };
  // (a tap's carrier is the LAG's in any case; an uplink has to be looked at while the LAG stands by)
  const auto behind = [&parts = *parts_, names = ports](std::size_t lag) -> std::optional<std::uint16_t> {
    const Port* const port = parts.port_behind(lag);
    const control::LagOptions& options = parts.lags[lag]->lag->options();
    if (port == nullptr || port->device().is_tap || options.multichassis.access == control::AccessWhile::open)
      return {};
    const auto at = std::ranges::find(parts.ports, port, [](const auto& each) { return each.get(); });
    const std::string& name = names[static_cast<std::size_t>(at - parts.ports.begin())];
    if (std::ranges::find(options.uplinks, name) != options.uplinks.end()) return {};
    return port->id().value();
  };
  SharedLags shared{
      {.names = std::move(ports), .is_up = is_up, .behind = behind}, parts_->errands, desk_.get()};
  ControlLoop loop{{.lags = parts_->lags,
                    .publisher = parts_->publisher,
                    .transmitter = *parts_->transmitter,
                    .links = parts_->links,
                    .lifecycle = *parts_->lifecycle,
                    .tasks = parts_->tasks,
                    .errands = parts_->errands,
                    .meter = parts_->meter,
                    .feed = parts_->feed.get(),
                    .board = parts_->board,
                    .idle = parts_->config.eal.idle,
                    .stalls = &parts_->stalls,
                    .formation = &parts_->returns->formation(),
                    .shared = &shared,
                    .access_ports = parts_->ports,
                    .handed_over = &parts_->life.handed_over}};
  return loop.run(parts_->life.stop, std::min(kFarewellPatience, parts_->config.shutdown_timeout / 2));
}

void Engine::end_workers() {
  parts_->removals.reset();
  parts_->returns->end();
  parts_->stop_all();
}

void Engine::request_stop() noexcept {
  parts_->life.stop.store(true, std::memory_order_relaxed);
}

void Engine::hand_over() noexcept {
  parts_->life.handed_over.store(true, std::memory_order_release);
  parts_->life.stop.store(true, std::memory_order_release);
}

std::optional<std::size_t> Engine::Parts::position_of(std::string_view lag) const noexcept {
  for (std::size_t i = 0; i < lags.size(); ++i)
    if (lags[i]->lag->name() == lag) return i;
  return std::nullopt;
}

namespace {

// Those of the fast path, and what the queues of traffic classes have lost.
void add_drops(control::LagStatus& status, const LagTotals& totals) {
  control::ClassStatus sum;
  for (const control::ClassStatus& c : status.classes) {
    sum.queue_full += c.queue_full;
    sum.rate_exceeded += c.rate_exceeded;
    sum.member_lost += c.member_lost;
    sum.user_died += c.user_died;
  }
  for (std::size_t d = 0; d < fast::kDrops; ++d) {
    const auto drop = static_cast<fast::Drop>(d);
    status.drops.push_back(
        {name_of(drop), totals.drops[d] + (drop == fast::Drop::user_died ? sum.user_died : 0)});
  }
  status.drops.push_back({"queue_full", sum.queue_full});
  status.drops.push_back({"rate_exceeded", sum.rate_exceeded});
  status.drops.push_back({"member_lost", sum.member_lost});
}

}  // namespace

control::LagStatus Engine::Parts::status_of(std::size_t index) const {
  const LagRuntime& runtime = *lags[index];
  control::LagStatus status = runtime.lag->status(dpdk::now());
  if (runtime.host != nullptr) status.host_interface = runtime.host->interface();
  status.pace.control = meter.times();
  add_conversations(status, index);
  runtime.egress_keeper.add_status(runtime, status);
  const LagTotals totals = count_all(runtime.users);
  std::uint64_t missed = 0;
  std::uint64_t no_mbuf = 0;
  std::uint64_t ring_full = 0;
  std::uint64_t slow_full = 0;
  std::uint64_t tx_errors = 0;
  std::optional<std::uint16_t> least_mtu;
  for (std::size_t i = 0; i < status.members.size(); ++i) {
    const MemberIndex member = runtime.lag->order()[i];
    const MemberRuntime* const m = runtime.find(member);
    if (const auto& kept = runtime.absent[member.value()]) {
      status.members[i].traffic = since(totals.members[member.value()], kept->before);
      status.members[i].traffic.kernel_ring_full = kept->kernel_ring_full;
      ring_full += kept->kernel_ring_full;
      slow_full += kept->slow_socket_full;
    }
    if (m == nullptr) continue;  // (it is closed, or about to be)
    status.members[i].port = ethdev_name(m->port.id());
    status.members[i].traffic = since(totals.members[member.value()], m->before);
    if (const auto mtu = m->port.mtu()) least_mtu = std::min(least_mtu.value_or(*mtu), *mtu);
    status.members[i].traffic.kernel_ring_full = m->kernel_ring_full();
    ring_full += m->kernel_ring_full();
    slow_full += m->slow_socket_full();
    if (const auto& losses = m->port.ring_losses())
      status.members[i].traffic.kernel_ring_full_lately = losses->lost_lately();
    rte_eth_stats stats{};
    if (rte_eth_stats_get(m->port.id().value(), &stats) != 0) continue;
    missed += stats.imissed;
    no_mbuf += stats.rx_nombuf;
    tx_errors += stats.oerrors;
  }
  if (least_mtu) status.mtu = *least_mtu;
  add_drops(status, totals);
  status.drops.push_back({"control_copies_missed", totals.copies_missed});
  status.drops.push_back({"kernel_ring_full", ring_full});
  status.drops.push_back({"slow_socket_full", slow_full});
  status.drops.push_back({"port_rx_missed", missed});
  status.drops.push_back({"port_rx_no_mbuf", no_mbuf});
  status.drops.push_back({"port_tx_errors", tx_errors});
  // (a worker may serve several LAGs, and does not tell apart whose frame it could not send)
  status.drops.push_back({"slow_tx_refused", runtime.slow_tx_refused + runtime.outlet->refused()});
  return status;
}

Result<std::vector<std::string>> Engine::lag_names() {
  std::vector<std::string> names;
  for (const auto& lag : parts_->lags) names.push_back(lag->lag->name());
  return names;
}

Result<control::LagStatus> Engine::status(std::string_view name) {
  std::optional<control::LagStatus> answer;
  const auto ask = [&] {
    if (const auto position = parts_->position_of(name)) answer = parts_->status_of(*position);
  };
  if (!parts_->tasks.run(ask, kAnswerPatience)) return no_answer();
  if (!answer) return fail(Errc::no_such_thing, "no LAG '" + std::string{name} + "'");
  return std::move(*answer);
}

Result<std::vector<control::LagStatus>> Engine::status_of_all() {
  std::vector<control::LagStatus> all;
  const auto ask = [&] {
    for (std::size_t i = 0; i < parts_->lags.size(); ++i) all.push_back(parts_->status_of(i));
  };
  if (!parts_->tasks.run(ask, kAnswerPatience)) return no_answer();
  return all;
}

Result<std::vector<NamedEvent>> Engine::events(std::string_view name, std::size_t most) {
  std::optional<std::vector<NamedEvent>> answer;
  const auto ask = [&] {
    const auto position = parts_->position_of(name);
    if (!position) return;
    const control::Journal& journal = parts_->lags[*position]->lag->journal();
    answer.emplace();
    for (std::size_t i = journal.size() - std::min(journal.size(), most); i < journal.size(); ++i) {
      const control::JournalEntry& entry = journal[i];
      answer->push_back({.entry = entry, .member = entry.of_lag ? std::string{} : entry.member_name});
    }
  };
  if (!parts_->tasks.run(ask, kAnswerPatience)) return no_answer();
  if (!answer) return fail(Errc::no_such_thing, "no LAG '" + std::string{name} + "'");
  return std::move(*answer);
}

Result<std::vector<PortStatus>> Engine::access_ports() {
  std::vector<PortStatus> all;
  const auto ask = [&] {
    for (std::size_t i = 0; i < parts_->ports.size(); ++i) all.push_back(parts_->port_status_of(i));
  };
  if (!parts_->tasks.run(ask, kAnswerPatience)) return no_answer();
  return all;
}

Result<void> Engine::act_on_wire(std::string_view wire, std::string_view action) {
  Result<void> answer;
  if (!parts_->tasks.run([&] { answer = parts_->wires.act(wire, action); }, kAnswerPatience))
    return no_answer();
  return answer;
}

}  // namespace lagoon::dpdk
