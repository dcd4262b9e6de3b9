#include "wire/bfd/bfd_frame.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/prng.hpp"
#include "wire/internet_checksum.hpp"

namespace bfd_frame_test {

using namespace lagoon;
using namespace lagoon::wire;
using test::Prng;
using Octets = std::vector<std::byte>;

namespace {

constexpr std::size_t kEthernet = 14, kIpv4 = 20, kUdpHeader = 8;
constexpr std::size_t kBfdAt = kEthernet + kIpv4 + kUdpHeader;

Octets octets_of(std::initializer_list<unsigned> values) {
  Octets octets;
  for (const unsigned value : values) octets.push_back(static_cast<std::byte>(value));
  return octets;
}

Octets octets_of(const BfdFrame& frame) {
  const ControlFrame made = emit_bfd_frame(frame);
  return {made.octets().begin(), made.octets().end()};
}

BfdFrame a_frame(bool ipv6 = false) {
  BfdFrame frame{.destination = kMicroBfdAddress, .source = {{0x02, 0x4c, 0x41, 0, 0, 1}}};
  if (ipv6) {
    frame.from = Ipv6Address{{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    frame.to = Ipv6Address{{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};
  } else {
    frame.from = Ipv4Address{{169, 254, 7, 1}};
    frame.to = Ipv4Address{{169, 254, 7, 2}};
  }
  frame.source_port = 49'153;
  frame.packet = {.diag = BfdDiag::detection_time_expired,
                  .state = BfdState::up,
                  .poll = true,
                  .multiplier = 3,
                  .my_discriminator = 0x01020304,
                  .your_discriminator = 0xa0b0c0d0,
                  .desired_tx_us = 50'000,
                  .required_rx_us = 15'000};
  return frame;
}

// Both checksums made right again after a change.
Octets mended(Octets octets) {
  const auto ip = std::span{octets}.subspan(kEthernet);
  put_checksum(ip, 10, 0);
  put_checksum(ip, 10, InternetChecksum{}.add(ip.first(kIpv4)).value());
  const auto udp = ip.subspan(kIpv4);
  put_checksum(udp, 6, 0);
  const Ipv4Address from{{169, 254, 7, 1}}, to{{169, 254, 7, 2}};
  const std::size_t length = std::min<std::size_t>(be16_at(udp, 4), udp.size());
  put_checksum(udp, 6,
               InternetChecksum{}.add_pseudo_header(from, to, length, kUdp).add(udp.first(length)).value());
  return octets;
}

Octets with(std::size_t at, unsigned value, Octets octets = octets_of(a_frame())) {
  octets.at(at) = static_cast<std::byte>(value);
  return octets;
}

BfdError error_of(const Octets& octets, std::uint16_t port = kMicroBfdPort) {
  const auto frame = parse_bfd_frame(octets, port);
  REQUIRE_FALSE(frame);
  return frame.error();
}

BfdFrame any_frame(Prng& random) {
  BfdFrame frame{.destination = random.mac(), .source = random.mac()};
  if (random.chance(0.5)) {
    Ipv4Address from, to;
    for (std::uint8_t& octet : from.octets) octet = random.u8();
    for (std::uint8_t& octet : to.octets) octet = random.u8();
    frame.from = from;
    frame.to = to;
  } else {
    Ipv6Address from, to;
    for (std::uint8_t& octet : from.octets) octet = random.u8();
    for (std::uint8_t& octet : to.octets) octet = random.u8();
    frame.from = from;
    frame.to = to;
  }
  frame.source_port = random.u16();
  frame.port = random.u16();
  frame.packet = {.diag = static_cast<BfdDiag>(random.below(32)),
                  .state = static_cast<BfdState>(random.below(4)),
                  .poll = random.chance(0.5),
                  .final = random.chance(0.5),
                  .control_plane_independent = random.chance(0.5),
                  .demand = random.chance(0.5),
                  .multiplier = static_cast<std::uint8_t>(random.between(1, 255)),
                  .my_discriminator = random.u32() | 1U,
                  .your_discriminator = random.u32() | 1U,
                  .desired_tx_us = random.u32(),
                  .required_rx_us = random.u32(),
                  .required_echo_rx_us = random.u32()};
  return frame;
}

}  // namespace

// By the layouts of RFC 791, 768 and 5880 4.1; scapy's contrib.bfd makes the same octets.
TEST_CASE("A frame has its fields where the RFCs put them, over IPv4 and IPv6", "[wire][bfd]") {
  const Octets bfd = octets_of({
      0x21, 0xe0, 0x03, 0x18,  // version 1, diag 1; Up, Poll; Detect Mult 3; length 24
      0x01, 0x02, 0x03, 0x04, 0xa0, 0xb0, 0xc0, 0xd0, 0x00, 0x00,
      0xc3, 0x50, 0x00, 0x00, 0x3a, 0x98, 0x00, 0x00, 0x00, 0x00,
  });
  Octets ipv4 = octets_of({
      0x01, 0x00, 0x5e, 0x90, 0x00, 0x01, 0x02, 0x4c, 0x41, 0x00, 0x00, 0x01, 0x08, 0x00,  //
      0x45, 0xc0, 0x00, 0x34, 0x00, 0x00, 0x40, 0x00, 0xff, 0x11, 0x18, 0xf9, 0xa9, 0xfe,
      0x07, 0x01, 0xa9, 0xfe, 0x07, 0x02,              //
      0xc0, 0x01, 0x1a, 0x80, 0x00, 0x20, 0x3a, 0xc4,  //
  });
  ipv4.insert(ipv4.end(), bfd.begin(), bfd.end());
  Octets ipv6 = octets_of({
      0x01, 0x00, 0x5e, 0x90, 0x00, 0x01, 0x02, 0x4c, 0x41, 0x00, 0x00, 0x01, 0x86, 0xdd,  //
      0x6c, 0x00, 0x00, 0x00, 0x00, 0x20, 0x11, 0xff, 0xfe, 0x80, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0xfe, 0x80, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,  //
      0xc0, 0x01, 0x1a, 0x80, 0x00, 0x20, 0x9f, 0xbf,                          //
  });
  ipv6.insert(ipv6.end(), bfd.begin(), bfd.end());
  CHECK(octets_of(a_frame()) == ipv4);
  CHECK(octets_of(a_frame(true)) == ipv6);
  CHECK(parse_bfd_frame(ipv4, kMicroBfdPort) == a_frame());
  CHECK(parse_bfd_frame(ipv6, kMicroBfdPort) == a_frame(true));
}

TEST_CASE("Each flag, state and diagnostic has its own bits", "[wire][bfd]") {
  BfdPacket packet{.diag = static_cast<BfdDiag>(0x1f),
                   .state = BfdState::init,
                   .final = true,
                   .control_plane_independent = true,
                   .multiplier = 255,
                   .my_discriminator = 7};
  packet.your_discriminator = 9;
  packet.required_echo_rx_us = 0x01020304;
  std::array<std::byte, kBfdPacketSize> octets{};
  emit_bfd_packet(packet, octets);
  CHECK(octets[0] == std::byte{0x3f});
  CHECK(octets[1] == std::byte{0x98});
  CHECK(octets[2] == std::byte{255});
  CHECK(octets[20] == std::byte{1});
  CHECK(parse_bfd_packet(octets) == packet);
  packet.demand = true;
  packet.final = packet.control_plane_independent = false;
  emit_bfd_packet(packet, octets);
  CHECK(octets[1] == std::byte{0x82});
  CHECK(name_of(BfdState::admin_down) == "admin_down");
  CHECK(name_of(BfdDiag::administratively_down) == "administratively_down");
  CHECK(name_of(packet.diag) == "reserved");
  CHECK(name_of(BfdError::authenticated) == "authenticated");
}

TEST_CASE("What is not for the port is told apart at once, a priority tag is none of its faults",
          "[wire][bfd]") {
  const Octets frame = octets_of(a_frame());
  CHECK(is_bfd_frame(frame, kMicroBfdPort));
  CHECK(error_of(frame, 3784) == BfdError::not_bfd);
  CHECK(error_of(with(13, 0x06)) == BfdError::not_bfd);                                     // ARP
  CHECK(error_of(with(kEthernet + 9, 6)) == BfdError::not_bfd);                             // TCP
  CHECK(error_of(with(kEthernet + 6, 58, octets_of(a_frame(true)))) == BfdError::not_bfd);  // ICMPv6
  CHECK(error_of(with(kEthernet + 20 + 3, 0x81)) == BfdError::not_bfd);
  CHECK(error_of({}) == BfdError::not_bfd);

  for (const bool ipv6 : {false, true}) {
    Octets tagged = octets_of(a_frame(ipv6));
    const Octets tag = octets_of({0x81, 0x00, 0xe0, 0x00});
    tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
    CHECK(parse_bfd_frame(tagged, kMicroBfdPort) == a_frame(ipv6));
    CHECK(error_of(with(15, 0x05, tagged)) == BfdError::not_bfd);  // VLAN 5
  }
}

TEST_CASE("Each fault of the headers is discarded by its name", "[wire][bfd]") {
  constexpr std::size_t kIp = kEthernet, kUdpAt = kEthernet + kIpv4;
  CHECK(error_of(mended(with(kIp, 0x55))) == BfdError::bad_ip_header);
  CHECK(error_of(mended(with(kIp + 3, 19))) == BfdError::bad_ip_header);
  Octets cut = octets_of(a_frame());
  cut.resize(cut.size() - 1);
  CHECK(error_of(cut) == BfdError::cut);
  CHECK(error_of(with(kIp + 1, 0)) == BfdError::ip_checksum);
  CHECK(error_of(mended(with(kIp + 6, 0x20))) == BfdError::fragment);
  CHECK(error_of(mended(with(kIp + 8, 254))) == BfdError::ttl);
  CHECK(error_of(mended(with(kUdpAt + 5, 33))) == BfdError::udp_length);
  CHECK(error_of(mended(with(kUdpAt + 5, 7))) == BfdError::udp_length);
  CHECK(error_of(with(kBfdAt, 0x20)) == BfdError::udp_checksum);
  CHECK(error_of(mended(with(kUdpAt + 5, 31))) == BfdError::too_short);

  Octets ipv6 = octets_of(a_frame(true));
  CHECK(error_of(with(kIp, 0x5c, ipv6)) == BfdError::bad_ip_header);
  CHECK(error_of(with(kIp + 7, 254, ipv6)) == BfdError::ttl);
  CHECK(error_of(with(kIp + 5, 33, ipv6)) == BfdError::cut);
  CHECK(error_of(with(kIp + 40, 0, ipv6)) == BfdError::udp_checksum);
}

TEST_CASE("IPv4's UDP checksum may be left out, IPv6's may not", "[wire][bfd]") {
  for (const bool ipv6 : {false, true}) {
    Octets octets = octets_of(a_frame(ipv6));
    put_checksum(std::span{octets}, kEthernet + (ipv6 ? 40 : 20) + 6, 0);
    const auto frame = parse_bfd_frame(octets, kMicroBfdPort);
    REQUIRE(frame.has_value() == !ipv6);
    if (ipv6) CHECK(frame.error() == BfdError::udp_checksum);
  }
}

TEST_CASE("Each fault of the packet is discarded by its name, in the order of 6.8.6", "[wire][bfd]") {
  const auto error = [](std::initializer_list<std::pair<std::size_t, unsigned>> changes) {
    Octets octets = octets_of(a_frame());
    for (const auto& [at, value] : changes) octets.at(kBfdAt + at) = static_cast<std::byte>(value);
    return error_of(mended(octets));
  };
  CHECK(error({{0, 0x00}}) == BfdError::bad_version);
  CHECK(error({{0, 0x41}}) == BfdError::bad_version);
  CHECK(error({{3, 23}}) == BfdError::bad_length);
  CHECK(error({{3, 25}}) == BfdError::bad_length);
  CHECK(error({{1, 0xc4}}) == BfdError::bad_length);  // authenticated, and 24 octets
  CHECK(error({{2, 0}}) == BfdError::no_multiplier);
  CHECK(error({{1, 0xc1}}) == BfdError::multipoint);
  CHECK(error({{4, 0}, {5, 0}, {6, 0}, {7, 0}}) == BfdError::no_my_discriminator);
  CHECK(error({{8, 0}, {9, 0}, {10, 0}, {11, 0}}) == BfdError::no_your_discriminator);
  CHECK(error({{1, 0x80}, {8, 0}, {9, 0}, {10, 0}, {11, 0}}) == BfdError::no_your_discriminator);
  CHECK(error({{0, 0x00}, {3, 0}, {2, 0}, {1, 1}}) == BfdError::bad_version);
  CHECK(error({{3, 0}, {2, 0}, {1, 1}}) == BfdError::bad_length);

  for (const unsigned state : {0x00U, 0x40U}) {
    BfdFrame beginning = a_frame();
    beginning.packet.state = static_cast<BfdState>(state >> 6);
    beginning.packet.your_discriminator = 0;
    CHECK(parse_bfd_frame(octets_of(beginning), kMicroBfdPort) == beginning);
  }

  // two octets more of an authentication section
  std::array<std::byte, 26> authenticated{};
  emit_bfd_packet(a_frame().packet, authenticated);
  authenticated[1] |= std::byte{0x04};
  authenticated[3] = std::byte{26};
  CHECK(parse_bfd_packet(authenticated).error() == BfdError::authenticated);
}

TEST_CASE("Any frame is read as it was written, and cut anywhere it is refused", "[wire][bfd]") {
  Prng random{test::seed_from_environment().value_or(1)};
  for (int round = 0; round < 2'000; ++round) {
    const BfdFrame frame = any_frame(random);
    const Octets octets = octets_of(frame);
    REQUIRE(parse_bfd_frame(octets, frame.port) == frame);
    const std::size_t at = random.below(octets.size());
    REQUIRE_FALSE(parse_bfd_frame(std::span{octets}.first(at), frame.port));
    // each octet behind the addresses is under a checksum, or is looked at: but for IPv6's class and flow
    // label
    const bool ipv6 = octets.at(12) == std::byte{0x86};
    const std::size_t changed = random.between(kEthernet + (ipv6 ? 4 : 0), octets.size() - 1);
    Octets other = octets;
    other.at(changed) ^= static_cast<std::byte>(random.between(1, 255));
    const auto read = parse_bfd_frame(other, frame.port);
    const std::size_t checksum_at = kEthernet + (ipv6 ? 40 : 20) + 6;
    if (changed != checksum_at && changed != checksum_at + 1) REQUIRE_FALSE(read);
  }
  BfdFrame mixed = a_frame();
  mixed.to = Ipv6Address{};
  CHECK(emit_bfd_frame(mixed).size() == 0);
}

}  // namespace bfd_frame_test
