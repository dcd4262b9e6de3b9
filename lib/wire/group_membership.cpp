#include "wire/group_membership.hpp"

#include <algorithm>
#include <array>

#include "wire/ethernet_header.hpp"
#include "wire/internet_checksum.hpp"
#include "wire/ip_header.hpp"

namespace lagoon::wire {

namespace {

enum class IgmpType : std::uint8_t { report_v1 = 0x12, report_v2 = 0x16, leave = 0x17, report_v3 = 0x22 };
enum class MldType : std::uint8_t { report_v1 = 131, done = 132, report_v2 = 143 };
// RFC 3376 4.2.12 and RFC 3810 5.2.12 have the same numbers.
enum class RecordType : std::uint8_t { is_include = 1, is_exclude, to_include, to_exclude, allow, block };

constexpr std::size_t kGroupsMax = 64;
constexpr std::uint8_t kHops = 1;
constexpr std::size_t kChecksumAt = 2;
constexpr std::size_t kIpv4ChecksumAt = 10;

template <typename Address>
Address read_address(ByteReader& reader) noexcept {
  if constexpr (std::is_same_v<Address, Ipv4Address>)
    return read_ipv4_address(reader);
  else
    return read_ipv6_address(reader);
}

template <typename Address>
bool read_group(ByteReader& reader, bool leaves, MembershipReport& report) noexcept {
  const auto group = read_address<Address>(reader);
  if (reader.failed() || !is_multicast(group)) return false;
  report.groups.push_back({group, leaves});
  return true;
}

// Whether the group is still wanted. To block sources says nothing about that.
std::optional<bool> leaves(std::uint8_t type, std::size_t sources) noexcept {
  switch (static_cast<RecordType>(type)) {
    case RecordType::is_include:
    case RecordType::to_include:
      return sources == 0;
    case RecordType::is_exclude:
    case RecordType::to_exclude:
    case RecordType::allow:
      return false;
    case RecordType::block:
      return std::nullopt;
  }
  return std::nullopt;  // receivers ignore unknown types
}

// The part that IGMPv3 and MLDv2 have in common, from the number of records on.
template <typename Address>
bool read_records(ByteReader& reader, MembershipReport& report) noexcept {
  const std::size_t records = reader.be16();
  for (std::size_t i = 0; i < records && !reader.failed(); ++i) {
    const std::uint8_t type = reader.u8();
    const std::size_t auxiliary = reader.u8() * std::size_t{4};
    const std::size_t sources = reader.be16();
    const auto group = read_address<Address>(reader);
    reader.skip(sources * sizeof(Address) + auxiliary);
    const auto leaving = leaves(type, sources);
    if (leaving && is_multicast(group) && !reader.failed() && report.groups.size() < kGroupsMax)
      report.groups.push_back({group, *leaving});
  }
  return !reader.failed();
}

bool read_igmp(const Ipv4Packet& packet, MembershipReport& report) noexcept {
  if (packet.protocol != kIgmp || InternetChecksum{}.add(packet.payload).value() != 0) return false;
  report.sender = packet.sender;
  ByteReader reader{packet.payload};
  const std::uint8_t type = reader.u8();
  reader.skip(3);
  switch (static_cast<IgmpType>(type)) {
    case IgmpType::report_v1:
    case IgmpType::report_v2:
      return read_group<Ipv4Address>(reader, false, report);
    case IgmpType::leave:
      return read_group<Ipv4Address>(reader, true, report);
    case IgmpType::report_v3:
      reader.skip(2);
      return read_records<Ipv4Address>(reader, report);
  }
  return false;
}

bool read_mld(const Ipv6Packet& packet, MembershipReport& report) noexcept {
  if (packet.next_header != kIcmpv6) return false;
  const auto checksum = InternetChecksum{}
                            .add_pseudo_header(packet.sender, packet.receiver, packet.payload.size(), kIcmpv6)
                            .add(packet.payload);
  if (checksum.value() != 0) return false;
  report.sender = packet.sender;
  ByteReader reader{packet.payload};
  const std::uint8_t type = reader.u8();
  reader.skip(3);
  switch (static_cast<MldType>(type)) {
    case MldType::report_v1:
      reader.skip(4);
      return read_group<Ipv6Address>(reader, false, report);
    case MldType::done:
      reader.skip(4);
      return read_group<Ipv6Address>(reader, true, report);
    case MldType::report_v2:
      reader.skip(2);
      return read_records<Ipv6Address>(reader, report);
  }
  return false;
}

// RFC 2236 2 and 10: to the group itself, so that other hosts hold their reports back.
void write_igmp(ByteWriter& writer, const Ipv4Address& sender, const Ipv4Address& group) noexcept {
  std::array<std::byte, 24> header{};
  ByteWriter ip{header};
  ip.be16(0x46c0);  // version 4, six words; internetwork control
  ip.be16(32);
  ip.be32(0x4000);  // no fragments
  ip.u8(kHops);
  ip.u8(kIgmp);
  ip.zeros(2);
  write_address(ip, sender);
  write_address(ip, group);
  ip.be32(0x94040000);  // Router Alert (RFC 2113)
  put_checksum(header, kIpv4ChecksumAt, InternetChecksum{}.add(header).value());
  std::array<std::byte, 8> message{};
  ByteWriter igmp{message};
  igmp.u8(static_cast<std::uint8_t>(IgmpType::report_v2));
  igmp.zeros(3);
  write_address(igmp, group);
  put_checksum(message, kChecksumAt, InternetChecksum{}.add(message).value());
  writer.octets(header);
  writer.octets(message);
}

// RFC 2710 3.
void write_mld(ByteWriter& writer, const Ipv6Address& sender, const Ipv6Address& group) noexcept {
  std::array<std::byte, 24> message{};
  ByteWriter mld{message};
  mld.u8(static_cast<std::uint8_t>(MldType::report_v1));
  mld.zeros(7);
  write_address(mld, group);
  put_checksum(
      message, kChecksumAt,
      InternetChecksum{}.add_pseudo_header(sender, group, message.size(), kIcmpv6).add(message).value());
  writer.be32(6U << 28);
  writer.be16(8 + message.size());
  writer.u8(0);  // Hop-by-Hop Options
  writer.u8(kHops);
  write_address(writer, sender);
  write_address(writer, group);
  writer.u8(kIcmpv6);
  writer.u8(0);
  writer.be32(0x05020000);  // Router Alert (RFC 2711)
  writer.be16(0x0100);      // PadN
  writer.octets(message);
}

template <typename Address>
Address sender_as(const IpAddress& sender) noexcept {
  const auto* const same = std::get_if<Address>(&sender);
  return same != nullptr ? *same : Address{};
}

}  // namespace

std::optional<MembershipReport> parse_membership(std::span<const std::byte> frame) noexcept {
  ByteReader reader{frame};
  const EthernetHeader header = read_ethernet_header(reader);
  MembershipReport report;
  report.source = header.source;
  report.vlan_tci = header.vlan_tci;
  bool intact = false;
  if (header.ether_type == kIpv4EtherType) {
    const auto packet = read_ipv4(reader);
    intact = packet && read_igmp(*packet, report);
  }
  if (header.ether_type == kIpv6EtherType) {
    const auto packet = read_ipv6(reader);
    intact = packet && read_mld(*packet, report);
  }
  if (!intact) return std::nullopt;
  return report;
}

ControlFrame emit_membership(const MacAddress& source, const IpAddress& sender, const IpAddress& group,
                             std::optional<std::uint16_t> vlan_tci) noexcept {
  std::array<std::byte, 128> frame{};
  ByteWriter writer{frame};
  if (const auto* const v4 = std::get_if<Ipv4Address>(&group)) {
    write_ethernet_header(writer, {multicast_mac(*v4), source, vlan_tci, kIpv4EtherType});
    write_igmp(writer, sender_as<Ipv4Address>(sender), *v4);
  }
  if (const auto* const v6 = std::get_if<Ipv6Address>(&group)) {
    write_ethernet_header(writer, {multicast_mac(*v6), source, vlan_tci, kIpv6EtherType});
    write_mld(writer, sender_as<Ipv6Address>(sender), *v6);
  }
  return ControlFrame{std::span{frame}.first(std::max(writer.written(), kEthernetFrameMin))};
}

}  // namespace lagoon::wire
