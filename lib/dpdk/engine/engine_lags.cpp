// The LAGs of an Engine, made of the configuration and the ports that run.
#include <bsd/stdlib.h>
#include <net/if.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <memory>
#include <span>
#include <utility>

#include "base/version.hpp"
#include "dpdk/base/kernel_interface.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/control/addresses.hpp"
#include "dpdk/engine/engine_parts.hpp"
#include "dpdk/engine/engine_returns.hpp"

namespace lagoon::dpdk {

MacAddress random_address() {
  MacAddress mac;
  arc4random_buf(mac.octets.data(), mac.octets.size());
  mac.octets[0] =
      static_cast<std::uint8_t>((mac.octets[0] & 0xfc) | 0x02);  // locally administered, individual
  return mac;
}

namespace {

// What was set, or the address of the member that all others follow, or the first one's own.
MacAddress address_of(const config::Lag& from, const std::vector<control::MemberSettings>& members) {
  if (from.options.mac) return *from.options.mac;
  for (const control::MemberSettings& member : members)
    if (member.name == from.options.mac_from) return member.address;
  return members.empty() ? random_address() : members.front().address;
}

// For LLDP. What lagoond connects passes from port to port; a program behind a LAG is a station.
control::SystemIdentity who_we_are(bool in_a_program) {
  std::array<char, HOST_NAME_MAX + 1> host{};
  if (gethostname(host.data(), HOST_NAME_MAX) != 0) host[0] = '\0';
  return {.name = host.data(),
          .description = std::string{"Lagoon "} + kVersion,
          .capabilities = in_a_program ? wire::kLldpStation : wire::kLldpBridge};
}

// Where each member keeps an address of its own, the switch learns by it where the member is.
void warn_of_one_address(const config::Lag& lag, const std::vector<control::MemberSettings>& members) {
  if (control::row_of(lag.options.mode).addresses != control::Addresses::own) return;
  for (std::size_t i = 0; i < members.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (members[i].address == members[j].address) {
        log_line(LogLevel::warning,
                 "LAG '" + lag.name + "': members '" + members[j].name + "' and '" + members[i].name +
                     "' both begin with the address " + to_string(members[i].address) + "; mode " +
                     std::string{control::name_of(lag.options.mode)} +
                     " needs one for each, or frames to one of them come in by the other. Give one another "
                     "address before the start");
        break;
      }
}

// All candidates of the LAG are open in others: of the first one's address, so that it is the same at every
// start.
MacAddress address_without_members(const config::Lag& from, std::size_t index,
                                   std::span<const std::unique_ptr<LagRuntime>> lags) {
  MacAddress address{};
  const std::vector<config::Member>& candidates = from.from;
  for (const auto& lag : lags)
    for_each_member(*lag, [&](MemberIndex, const MemberRuntime& member) {
      if (!candidates.empty() && member.name == candidates.front().name) address = member.port.own_address();
    });
  if (address.is_zero()) return random_address();
  address.octets[0] = static_cast<std::uint8_t>((address.octets[0] & 0xfc) | 0x02);
  address.octets[1] ^= 0x4c;  // (another than a port's of that number)
  address.octets[2] ^= static_cast<std::uint8_t>(index);
  return address;
}

}  // namespace

// The driver hides both, so all that can be known is where they happen.
void Engine::Parts::tell_of_veths() const {
  std::string names;
  const auto look = [&](const Port& port) {
    const Device& device = port.device();
    if (device.is_af_packet && device.carrier_interface && is_veth(*device.carrier_interface))
      names += (names.empty() ? "" : ", ") + *device.carrier_interface;
  };
  for (const auto& port : ports) look(*port);
  for (const auto& lag : lags)
    for_each_member(*lag, [&](MemberIndex, const MemberRuntime& member) { look(member.port); });
  if (!names.empty())
    log_line(
        LogLevel::notice,
        "veths (" + names +
            "): TCP and UDP need 'ethtool -K INTERFACE tx off' where frames are made; fragmented IPv4 does "
            "not pass net_af_packet, which joins it (docs/nics.md)");
}

Result<void> Engine::Parts::make_lags() {
  const Instant now = dpdk::now();
  if (!guest) tell_of_veths();
  LAGOON_TRY(links.open());
  LAGOON_TRY(stalls.open());
  transmitter = std::make_unique<SlowTransmitter>(pool, slow_rings);
  lifecycle = std::make_unique<MemberLifecycle>(publisher, *transmitter, links, errands);
  for (std::size_t i = 0; i < lags.size(); ++i) LAGOON_TRY(make_lag(i, now));
  for (std::size_t i = 0; i < ports.size(); ++i) access[i].carrier = links.add(*ports[i]);
  returns = std::make_unique<Returns>(*this);
  links.use_listener([raw = returns.get()] { raw->wake(); });
  LAGOON_TRY(returns->open());
  return errands.open();
}

Result<void> Engine::Parts::make_lag(std::size_t index, Instant now) {
  config::Lag& from = config.lags[index];
  LagRuntime& runtime = *lags[index];
  from.options.lacp.lag_number = static_cast<std::uint16_t>(index);
  const control::SavedLag* const before = board != nullptr ? board->lag_before(from.name) : nullptr;
  if (from.options.random_seed)
    from.options.fast.hash.seed = before != nullptr ? before->hash_seed : arc4random();
  control::LagSettings settings{.name = from.name,
                                .address = {},
                                .probe_base = random_address(),
                                .options = from.options,
                                .members = {},
                                .workers = runtime.workers.size(),
                                .seed = std::uint64_t{arc4random()} << 32 | arc4random(),
                                .identity = who_we_are(guest.has_value())};
  for (std::size_t m = 0; m < from.members.size(); ++m)
    settings.members.push_back(settings_of(from.members[m], runtime.members[m]->port));
  settings.address = settings.members.empty() && !from.options.mac
                         ? address_without_members(from, index, lags)
                         : address_of(from, settings.members);
  warn_of_one_address(from, settings.members);
  for (const config::Member& candidate : from.from) runtime.candidates.push_back(candidate.name);
  runtime.registered.address = settings.address;
  LAGOON_TRY(runtime.registered.change(identity_of(index, from)));
  runtime.lag = std::make_unique<control::Lag>(std::move(settings), now);
  if (from.options.multichassis.mode == control::Multichassis::standby)
    for (std::size_t w = 0; w < runtime.workers.size(); ++w)
      runtime.stations.push_back(std::make_unique<StationTable>());
  // (until it is known which box carries)
  if (from.options.multichassis.shared())
    control::share(*runtime.lag,
                   {.system_priority = from.options.lacp.system_priority, .system = from.options.lacp.system},
                   now);
  for_each_member(runtime, [&](MemberIndex, MemberRuntime& member) { links.add(member); });
  use_slots(runtime);
  LAGOON_TRY(runtime.egress_keeper.serve(runtime, now));
  LAGOON_TRY(make_host_access(index));
  go_on(runtime, now);
  set_ports(runtime, errands, now);
  publish_ports(publisher, runtime);
  publisher.publish(runtime.tables, runtime.lag->take_table(now));
  return {};
}

// As a guest the readers are queues: those that receive, then those that send, as the RCU has them.
void Engine::Parts::use_slots(LagRuntime& runtime) {
  const std::size_t senders = runtime.workers.size();
  const std::size_t receivers = guest ? guest->rx_queues : senders;
  const std::size_t readers = guest ? receivers + senders : senders;
  runtime.use_positions(receivers, senders, readers);
  for (std::size_t i = 0; i < readers; ++i)
    publisher.read_by(&runtime.tables[i], {static_cast<unsigned>(guest ? i : runtime.workers[i])});
  for (std::size_t i = 0; i < runtime.ports.size(); ++i) {
    std::vector<unsigned> threads;
    if (!guest) threads.push_back(static_cast<unsigned>(runtime.workers[i]));
    if (guest && i < receivers) threads.push_back(static_cast<unsigned>(i));
    if (guest && i < senders) threads.push_back(static_cast<unsigned>(receivers + i));
    publisher.read_by(&runtime.ports[i], std::move(threads));
  }
}

std::optional<config::LagIdentity> Engine::Parts::identity_of(std::size_t lag, const config::Lag& as) const {
  return config::identity_of(as, lag, lags[lag]->registered.address);
}

Port* Engine::Parts::port_behind(std::size_t lag) const noexcept {
  const Endpoint self{.is_lag = true, .index = lag};
  for (const Connection& c : connections) {
    if (!c.b || (c.a != self && *c.b != self)) continue;
    const Endpoint& other = c.a == self ? *c.b : c.a;
    if (!other.is_lag) return ports[other.index].get();
  }
  return nullptr;
}

std::vector<StationTable*> Engine::stations_of(std::size_t lag) const {
  std::vector<StationTable*> tables;
  for (const auto& table : parts_->lags[lag]->stations) tables.push_back(table.get());
  return tables;
}

std::optional<std::string> Engine::interface_behind(std::size_t lag) const {
  const Port* const port = parts_->port_behind(lag);
  if (port == nullptr || !port->device().is_af_packet) return std::nullopt;
  return port->device().carrier_interface;
}

Result<void> Engine::Parts::make_host_access(std::size_t lag) {
  LagRuntime& runtime = *lags[lag];
  Port* const behind = port_behind(lag);
  runtime.host_port = behind != nullptr && behind->device().is_tap ? behind : nullptr;
  if (runtime.host_port == nullptr) return {};
  const auto index = runtime.host_port->interface_index();
  std::array<char, IF_NAMESIZE> name{};
  if (!index || if_indextoname(*index, name.data()) == nullptr) {
    log_line(LogLevel::warning, runtime.host_port->device().name +
                                    ": the kernel's interface is not known; its carrier stays up");
    return {};
  }
  runtime.host = std::make_unique<HostAccess>(name.data(), *index);
  return runtime.host->open();
}

}  // namespace lagoon::dpdk
