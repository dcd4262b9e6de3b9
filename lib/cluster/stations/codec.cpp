#include "cluster/stations/codec.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/check.hpp"

namespace lagoon::cluster {

namespace {

constexpr std::uint32_t kMagicOfStations = 0x4c475053;  // "LGPS"
constexpr std::uint8_t kStationVersion = 1;
constexpr std::size_t kFixed = 9;
constexpr std::uint16_t kVlanMost = 4094;

bool may_be_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kNameMax &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
}

// An address of one station.
bool may_be_station(const Station& station) noexcept {
  return (station.mac.octets[0] & 1U) == 0 && !station.mac.is_zero() && station.vlan <= kVlanMost;
}

}  // namespace

std::vector<std::byte> encode(const StationMessage& message) {
  LAGOON_CHECK(message.stations.size() <= kStationsInMessage);
  const std::array<std::string_view, 3> names{message.domain, message.node, message.lag};
  std::size_t size = kFixed + message.stations.size() * 8;
  for (const std::string_view name : names) size += 1 + name.size();
  std::vector<std::byte> octets(std::min(size, kStationMessageMax));
  ByteWriter out{octets};
  out.be32(kMagicOfStations);
  out.u8(kStationVersion);
  out.u8(0);
  out.be16(static_cast<std::uint16_t>(octets.size()));
  out.u8(static_cast<std::uint8_t>(message.stations.size()));
  for (const std::string_view name : names) {
    LAGOON_CHECK(may_be_name(name));
    out.u8(static_cast<std::uint8_t>(name.size()));
    out.octets(std::as_bytes(std::span{name}));
  }
  for (const Station& station : message.stations) {
    LAGOON_CHECK(may_be_station(station));
    out.mac(station.mac);
    out.be16(station.vlan);
  }
  LAGOON_CHECK(!out.failed() && out.written() == octets.size());
  return octets;
}

std::optional<std::size_t> station_message_size(std::span<const std::byte> octets) noexcept {
  ByteReader in{octets};
  const bool ours = in.be32() == kMagicOfStations && in.u8() == kStationVersion && in.u8() == 0;
  const std::size_t size = in.be16();
  if (!ours || in.failed() || size < kFixed || size > kStationMessageMax) return std::nullopt;
  return size;
}

std::optional<StationMessage> decode_station_message(std::span<const std::byte> octets) {
  if (station_message_size(octets) != octets.size()) return std::nullopt;
  ByteReader in{octets};
  in.skip(8);
  const std::size_t count = in.u8();
  if (count > kStationsInMessage) return std::nullopt;
  StationMessage message;
  for (std::string* name : {&message.domain, &message.node, &message.lag}) {
    for (const std::byte octet : in.octets(in.u8())) *name += std::to_integer<char>(octet);
    if (!may_be_name(*name)) return std::nullopt;
  }
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const MacAddress mac = in.mac();
    const Station station{.mac = mac, .vlan = in.be16()};
    if (!may_be_station(station)) return std::nullopt;
    message.stations.push_back(station);
  }
  if (in.failed() || in.remaining() != 0) return std::nullopt;
  return message;
}

}  // namespace lagoon::cluster
