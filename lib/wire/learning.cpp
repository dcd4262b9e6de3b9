#include "wire/learning.hpp"

#include <array>

#include "wire/ethernet_header.hpp"

namespace lagoon::wire {

ControlFrame learning_frame(const MacAddress& mac, std::optional<std::uint16_t> vlan) noexcept {
  constexpr std::uint16_t kLoopback = 0x9000;
  std::array<std::byte, kEthernetFrameMin> frame{};
  ByteWriter writer{frame};
  write_ethernet_header(writer, {mac, mac, vlan, kLoopback});
  return ControlFrame{frame};
}

ControlFrame announcing_frame(const MacAddress& mac, std::optional<std::uint16_t> vlan) noexcept {
  constexpr std::uint16_t kReverseArp = 0x8035, kEthernet = 1, kIpv4 = 0x0800, kRequestReverse = 3;
  constexpr std::size_t kIpv4Octets = 4;
  constexpr MacAddress kAll{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  std::array<std::byte, kEthernetFrameMin> frame{};
  ByteWriter writer{frame};
  write_ethernet_header(writer, {kAll, mac, vlan, kReverseArp});
  writer.be16(kEthernet);
  writer.be16(kIpv4);
  writer.u8(static_cast<std::uint8_t>(mac.octets.size()));
  writer.u8(static_cast<std::uint8_t>(kIpv4Octets));
  writer.be16(kRequestReverse);
  for (int who = 0; who < 2; ++who) {
    writer.mac(mac);
    writer.zeros(kIpv4Octets);
  }
  return ControlFrame{frame};
}

}  // namespace lagoon::wire
