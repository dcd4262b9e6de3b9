#include "wire/bfd/bfd_frame.hpp"

#include <algorithm>
#include <array>
#include <variant>

#include "wire/ethernet_header.hpp"
#include "wire/internet_checksum.hpp"

namespace lagoon::wire {

namespace {

constexpr std::uint8_t kTtl = 255;
constexpr std::uint8_t kTrafficClass = 0xc0;  // CS6, network control (RFC 2474)
constexpr std::size_t kUdpHeaderSize = 8, kUdpChecksumAt = 6;
constexpr std::size_t kIpv4HeaderSize = 20, kIpv4ChecksumAt = 10;
using UdpOctets = std::array<std::byte, kUdpHeaderSize + kBfdPacketSize>;

constexpr BfdError error_of(IpError error) noexcept {
  switch (error) {
    case IpError::bad_header:
      return BfdError::bad_ip_header;
    case IpError::cut:
      return BfdError::cut;
    case IpError::bad_checksum:
      return BfdError::ip_checksum;
    case IpError::fragment:
      return BfdError::fragment;
  }
  return BfdError::bad_ip_header;
}

// What UDP needs of either IP header.
struct Datagram {
  std::uint8_t ttl = 0;
  bool may_lack_checksum = false;
  std::uint16_t checksum = 0;  // over the pseudo-header and all octets: 0 where it is right
  std::span<const std::byte> octets{};
};

// The length in UDP's header is what is summed up; 0 where it can't be.
std::size_t udp_length_of(std::span<const std::byte> payload) noexcept {
  if (payload.size() < kUdpHeaderSize) return 0;
  const std::size_t length = be16_at(payload, 4);
  return length >= kUdpHeaderSize && length <= payload.size() ? length : 0;
}

template <typename Packet>
Datagram datagram_of(const Packet& packet) noexcept {
  Datagram datagram;
  datagram.octets = packet.payload.first(udp_length_of(packet.payload));
  datagram.checksum = InternetChecksum{}
                          .add_pseudo_header(packet.sender, packet.receiver, datagram.octets.size(), kUdp)
                          .add(datagram.octets)
                          .value();
  return datagram;
}

std::expected<Datagram, BfdError> read_datagram(ByteReader& reader, std::uint16_t ether_type,
                                                BfdFrame& frame) noexcept {
  if (ether_type == kIpv4EtherType) {
    const auto packet = read_ipv4(reader);
    if (!packet) return std::unexpected{error_of(packet.error())};
    frame.from = packet->sender;
    frame.to = packet->receiver;
    Datagram datagram = datagram_of(*packet);
    datagram.ttl = packet->ttl;
    datagram.may_lack_checksum = true;
    return datagram;
  }
  const auto packet = read_ipv6(reader);
  if (!packet) return std::unexpected{error_of(packet.error())};
  frame.from = packet->sender;
  frame.to = packet->receiver;
  Datagram datagram = datagram_of(*packet);
  datagram.ttl = packet->hop_limit;
  return datagram;
}

void write_ip_header(ByteWriter& writer, const Ipv4Address& from, const Ipv4Address& to) noexcept {
  std::array<std::byte, kIpv4HeaderSize> header{};
  ByteWriter ip{header};
  ip.u8(0x45);
  ip.u8(kTrafficClass);
  ip.be16(kIpv4HeaderSize + std::tuple_size_v<UdpOctets>);
  ip.be16(0);
  ip.be16(0x4000);  // not to be fragmented, so no identification is needed (RFC 6864 4.1)
  ip.u8(kTtl);
  ip.u8(kUdp);
  ip.be16(0);
  write_address(ip, from);
  write_address(ip, to);
  put_checksum(header, kIpv4ChecksumAt, InternetChecksum{}.add(header).value());
  writer.octets(header);
}

void write_ip_header(ByteWriter& writer, const Ipv6Address& from, const Ipv6Address& to) noexcept {
  writer.be32((6U << 28) | (std::uint32_t{kTrafficClass} << 20));
  writer.be16(std::tuple_size_v<UdpOctets>);
  writer.u8(kUdp);
  writer.u8(kTtl);
  write_address(writer, from);
  write_address(writer, to);
}

template <typename Address>
ControlFrame emit(const BfdFrame& frame, const Address& from, const Address& to,
                  std::uint16_t ether_type) noexcept {
  UdpOctets udp{};
  ByteWriter header{udp};
  header.be16(frame.source_port);
  header.be16(frame.port);
  header.be16(std::tuple_size_v<UdpOctets>);
  emit_bfd_packet(frame.packet, std::span{udp}.subspan(kUdpHeaderSize));
  const std::uint16_t sum = InternetChecksum{}.add_pseudo_header(from, to, udp.size(), kUdp).add(udp).value();
  // (0 would say that there is none)
  put_checksum(udp, kUdpChecksumAt, sum != 0 ? sum : std::uint16_t{0xffff});

  std::array<std::byte, 128> octets{};
  ByteWriter writer{octets};
  write_ethernet_header(writer, {frame.destination, frame.source, std::nullopt, ether_type});
  write_ip_header(writer, from, to);
  writer.octets(udp);
  return ControlFrame{std::span{octets}.first(std::max(writer.written(), kEthernetFrameMin))};
}

}  // namespace

std::expected<BfdFrame, BfdError> parse_bfd_frame(std::span<const std::byte> frame,
                                                  std::uint16_t port) noexcept {
  if (!is_bfd_frame(frame, port)) return std::unexpected{BfdError::not_bfd};
  ByteReader reader{frame};
  const EthernetHeader header = read_ethernet_header(reader);
  BfdFrame read{.destination = header.destination, .source = header.source};
  const auto datagram = read_datagram(reader, header.ether_type, read);
  if (!datagram) return std::unexpected{datagram.error()};
  if (datagram->ttl != kTtl) return std::unexpected{BfdError::ttl};
  if (datagram->octets.empty()) return std::unexpected{BfdError::udp_length};
  const bool lacks_checksum = be16_at(datagram->octets, kUdpChecksumAt) == 0;
  if (lacks_checksum ? !datagram->may_lack_checksum : datagram->checksum != 0)
    return std::unexpected{BfdError::udp_checksum};
  read.source_port = be16_at(datagram->octets, 0);
  read.port = port;
  const auto packet = parse_bfd_packet(datagram->octets.subspan(kUdpHeaderSize));
  if (!packet) return std::unexpected{packet.error()};
  read.packet = *packet;
  return read;
}

ControlFrame emit_bfd_frame(const BfdFrame& frame) noexcept {
  if (const auto* from = std::get_if<Ipv4Address>(&frame.from)) {
    const auto* to = std::get_if<Ipv4Address>(&frame.to);
    return to != nullptr ? emit(frame, *from, *to, kIpv4EtherType) : ControlFrame{};
  }
  const auto* from = std::get_if<Ipv6Address>(&frame.from);
  const auto* to = std::get_if<Ipv6Address>(&frame.to);
  return from != nullptr && to != nullptr ? emit(frame, *from, *to, kIpv6EtherType) : ControlFrame{};
}

}  // namespace lagoon::wire
