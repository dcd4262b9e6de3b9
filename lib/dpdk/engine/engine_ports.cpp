// Ports as DPDK knows them. Asked of the control lcore, so that no member is closed meanwhile.
#include <rte_ethdev.h>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dpdk/engine/engine_parts.hpp"

namespace lagoon::dpdk {

namespace {

EthdevStatus ethdev_status_of(const Port& port, std::string name, std::string lag) {
  const std::uint16_t id = port.id().value();
  EthdevStatus status{.id = id,
                      .ethdev = ethdev_name(port.id()),
                      .name = std::move(name),
                      .lag = std::move(lag),
                      .driver = port.driver(),
                      .link = port.link()};
  rte_ether_addr address{};
  if (rte_eth_macaddr_get(id, &address) == 0)
    std::copy_n(address.addr_bytes, status.address.octets.size(), status.address.octets.begin());
  status.mtu = port.mtu().value_or(0);
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(id, &info) == 0) {
    status.rx_queues = info.nb_rx_queues;
    status.tx_queues = info.nb_tx_queues;
  }
  rte_eth_stats stats{};
  if (rte_eth_stats_get(id, &stats) == 0)
    status.counters = {.rx_packets = stats.ipackets,
                       .rx_bytes = stats.ibytes,
                       .rx_missed = stats.imissed,
                       .rx_errors = stats.ierrors,
                       .rx_no_mbuf = stats.rx_nombuf,
                       .tx_packets = stats.opackets,
                       .tx_bytes = stats.obytes,
                       .tx_errors = stats.oerrors};
  return status;
}

std::vector<ExtendedCount> extended_counts(std::uint16_t id) {
  const int size = rte_eth_xstats_get_names(id, nullptr, 0);
  if (size <= 0) return {};
  std::vector<rte_eth_xstat_name> names(static_cast<std::size_t>(size));
  std::vector<rte_eth_xstat> values(names.size());
  const auto room = static_cast<unsigned>(size);
  if (rte_eth_xstats_get_names(id, names.data(), room) != size ||
      rte_eth_xstats_get(id, values.data(), room) != size)
    return {};
  std::vector<ExtendedCount> counts;
  for (const rte_eth_xstat& value : values)
    if (value.id < names.size()) counts.push_back({.name = names[value.id].name, .count = value.value});
  return counts;
}

PortTally tally_of(std::span<const std::unique_ptr<Worker>> workers, std::size_t port) {
  PortTally tally;
  for (const auto& worker : workers) worker->count_port(tally, port);
  return tally;
}

}  // namespace

PortStatus Engine::Parts::port_status_of(std::size_t index) const {
  const AccessSide& side = access[index];
  PortCounts counts = side.before;
  PortStatus status;
  status.name = config.ports[index].name;
  status.absence = side.absence;
  if (const Port* const port = ports[index].get(); port != nullptr) {
    status.port = ethdev_name(port->id());
    status.up = side.is_up(port, side.carrier && links.has_carrier(*side.carrier));
    counts += counts_of(*port);
  }
  const PortTally tally = tally_of(workers, index);
  status.traffic = counts.traffic;
  status.traffic.tx_packets += tally.sent.tx_packets;
  status.traffic.tx_bytes += tally.sent.tx_bytes;
  for (std::size_t d = 0; d < fast::kDrops; ++d)
    if (tally.drops[d] != 0) status.drops.push_back({name_of(static_cast<fast::Drop>(d)), tally.drops[d]});
  if (counts.kernel_ring_full != 0 || (ports[index] != nullptr && ports[index]->ring_losses() != nullptr))
    status.drops.push_back({"kernel_ring_full", counts.kernel_ring_full});
  status.drops.push_back({"port_rx_missed", counts.rx_missed});
  status.drops.push_back({"port_tx_errors", counts.tx_errors});
  return status;
}

void Engine::Parts::for_each_port(const std::function<void(const Port& port, const std::string& name,
                                                           const std::string& lag)>& visit) const {
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (ports[i] != nullptr) visit(*ports[i], config.ports[i].name, {});
  for (const auto& lag : lags)
    for_each_member(*lag, [&](MemberIndex, const MemberRuntime& member) {
      visit(member.port, member.name, lag->lag->name());
    });
}

// What workers send by a socket is in no ethdev's statistics.
std::vector<EthdevStatus> Engine::Parts::ethdevs() const {
  std::vector<EthdevStatus> all;
  const auto add = [&all](const Port& port, const std::string& name, const std::string& lag,
                          const control::Traffic& sent) {
    all.push_back(ethdev_status_of(port, name, lag));
    if (!port.device().is_af_packet) return;
    all.back().counters.tx_packets += sent.tx_packets;
    all.back().counters.tx_bytes += sent.tx_bytes;
  };
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (ports[i] != nullptr) add(*ports[i], config.ports[i].name, {}, tally_of(workers, i).sent);
  for (const auto& lag : lags) {
    const LagTotals totals = count_all(lag->users);
    for_each_member(*lag, [&](MemberIndex index, const MemberRuntime& member) {
      add(member.port, member.name, lag->lag->name(), since(totals.members[index.value()], member.before));
    });
  }
  return all;
}

Result<std::vector<EthdevStatus>> Engine::ethdevs() {
  std::vector<EthdevStatus> all;
  const auto ask = [&] { all = parts_->ethdevs(); };
  if (!parts_->tasks.run(ask, kAnswerPatience)) return no_answer();
  return all;
}

Result<std::vector<ExtendedCount>> Engine::extended_counts(std::uint16_t id) {
  std::optional<std::vector<ExtendedCount>> counts;
  const auto ask = [&] {
    parts_->for_each_port([&](const Port& port, const std::string&, const std::string&) {
      if (port.id().value() == id) counts = dpdk::extended_counts(id);
    });
  };
  if (!parts_->tasks.run(ask, kAnswerPatience)) return no_answer();
  if (!counts) return fail(Errc::no_such_thing, "no port " + std::to_string(id));
  return std::move(*counts);
}

}  // namespace lagoon::dpdk
