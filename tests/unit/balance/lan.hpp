// A LAN in virtual time for the receive balancer: stations that treat ARP as Linux does, a learning bridge,
// and a LAG with its balancer and a host behind it. Frames arrive in the instant in which they are sent.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "balance/receive_balancer.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "wire/arp.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::test {

[[nodiscard]] constexpr MacAddress mac_of(std::uint8_t kind, std::uint16_t number) {
  return {{0x02, kind, 0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)}};
}
[[nodiscard]] constexpr Ipv4Address ip_of(std::uint8_t net, std::uint8_t number) {
  return {{10, 0, net, number}};
}
inline constexpr MacAddress kAllStations{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/// What a Linux host knows by ARP (net/ipv4/arp.c): a request for its own address makes or overwrites the
/// entry of the sender; every other frame overwrites one that stands, if it did not change within the last
/// second, or if the frame is gratuitous.
class Neighbours {
 public:
  void saw(const wire::ArpFrame& arp, Ipv4Address own, Instant now);
  [[nodiscard]] std::optional<MacAddress> find(Ipv4Address address) const;

 private:
  struct Neighbour {
    MacAddress mac{};
    Instant updated{};
  };
  std::map<Ipv4Address, Neighbour> known_{};
};

struct Station {
  Ipv4Address ip{};
  MacAddress mac{};
  std::optional<std::uint16_t> vlan_tci{};
  Neighbours neighbours{};
  std::vector<wire::ArpFrame> told{};  // ARP to it alone
};

/// Ports 0..members-1 of the bridge are the LAG's members, the next ones are stations.
class Lan {
 public:
  Lan(std::size_t members, std::size_t stations);

  // The LAG's host, and stations.
  Station& host(std::size_t i) { return hosts_.at(i); }
  Station& add_host(Ipv4Address ip, std::optional<std::uint16_t> vlan_tci);
  Station& station(std::size_t i) { return stations_.at(i); }
  [[nodiscard]] std::size_t stations() const { return stations_.size(); }

  void host_asks(std::size_t host, Ipv4Address target);
  void host_announces(std::size_t host);
  void station_asks(std::size_t station, Ipv4Address target);
  void set_usable(std::size_t member, bool usable);
  void set_capacity(std::size_t member, std::uint32_t capacity);
  void run(Duration time);

  /// The member over which a frame of the station to the host arrives; nothing: it does not.
  [[nodiscard]] std::optional<std::size_t> way_in(std::size_t station, std::size_t host = 0) const;
  /// Clients of each member, by what the stations believe.
  [[nodiscard]] std::vector<std::size_t> believed(std::size_t host = 0) const;
  void forget_told();

  const balance::ReceiveMembers& members() const { return members_; }
  Instant now = instant_from_ns(1'000'000'000);
  balance::ReceiveBalancer balancer;
  std::vector<balance::ReceiveOutgoing> sent{};  // all that the LAG sent

 private:
  struct InFlight {
    std::size_t port = 0;
    wire::ControlFrame frame{};
  };
  void changed();
  void enter(std::size_t port, const wire::ControlFrame& frame);
  void deliver();
  void arrive(std::size_t port, const wire::ControlFrame& frame);
  void arrive_at_member(std::size_t member, const wire::ControlFrame& frame, const wire::ArpFrame& arp);
  void arrive_at_station(Station& station, const wire::ControlFrame& frame, const wire::ArpFrame& arp);
  [[nodiscard]] std::optional<wire::ArpFrame> answer(Station& to, const wire::ArpFrame& arp);
  void drain();

  std::size_t member_count_;
  std::deque<Station> hosts_{};
  std::deque<Station> stations_{};
  balance::ReceiveMembers members_{};
  std::map<MacAddress, std::size_t> learned_{};
  std::deque<InFlight> in_flight_{};
};

}  // namespace lagoon::test
