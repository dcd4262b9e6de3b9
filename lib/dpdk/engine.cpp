#include "dpdk/engine.hpp"

#include <rte_ethdev.h>
#include <rte_lcore.h>

#include <algorithm>
#include <utility>

#include "dpdk/engine_parts.hpp"
#include "dpdk/log.hpp"
#include "dpdk/monotonic_clock.hpp"

namespace lagoon::dpdk {

namespace {

constexpr Duration kAnswerPatience = 1s;
// A Partner that was told three things in the last second hears the fourth after it: 3 LACPDUs a second.
constexpr Duration kFarewellPatience = 1500ms;

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

std::unexpected<Error> no_answer() {
  return fail(Errc::busy, "the control lcore did not answer within a second");
}

}  // namespace

Engine::Engine(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::start(const config::Config& config) {
  auto parts = std::make_unique<Parts>(config);
  LAGOON_TRY(parts->eal.start(config.eal, pci_addresses(config)));
  LAGOON_TRY(parts->open_ports());
  LAGOON_TRY(parts->make_pool_and_rings());
  LAGOON_TRY(parts->configure_ports());
  LAGOON_TRY(parts->publisher.open(static_cast<unsigned>(config.eal.lcores.size() - 1)));
  LAGOON_TRY(parts->start_ports());
  LAGOON_TRY(parts->make_lags());
  LAGOON_TRY(parts->launch_workers());
  return std::unique_ptr<Engine>{new Engine{std::move(parts)}};
}

void Engine::run() {
  {
    ControlLoop loop{{.lags = parts_->lags,
                      .punts = parts_->punts,
                      .publisher = parts_->publisher,
                      .transmitter = *parts_->transmitter,
                      .links = parts_->links,
                      .tasks = parts_->tasks,
                      .idle = parts_->config.eal.idle}};
    loop.run(parts_->stop, kFarewellPatience);
  }
  parts_->stop_all();
}

void Engine::request_stop() noexcept {
  parts_->stop.store(true, std::memory_order_relaxed);
}

LagRuntime* Engine::Parts::find(std::string_view name) noexcept {
  for (const auto& lag : lags)
    if (lag->lag->settings().name == name) return lag.get();
  return nullptr;
}

control::LagStatus Engine::Parts::status_of(std::size_t index) const {
  const LagRuntime& runtime = *lags[index];
  control::LagStatus status = runtime.lag->status(dpdk::now());
  for (const auto& worker : workers) worker->add_to(status, index);
  std::uint64_t missed = 0;
  std::uint64_t no_mbuf = 0;
  std::uint64_t tx_errors = 0;
  for (const MemberRuntime& member : runtime.members) {
    rte_eth_stats stats{};
    if (rte_eth_stats_get(member.port.id().value(), &stats) != 0) continue;
    missed += stats.imissed;
    no_mbuf += stats.rx_nombuf;
    tx_errors += stats.oerrors;
  }
  status.drops.push_back({"port_rx_missed", missed});
  status.drops.push_back({"port_rx_no_mbuf", no_mbuf});
  status.drops.push_back({"port_tx_errors", tx_errors});
  // (a worker may serve several LAGs, and does not tell apart whose frame it could not send)
  status.drops.push_back(
      {"slow_tx_refused", runtime.slow_tx_refused + workers[runtime.first_worker]->slow_frames_refused()});
  return status;
}

Result<std::vector<std::string>> Engine::lag_names() {
  std::vector<std::string> names;
  for (const config::Lag& lag : parts_->config.lags) names.push_back(lag.name);
  return names;
}

Result<control::LagStatus> Engine::status(std::string_view name) {
  std::optional<control::LagStatus> answer;
  const auto ask = [&] {
    for (std::size_t i = 0; i < parts_->lags.size(); ++i)
      if (parts_->config.lags[i].name == name) answer = parts_->status_of(i);
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
    const LagRuntime* const runtime = parts_->find(name);
    if (runtime == nullptr) return;
    const control::Journal& journal = runtime->lag->journal();
    answer.emplace();
    for (std::size_t i = journal.size() - std::min(journal.size(), most); i < journal.size(); ++i) {
      const control::JournalEntry& entry = journal[i];
      const auto& members = runtime->lag->settings().members;
      answer->push_back(
          {.entry = entry, .member = entry.of_lag ? std::string{} : members[entry.member.value()].name});
    }
  };
  if (!parts_->tasks.run(ask, kAnswerPatience)) return no_answer();
  if (!answer) return fail(Errc::no_such_thing, "no LAG '" + std::string{name} + "'");
  return std::move(*answer);
}

Result<void> Engine::act_on_wire(std::string_view wire, std::string_view action) {
  Result<void> answer;
  if (!parts_->tasks.run([&] { answer = parts_->wires.act(wire, action); }, kAnswerPatience))
    return no_answer();
  return answer;
}

}  // namespace lagoon::dpdk
