// Random values of the frames that the control lcore reads and makes: all that a parser accepts can come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "support/prng.hpp"
#include "wire/arp.hpp"
#include "wire/neighbor.hpp"

namespace lagoon::test {

inline std::optional<std::uint16_t> random_tci(Prng& prng) {
  if (prng.chance(0.5)) return std::nullopt;
  return prng.u16();
}
inline Ipv4Address random_ipv4(Prng& prng) {
  return {{prng.u8(), prng.u8(), prng.u8(), prng.u8()}};
}
inline Ipv6Address random_ipv6(Prng& prng) {
  Ipv6Address address;
  for (std::uint8_t& octet : address.octets) octet = prng.u8();
  return address;
}
inline Ipv6Address random_unicast(Prng& prng) {
  Ipv6Address address = random_ipv6(prng);
  address.octets[0] = 0x20;
  return address;
}

inline wire::ArpFrame random_arp(Prng& prng) {
  return {.destination = prng.mac(),
          .source = prng.mac(),
          .vlan_tci = random_tci(prng),
          .operation = prng.chance(0.5) ? wire::ArpOperation::request : wire::ArpOperation::reply,
          .sender_mac = prng.mac(),
          .sender_ip = random_ipv4(prng),
          .target_mac = prng.mac(),
          .target_ip = random_ipv4(prng)};
}

inline wire::NeighborFrame random_neighbor(Prng& prng) {
  wire::NeighborFrame neighbor{.destination = prng.mac(),
                               .source = prng.mac(),
                               .vlan_tci = random_tci(prng),
                               .sender = random_unicast(prng),
                               .receiver = random_ipv6(prng),
                               .target = random_unicast(prng)};
  if (prng.chance(0.5)) {
    neighbor.kind = wire::NeighborKind::advertisement;
    neighbor.override_flag = prng.chance(0.5);
    neighbor.solicited = neighbor.receiver.octets[0] != 0xff && prng.chance(0.5);
  }
  if (prng.chance(0.7)) neighbor.link_layer = prng.mac();
  return neighbor;
}

inline std::vector<std::byte> octets_of(const wire::ControlFrame& frame) {
  return {frame.octets().begin(), frame.octets().end()};
}

}  // namespace lagoon::test
