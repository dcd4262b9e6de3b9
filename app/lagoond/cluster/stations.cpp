#include "lagoond/cluster/stations.hpp"

#include <algorithm>
#include <utility>

#include "dpdk/base/log.hpp"
#include "wire/learning.hpp"

namespace lagoon::lagoond {

namespace {

// The fast path takes whatever stands in a frame.
bool is_one_station(const cluster::Station& station) noexcept {
  constexpr std::uint16_t kVlanMost = 4094;
  return (station.mac.octets[0] & 1U) == 0 && !station.mac.is_zero() && station.vlan <= kVlanMost;
}

}  // namespace

Stations::Stations(dpdk::Engine& engine, const dpdk::MultichassisDesk& desk, const cluster::Options& options)
    : domain_{options.domain}, node_{options.node}, other_{options.other} {
  for (std::size_t seat = 0; seat < desk.size(); ++seat) {
    OfLag& of = of_.emplace_back();
    of.name = options.lags[seat].name;
    of.tables = engine.stations_of(desk.lag(seat));
    of.interface = engine.interface_behind(desk.lag(seat)).value_or("");
  }
}

std::optional<cluster::StationMessage> Stations::next_message(std::size_t seat) {
  OfLag& of = of_[seat];
  cluster::StationMessage message{.domain = domain_, .node = node_, .lag = of.name, .stations = {}};
  const std::size_t places = of.tables.empty() ? 0 : kAtATime / of.tables.size();
  for (dpdk::StationTable* table : of.tables) table->take(of.next, places, message.stations);
  of.next = (of.next + places) % cluster::kStationsMax;
  std::erase_if(message.stations, [](const cluster::Station& s) { return !is_one_station(s); });
  if (message.stations.empty()) return std::nullopt;
  return message;
}

void Stations::heard(const cluster::StationMessage& message, Instant now) {
  if (message.domain != domain_ || message.node != other_) return;
  const auto of = std::ranges::find(of_, message.lag, &OfLag::name);
  if (of != of_.end()) of->memory.heard(message.stations, now);
}

void Stations::took_over(std::size_t seat, Instant now) {
  OfLag& of = of_[seat];
  of.announced = 0;
  of.left.clear();
  if (of.interface.empty()) return;
  of.left = of.memory.known(now);
  if (of.left.empty()) return;
  auto opened = dpdk::PacketSocket::open(of.interface, dpdk::SocketUse::transmit);
  if (opened) {
    of.socket.emplace(*std::move(opened));
    return;
  }
  dpdk::log_line(dpdk::LogLevel::warning,
                 "LAG '" + of.name + "': its stations can't be announced: " + opened.error().detail);
  of.left.clear();
}

void Stations::announce() {
  for (OfLag& of : of_) {
    for (std::size_t i = 0; i < kAtATime && !of.left.empty(); ++i) {
      const cluster::Station station = of.left.back();
      const std::optional<std::uint16_t> vlan =
          station.vlan != 0 ? std::optional{station.vlan} : std::nullopt;
      const auto frame = wire::announcing_frame(station.mac, vlan);
      // (where there is no room now, there is in the next turn)
      if (!of.socket->send(frame.octets())) break;
      of.left.pop_back();
      ++of.announced;
    }
    if (of.left.empty()) of.socket.reset();
  }
}

}  // namespace lagoon::lagoond
