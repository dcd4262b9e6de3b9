#include "wire/ip_header.hpp"

#include <algorithm>

#include "wire/internet_checksum.hpp"

namespace lagoon::wire {

Ipv4Address read_ipv4_address(ByteReader& reader) noexcept {
  Ipv4Address address;
  for (std::uint8_t& octet : address.octets) octet = reader.u8();
  return address;
}

Ipv6Address read_ipv6_address(ByteReader& reader) noexcept {
  Ipv6Address address;
  for (std::uint8_t& octet : address.octets) octet = reader.u8();
  return address;
}

void write_address(ByteWriter& writer, const Ipv4Address& address) noexcept {
  writer.octets(std::as_bytes(std::span{address.octets}));
}
void write_address(ByteWriter& writer, const Ipv6Address& address) noexcept {
  writer.octets(std::as_bytes(std::span{address.octets}));
}

std::expected<Ipv4Packet, IpError> read_ipv4(ByteReader& reader) noexcept {
  ByteReader whole = reader;
  const std::uint8_t version_and_size = reader.u8();
  const std::size_t header_size = (version_and_size & 0x0fU) * 4U;
  reader.skip(1);
  const std::size_t size = reader.be16();
  reader.skip(2);
  const std::uint16_t fragment = reader.be16();
  Ipv4Packet packet;
  packet.ttl = reader.u8();
  packet.protocol = reader.u8();
  reader.skip(2);
  packet.sender = read_ipv4_address(reader);
  packet.receiver = read_ipv4_address(reader);
  if (reader.failed()) return std::unexpected{IpError::cut};
  if (version_and_size >> 4 != 4 || header_size < 20 || size < header_size)
    return std::unexpected{IpError::bad_header};
  const std::span<const std::byte> octets = whole.octets(size);
  if (whole.failed()) return std::unexpected{IpError::cut};
  if (InternetChecksum{}.add(octets.first(header_size)).value() != 0)
    return std::unexpected{IpError::bad_checksum};
  constexpr std::uint16_t kMoreFragmentsAndOffset = 0x3fff;
  if ((fragment & kMoreFragmentsAndOffset) != 0) return std::unexpected{IpError::fragment};
  packet.payload = octets.subspan(header_size);
  return packet;
}

std::expected<Ipv6Packet, IpError> read_ipv6(ByteReader& reader) noexcept {
  constexpr std::uint8_t kHopByHop = 0;
  const std::uint32_t version_class_flow = reader.be32();
  const std::size_t size = reader.be16();
  Ipv6Packet packet;
  packet.next_header = reader.u8();
  packet.hop_limit = reader.u8();
  packet.sender = read_ipv6_address(reader);
  packet.receiver = read_ipv6_address(reader);
  packet.payload = reader.octets(size);
  if (version_class_flow >> 28 != 6) return std::unexpected{IpError::bad_header};
  if (reader.failed()) return std::unexpected{IpError::cut};
  if (packet.next_header != kHopByHop) return packet;
  packet.has_hop_by_hop = true;
  ByteReader options{packet.payload};
  packet.next_header = options.u8();
  const std::size_t options_size = (options.u8() + std::size_t{1}) * 8;
  if (options.failed() || options_size > packet.payload.size()) return std::unexpected{IpError::bad_header};
  packet.payload = packet.payload.subspan(options_size);
  return packet;
}

MacAddress multicast_mac(const Ipv4Address& group) noexcept {
  const auto& o = group.octets;
  return {{0x01, 0x00, 0x5e, static_cast<std::uint8_t>(o[1] & 0x7fU), o[2], o[3]}};
}

MacAddress multicast_mac(const Ipv6Address& group) noexcept {
  const auto& o = group.octets;
  return {{0x33, 0x33, o[12], o[13], o[14], o[15]}};
}

}  // namespace lagoon::wire
