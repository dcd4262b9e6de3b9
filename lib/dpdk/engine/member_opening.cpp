// One member of a LAG, from its device to a port that runs: at the start, and when it is added later.
#include <rte_ethdev.h>

#include <utility>

#include "dpdk/base/log.hpp"
#include "dpdk/control/addresses.hpp"
#include "dpdk/engine/engine_parts.hpp"

namespace lagoon::dpdk {

namespace {

std::unexpected<Error> of_member(const MemberRuntime& member, const Error& error) {
  return fail(error.code, "member '" + member.name + "': " + error.detail);
}

}  // namespace

Result<Port> Engine::Parts::open(const config::PortSource& source, const std::string& user,
                                 std::optional<std::uint16_t> mtu) {
  Device device = device_of(source, opened_++);
  // (a name that somebody chose for another device is left out)
  std::uint16_t there = 0;
  while (life.running && std::holds_alternative<config::TapPort>(source) &&
         rte_eth_dev_get_port_by_name(device.name.c_str(), &there) == 0)
    device = device_of(source, opened_++);
  if (device.is_af_packet && !guest) device.devargs = with_ring_for(device, mtu, pool_size.room);
  if (guest) return find_or_open(device, user);
  if (device.bus != DeviceBus::wire) return open_noted(device, user);
  // Wires belong to the control lcore once it runs.
  Result<Wires::End> end = no_answer();
  const auto take = [&] { end = wires.take_end(device.name); };
  if (!life.running)
    take();
  else if (!tasks.run(take, kAnswerPatience))
    return no_answer();
  if (!end) return std::unexpected{end.error()};
  return Port::borrow(end->id, device, std::move(end->lease));
}

Result<Port> Engine::Parts::open_noted(const Device& device, const std::string& user) {
  // (net_tap changes a tap that is there before it gives an ethdev)
  const auto tap = board != nullptr ? tap_there(device) : std::nullopt;
  auto tap_noted = tap ? board->note(*tap) : std::nullopt;
  auto port = Port::open(device, {.words = user});
  if (port && tap_noted) port->begin_from(tap_noted->original, std::move(tap_noted->lease));
  if (!port || board == nullptr || !device.carrier_interface) return port;
  if (auto noted = board->note(*device.carrier_interface))
    port->begin_from(noted->original, std::move(noted->lease));
  return port;
}

Result<std::unique_ptr<MemberRuntime>> Engine::Parts::open_member(const config::Member& member,
                                                                  const std::string& lag,
                                                                  std::optional<std::uint16_t> mtu) {
  auto port = open(member.source, "LAG '" + lag + "'", mtu);
  if (!port) return fail(port.error().code, "member '" + member.name + "': " + port.error().detail);
  return std::make_unique<MemberRuntime>(member.name, std::move(*port));
}

Result<void> Engine::Parts::configure_member(MemberRuntime& member, std::size_t lag) {
  const LagRuntime& runtime = *lags[lag];
  PortNeeds needs{.pool = pool,
                  .workers = static_cast<std::uint16_t>(runtime.workers.size()),
                  .member = true,
                  .mtu = runtime.port_options.mtu};
  if (guest) needs.guest = &*guest;
  if (auto done = member.port.configure(needs); !done) return of_member(member, done.error());
  if (!life.running) following.hold_back(member.port);
  return {};
}

Result<void> Engine::Parts::start_member(MemberRuntime& member, std::size_t lag) {
  if (auto started = member.port.start(); !started) return of_member(member, started.error());
  const auto words = check_address(config.lags[lag], member);
  if (!words) return std::unexpected{words.error()};
  if (!words->empty() && member.port.device().bus != DeviceBus::wire) log_line(LogLevel::warning, *words);
  member.upkeep.serves(control::row_of(config.lags[lag].options.mode).choice == control::Choice::lacp);
  const auto lacks = give_port_options(member, lags[lag]->port_options);
  if (!lacks) return of_member(member, lacks.error());
  member.setting.given.options = member.setting.stands.options = lags[lag]->port_options_revision;
  for (const std::string& lack : *lacks) log_line(LogLevel::warning, "member '" + member.name + "' " + lack);
  if (member.punts == nullptr)
    return of_member(member, {Errc::no_resources, "no memory of DPDK's for what it hands to control"});
  if (!member.port.device().is_af_packet) return {};
  const std::string& interface = *member.port.device().carrier_interface;
  auto slow = PacketSocket::open(interface, SocketUse::slow_protocols);
  if (!slow) return of_member(member, slow.error());
  member.slow_losses = RingLosses::of_socket(slow->descriptor());
  member.slow_socket.emplace(std::move(*slow));
  member.punts->hears_slow_elsewhere();
  auto quiet = PacketSocket::open(interface, SocketUse::transmit);
  if (!quiet) return of_member(member, quiet.error());
  member.quiet_socket.emplace(std::move(*quiet));
  for (std::size_t i = 0; i < lags[lag]->workers.size(); ++i) {
    auto transmit = PacketSocket::open(interface, SocketUse::transmit);
    if (!transmit) return of_member(member, transmit.error());
    member.transmit_sockets.push_back(std::move(*transmit));
  }
  member.guard.emplace(interface);
  return {};
}

control::MemberSettings Engine::Parts::settings_of(const config::Member& member, const Port& port) const {
  return {.name = member.name,
          .address = port.own_address().is_zero() ? random_address() : port.own_address(),
          .lacp = {.port_number = member.port_number.value_or(0),
                   .port_priority = member.port_priority,
                   .aggregatable = member.aggregatable},
          .speed = member.speed,
          .weight = member.weight,
          .priority = member.priority,
          .administration = member.administration,
          .expect = member.expect,
          .candidate = member.candidate,
          .candidacy = {},
          .joined = {}};
}

}  // namespace lagoon::dpdk
