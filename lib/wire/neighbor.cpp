#include "wire/neighbor.hpp"

#include <algorithm>
#include <array>

#include "wire/ethernet_header.hpp"
#include "wire/internet_checksum.hpp"
#include "wire/ip_header.hpp"

namespace lagoon::wire {

namespace {

constexpr Ipv6Address kAllNodes{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
constexpr std::uint8_t kHopLimit = 255;  // nobody off the link can send it (RFC 4861 7.1)
constexpr std::uint32_t kSolicited = 1U << 30;
constexpr std::uint32_t kOverride = 1U << 29;
constexpr std::size_t kChecksumAt = 2;
constexpr std::size_t kMessageSize = 24;
constexpr std::size_t kOptionUnit = 8;

constexpr Ipv6Address solicited_node(const Ipv6Address& target) noexcept {
  const auto& o = target.octets;
  return {{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, o[13], o[14], o[15]}};
}

// Source link-layer address for a solicitation, target link-layer address for an advertisement.
constexpr std::uint8_t option_type(NeighborKind kind) noexcept {
  return kind == NeighborKind::solicitation ? 1 : 2;
}

// False: an option without length, or one that is cut off.
bool read_options(ByteReader& reader, NeighborFrame& neighbor) noexcept {
  while (reader.remaining() > 0) {
    const std::uint8_t type = reader.u8();
    const std::size_t units = reader.u8();
    if (units == 0) return false;
    ByteReader option{reader.octets(units * kOptionUnit - 2)};
    if (type == option_type(neighbor.kind) && units == 1 && !neighbor.link_layer)
      neighbor.link_layer = option.mac();
    if (reader.failed()) return false;
  }
  return true;
}

// RFC 4861 7.1.1 and 7.1.2, as far as it concerns fields that are kept.
bool is_valid(const NeighborFrame& neighbor) noexcept {
  if (is_multicast(neighbor.target) || is_multicast(neighbor.sender)) return false;
  switch (neighbor.kind) {
    case NeighborKind::solicitation:
      return !neighbor.sender.is_zero() ||
             (!neighbor.link_layer && neighbor.receiver == solicited_node(neighbor.target));
    case NeighborKind::advertisement:
      return !(neighbor.solicited && is_multicast(neighbor.receiver));
  }
  return false;
}

}  // namespace

std::optional<NeighborFrame> parse_neighbor(std::span<const std::byte> frame) noexcept {
  ByteReader reader{frame};
  const EthernetHeader header = read_ethernet_header(reader);
  if (header.ether_type != kIpv6EtherType) return std::nullopt;
  const auto packet = read_ipv6(reader);
  if (!packet || packet->next_header != kIcmpv6 || packet->has_hop_by_hop || packet->hop_limit != kHopLimit)
    return std::nullopt;
  ByteReader message{packet->payload};
  const std::uint8_t type = message.u8();
  if (type != static_cast<std::uint8_t>(NeighborKind::solicitation) &&
      type != static_cast<std::uint8_t>(NeighborKind::advertisement))
    return std::nullopt;
  if (message.u8() != 0) return std::nullopt;
  message.skip(2);
  const std::uint32_t flags = message.be32();
  NeighborFrame neighbor{
      .destination = header.destination, .source = header.source, .vlan_tci = header.vlan_tci};
  neighbor.kind = static_cast<NeighborKind>(type);
  neighbor.sender = packet->sender;
  neighbor.receiver = packet->receiver;
  neighbor.target = read_ipv6_address(message);
  if (neighbor.kind == NeighborKind::advertisement) {
    neighbor.solicited = (flags & kSolicited) != 0;
    neighbor.override_flag = (flags & kOverride) != 0;
  }
  if (message.failed() || !read_options(message, neighbor) || !is_valid(neighbor)) return std::nullopt;
  const auto checksum =
      InternetChecksum{}
          .add_pseudo_header(packet->sender, packet->receiver, packet->payload.size(), kIcmpv6)
          .add(packet->payload);
  if (checksum.value() != 0) return std::nullopt;
  return neighbor;
}

ControlFrame emit_neighbor(const NeighborFrame& neighbor) noexcept {
  std::array<std::byte, kMessageSize + kOptionUnit> octets{};
  const std::span message = std::span{octets}.first(neighbor.link_layer ? octets.size() : kMessageSize);
  ByteWriter body{message};
  body.u8(static_cast<std::uint8_t>(neighbor.kind));
  body.zeros(3);  // code, and the checksum, which comes last
  const bool says = neighbor.kind == NeighborKind::advertisement;
  body.be32((says && neighbor.solicited ? kSolicited : 0) | (says && neighbor.override_flag ? kOverride : 0));
  write_address(body, neighbor.target);
  if (neighbor.link_layer) {
    body.u8(option_type(neighbor.kind));
    body.u8(1);
    body.mac(*neighbor.link_layer);
  }
  put_checksum(message, kChecksumAt,
               InternetChecksum{}
                   .add_pseudo_header(neighbor.sender, neighbor.receiver, message.size(), kIcmpv6)
                   .add(message)
                   .value());

  std::array<std::byte, 128> frame{};
  ByteWriter writer{frame};
  write_ethernet_header(writer, {neighbor.destination, neighbor.source, neighbor.vlan_tci, kIpv6EtherType});
  writer.be32(6U << 28);
  writer.be16(static_cast<std::uint16_t>(message.size()));
  writer.u8(kIcmpv6);
  writer.u8(kHopLimit);
  write_address(writer, neighbor.sender);
  write_address(writer, neighbor.receiver);
  writer.octets(message);
  return ControlFrame{std::span{frame}.first(std::max(writer.written(), kEthernetFrameMin))};
}

NeighborFrame neighbor_probe(const MacAddress& from, const Ipv6Address& target,
                             std::optional<std::uint16_t> vlan) noexcept {
  const Ipv6Address receiver = solicited_node(target);
  return {.destination = multicast_mac(receiver),
          .source = from,
          .vlan_tci = vlan,
          .kind = NeighborKind::solicitation,
          .sender = link_local_address(from),
          .receiver = receiver,
          .target = target,
          .link_layer = from};
}

NeighborFrame neighbor_announcement(const MacAddress& from, const Ipv6Address& address,
                                    std::optional<std::uint16_t> vlan) noexcept {
  return {.destination = multicast_mac(kAllNodes),
          .source = from,
          .vlan_tci = vlan,
          .kind = NeighborKind::advertisement,
          .sender = address,
          .receiver = kAllNodes,
          .target = address,
          .override_flag = true,
          .link_layer = from};
}

}  // namespace lagoon::wire
