// Ethernet header of the frames that the control lcore reads and makes: untagged, or with one tag (the
// customer's 0x8100 or the service's 0x88a8). It writes 0x8100 alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/mac_address.hpp"

namespace lagoon::wire {

/// Without FCS.
inline constexpr std::size_t kEthernetFrameMin = 60;

struct EthernetHeader {
  MacAddress destination{};
  MacAddress source{};
  std::optional<std::uint16_t> vlan_tci{};
  std::uint16_t ether_type = 0;
};

[[nodiscard]] constexpr EthernetHeader read_ethernet_header(ByteReader& reader) noexcept {
  EthernetHeader header{reader.mac(), reader.mac(), std::nullopt, reader.be16()};
  if (header.ether_type == 0x8100 || header.ether_type == 0x88a8) {
    header.vlan_tci = reader.be16();
    header.ether_type = reader.be16();
  }
  return header;
}

constexpr void write_ethernet_header(ByteWriter& writer, const EthernetHeader& header) noexcept {
  writer.mac(header.destination);
  writer.mac(header.source);
  if (header.vlan_tci) {
    writer.be16(0x8100);
    writer.be16(*header.vlan_tci);
  }
  writer.be16(header.ether_type);
}

}  // namespace lagoon::wire
