#include "wire/arp.hpp"

#include <array>

#include "wire/ethernet_header.hpp"
#include "wire/ip_header.hpp"

namespace lagoon::wire {

namespace {

constexpr MacAddress kBroadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
constexpr std::uint16_t kHardwareEthernet = 1;
constexpr std::uint8_t kMacSize = 6;
constexpr std::uint8_t kIpv4Size = 4;

}  // namespace

std::optional<ArpFrame> parse_arp(std::span<const std::byte> frame) noexcept {
  ByteReader reader{frame};
  const EthernetHeader header = read_ethernet_header(reader);
  if (header.ether_type != kArpEtherType) return std::nullopt;
  if (reader.be16() != kHardwareEthernet || reader.be16() != kIpv4EtherType) return std::nullopt;
  if (reader.u8() != kMacSize || reader.u8() != kIpv4Size) return std::nullopt;
  const std::uint16_t operation = reader.be16();
  if (operation != static_cast<std::uint16_t>(ArpOperation::request) &&
      operation != static_cast<std::uint16_t>(ArpOperation::reply))
    return std::nullopt;
  ArpFrame arp{.destination = header.destination, .source = header.source, .vlan_tci = header.vlan_tci};
  arp.operation = static_cast<ArpOperation>(operation);
  arp.sender_mac = reader.mac();
  arp.sender_ip = read_ipv4_address(reader);
  arp.target_mac = reader.mac();
  arp.target_ip = read_ipv4_address(reader);
  if (reader.failed()) return std::nullopt;
  return arp;
}

ControlFrame emit_arp(const ArpFrame& arp) noexcept {
  std::array<std::byte, kEthernetFrameMin> frame{};
  ByteWriter writer{frame};
  write_ethernet_header(writer, {arp.destination, arp.source, arp.vlan_tci, kArpEtherType});
  writer.be16(kHardwareEthernet);
  writer.be16(kIpv4EtherType);
  writer.u8(kMacSize);
  writer.u8(kIpv4Size);
  writer.be16(static_cast<std::uint16_t>(arp.operation));
  writer.mac(arp.sender_mac);
  write_address(writer, arp.sender_ip);
  writer.mac(arp.target_mac);
  write_address(writer, arp.target_ip);
  return ControlFrame{frame};
}

ArpFrame arp_probe(const MacAddress& from, Ipv4Address target, std::optional<std::uint16_t> vlan) noexcept {
  return {.destination = kBroadcast,
          .source = from,
          .vlan_tci = vlan,
          .operation = ArpOperation::request,
          .sender_mac = from,
          .target_ip = target};
}

ArpFrame arp_announcement(const MacAddress& from, Ipv4Address address,
                          std::optional<std::uint16_t> vlan) noexcept {
  ArpFrame announcement = arp_probe(from, address, vlan);
  announcement.sender_ip = address;
  return announcement;
}

}  // namespace lagoon::wire
