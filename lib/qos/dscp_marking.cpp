#include "qos/dscp_marking.hpp"

#include "qos/classifier.hpp"
#include "wire/internet_checksum.hpp"
#include "wire/ip_header.hpp"
#include "wire/octets.hpp"

namespace lagoon::qos {
namespace {

constexpr std::size_t kIpv4Size = 20;
constexpr std::size_t kChecksumAt = 10;

// RFC 1624 equation 3: HC' = ~(~HC + ~m + m').
constexpr std::uint16_t updated(std::uint16_t checksum, std::uint16_t before, std::uint16_t after) noexcept {
  std::uint32_t sum = (0xffffU & ~static_cast<std::uint32_t>(checksum)) +
                      (0xffffU & ~static_cast<std::uint32_t>(before)) + after;
  sum = (sum & 0xffffU) + (sum >> 16);
  sum = (sum & 0xffffU) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum & 0xffffU);
}

void put16(std::span<std::byte> octets, std::size_t at, std::uint16_t value) noexcept {
  octets[at] = static_cast<std::byte>(value >> 8);
  octets[at + 1] = static_cast<std::byte>(value & 0xffU);
}

}  // namespace

bool mark_dscp(std::span<std::byte> frame, std::uint8_t dscp) noexcept {
  const OuterHeaders outer = outer_headers(frame);
  if (outer.dscp == kNoClass) return false;
  const std::size_t at = outer.network_at;
  const std::uint16_t before = wire::be16_at(frame, at);
  if (outer.ether_type == wire::kIpv6EtherType) {
    put16(frame, at, static_cast<std::uint16_t>((before & 0xf03fU) | static_cast<unsigned>(dscp) << 6));
    return true;
  }
  if (at + kIpv4Size > frame.size()) return false;
  const auto after = static_cast<std::uint16_t>((before & 0xff03U) | static_cast<unsigned>(dscp) << 2);
  wire::put_checksum(frame, at + kChecksumAt, updated(wire::be16_at(frame, at + kChecksumAt), before, after));
  put16(frame, at, after);
  return true;
}

}  // namespace lagoon::qos
