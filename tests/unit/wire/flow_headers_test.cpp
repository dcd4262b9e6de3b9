#include "wire/flow/flow_headers.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "support/catch.hpp"
#include "support/flow_frames.hpp"
#include "support/prng.hpp"

namespace flow_headers_test {

using lagoon::test::FlowFrame;
using lagoon::test::Ipv4;
using lagoon::test::Ipv6;
using namespace lagoon::wire;

namespace {

// On the heap at its exact size, so that AddressSanitizer sees a read of one octet too many.
template <typename Look>
void with_exact_copy(std::span<const std::byte> octets, Look look) {
  const auto copy = std::make_unique<std::byte[]>(octets.size());
  std::copy(octets.begin(), octets.end(), copy.get());
  look(std::span<const std::byte>{copy.get(), octets.size()});
}

std::vector<FlowFrame> every_kind() {
  const auto inner = [](FlowFrame f) { return f.macs(3, 4).ipv4({}).udp(7, 8); };
  std::vector<FlowFrame> frames;
  frames.push_back(FlowFrame{}.macs().ipv4({}).udp(1, 2));
  frames.push_back(FlowFrame{}.macs().tag(0x88a8, 9).tag(0x8100, 8).ipv4({.option_words = 10}).udp(1, 2));
  frames.push_back(FlowFrame{}
                       .macs()
                       .ipv6({.next = 0})
                       .extension(43, 1)
                       .extension(60, 2)
                       .extension(51)
                       .u8(44)
                       .u8(2)
                       .zeros(14)
                       .fragment(6, 0)
                       .tcp(1, 2));
  frames.push_back(inner(FlowFrame{}.macs().ipv4({}).udp(1, 4789).be32(0x0800'0000).be32(0)));
  frames.push_back(inner(FlowFrame{}.macs().ipv4({.protocol = 47}).be16(0xb000).be16(0x6558).zeros(12)));
  frames.push_back(FlowFrame{}.macs().ipv6({.next = 4}).ipv4_header({}).udp(1, 2));
  frames.push_back(FlowFrame{}
                       .macs()
                       .ipv4({})
                       .udp(1, 2152)
                       .u8(0x34)
                       .u8(255)
                       .be16(50)
                       .be32(77)
                       .be32(0x85)
                       .be32(0x0100'0000)
                       .ipv6_header({})
                       .udp(1, 2));
  return frames;
}

}  // namespace

TEST_CASE("Up to four VLAN tags are skipped and the outermost VID is kept", "[wire][flow]") {
  const auto plain = walk_frame(FlowFrame{}.macs().ipv4({}).udp(1, 2).octets());
  for (const auto tpid : std::to_array<std::uint16_t>({0x8100, 0x88a8, 0x9100})) {
    auto tagged = walk_frame(FlowFrame{}
                                 .macs()
                                 .tag(tpid, 0xe005)
                                 .tag(0x8100, 6)
                                 .tag(0x8100, 7)
                                 .tag(0x8100, 8)
                                 .ipv4({})
                                 .udp(1, 2)
                                 .octets());
    CAPTURE(tpid);
    CHECK(tagged.vlan == 5);
    CHECK(tagged.ports == plain.ports);
    CHECK(tagged.source == plain.source);
    CHECK(tagged.ip == IpVersion::v4);
  }
  FlowFrame five;
  five.macs();
  for (int i = 0; i < 5; ++i) five.tag(0x8100, 1);
  CHECK(walk_frame(five.ipv4({}).udp(1, 2).octets()).ip == IpVersion::none);
}

TEST_CASE("Ports are read behind IPv4 options", "[wire][flow]") {
  for (std::uint8_t words = 0; words <= 10; ++words) {
    const auto headers =
        walk_frame(FlowFrame{}.macs().ipv4({.option_words = words}).udp(0x1122, 0x3344).octets());
    CAPTURE(static_cast<int>(words));
    CHECK(headers.has_ports);
    CHECK(headers.ports == 0x4433'2211);
  }
}

TEST_CASE("Ports are read for every transport that begins with them, and for no other", "[wire][flow]") {
  for (int protocol = 0; protocol < 256; ++protocol) {
    const auto number = static_cast<std::uint8_t>(protocol);
    const bool expected = number == 6 || number == 17 || number == 33 || number == 132 || number == 136;
    CAPTURE(protocol);
    CHECK(walk_frame(FlowFrame{}.macs().ipv4({.protocol = number}).udp(1, 2).octets()).has_ports == expected);
  }
}

TEST_CASE("All fragments of an IPv4 datagram have equal headers, and DF makes no fragment", "[wire][flow]") {
  const auto with = [](std::uint16_t flags_and_offset, std::uint16_t first_words) {
    return walk_frame(
        FlowFrame{}.macs().ipv4({.flags_and_offset = flags_and_offset}).udp(first_words, 2).octets());
  };
  const auto first = with(FlowFrame::kMoreFragments, 1);
  CHECK(first.fragment);
  CHECK_FALSE(first.has_ports);
  CHECK(with(FlowFrame::kMoreFragments | 185, 0xabcd) == first);
  CHECK(with(370, 0x1234) == first);
  CHECK(with(FlowFrame::kDontFragment, 1) == with(0, 1));
  CHECK(with(0, 1).has_ports);
}

TEST_CASE("IPv6 extension headers are walked to the ports", "[wire][flow]") {
  const auto expect_ports = [](const FlowFrame& frame) {
    const auto headers = walk_frame(frame.octets());
    CHECK(headers.ip == IpVersion::v6);
    CHECK(headers.protocol == 17);
    CHECK(headers.ports == 0x0200'0100);
  };
  expect_ports(FlowFrame{}.macs().ipv6({.next = 17}).udp(1, 2));
  for (const auto kind : std::to_array<std::uint8_t>({0, 43, 60}))
    expect_ports(FlowFrame{}.macs().ipv6({.next = kind}).extension(17, 3).udp(1, 2));
  // Authentication Header of 24 octets: its length counts words and leaves two out.
  expect_ports(FlowFrame{}.macs().ipv6({.next = 51}).u8(17).u8(4).zeros(22).udp(1, 2));
  // An atomic fragment is a whole datagram (RFC 6946).
  expect_ports(FlowFrame{}.macs().ipv6({.next = 44}).fragment(17, 0).udp(1, 2));
}

TEST_CASE("All fragments of an IPv6 datagram have equal headers", "[wire][flow]") {
  const auto with = [](std::uint8_t next, std::uint16_t offset_and_more) {
    return walk_frame(FlowFrame{}
                          .macs()
                          .ipv6({.next = 0, .flow_label = 0xabcde})
                          .extension(44)
                          .fragment(next, offset_and_more)
                          .udp(offset_and_more, 2)
                          .octets());
  };
  const auto first = with(17, 1);
  CHECK(first.fragment);
  CHECK_FALSE(first.has_ports);
  CHECK(first.flow_label == 0xabcde);
  CHECK(with(17, 1448 | 1) == first);
  CHECK(with(17, 2896) == first);
}

TEST_CASE("What a tunnel carries is found", "[wire][flow]") {
  const auto inner_of = [](const FlowFrame& frame) {
    return walk_tunnel(frame.octets(), walk_frame(frame.octets()));
  };
  const Ipv4 ip{.source = 0x01020304, .destination = 0x05060708, .protocol = 6};
  const auto check_ip = [](const TunnelHeaders& tunnel) {
    REQUIRE(tunnel.inner);
    CHECK(tunnel.inner->source[0] == 0x04030201);
    CHECK(tunnel.inner->ports == 0x0400'0300);
  };
  for (const auto port : std::to_array<std::uint16_t>({4789, 8472})) {
    const auto vxlan = inner_of(
        FlowFrame{}.macs().ipv4({}).udp(9, port).be32(0x0800'0000).be32(0x100).macs(5, 6).ipv4(ip).tcp(3, 4));
    check_ip(vxlan);
    CHECK(vxlan.inner_is_ethernet);
    CHECK(vxlan.inner->source_mac == 0x0600'0000'0000);
  }
  for (unsigned flags = 0; flags < 8; ++flags) {  // checksum, key, sequence number
    const unsigned bits = (flags & 1U) << 15 | (flags & 2U) << 12 | (flags & 4U) << 10;
    FlowFrame gre;
    gre.macs().ipv4({.protocol = 47}).be16(bits).be16(0x0800);
    for (unsigned i = 0; i < 3; ++i)
      if ((flags >> i & 1U) != 0) gre.be32(0xdeadbeef);
    CAPTURE(flags);
    check_ip(inner_of(gre.ipv4_header(ip).tcp(3, 4)));
  }
  check_ip(inner_of(FlowFrame{}.macs().ipv4({.protocol = 47}).be32(0x6558).macs(5, 6).ipv4(ip).tcp(3, 4)));
  check_ip(inner_of(FlowFrame{}.macs().ipv4({.protocol = 4}).ipv4_header(ip).tcp(3, 4)));
  check_ip(inner_of(FlowFrame{}.macs().ipv6({.next = 4}).ipv4_header(ip).tcp(3, 4)));
  const auto six = inner_of(FlowFrame{}.macs().ipv4({.protocol = 41}).ipv6_header({.next = 6}).tcp(3, 4));
  REQUIRE(six.inner);
  CHECK(six.inner->ip == IpVersion::v6);

  const auto gtp = [&](unsigned flags) {
    return FlowFrame{}.macs().ipv4({}).udp(2152, 2152).u8(flags).u8(255).be16(60).be32(0x11223344);
  };
  check_ip(inner_of(gtp(0x30).ipv4_header(ip).tcp(3, 4)));
  check_ip(inner_of(gtp(0x32).be32(0).ipv4_header(ip).tcp(3, 4)));
  // A PDU Session Container (5G): one extension header of four octets.
  check_ip(inner_of(gtp(0x34).be32(0x85).be32(0x0100'0000).ipv4_header(ip).tcp(3, 4)));
  CHECK(inner_of(gtp(0x30).ipv4_header(ip).tcp(3, 4)).teid == 0x4433'2211U);
  const auto unreadable = inner_of(gtp(0x30).be32(0));
  CHECK_FALSE(unreadable.inner);
  CHECK(unreadable.teid == 0x4433'2211U);
}

TEST_CASE("A fragmented tunnel is not looked into", "[wire][flow]") {
  const auto frame = FlowFrame{}
                         .macs()
                         .ipv4({.protocol = 4, .flags_and_offset = FlowFrame::kMoreFragments})
                         .ipv4_header({})
                         .udp(1, 2);
  CHECK_FALSE(walk_tunnel(frame.octets(), walk_frame(frame.octets())).inner);
}

TEST_CASE("A frame cut anywhere is walked within its octets, and keeps what it has", "[wire][flow]") {
  for (const FlowFrame& frame : every_kind()) {
    const auto whole = walk_frame(frame.octets());
    for (std::size_t size = 0; size <= frame.octets().size(); ++size) {
      with_exact_copy(frame.octets().first(size), [&](std::span<const std::byte> cut) {
        const auto headers = walk_frame(cut);
        static_cast<void>(walk_tunnel(cut, headers));
        CAPTURE(size);
        if (size >= 12) CHECK(headers.source_mac == whole.source_mac);
        if (headers.ip != IpVersion::none) CHECK(headers.source == whole.source);
        if (headers.has_ports) CHECK(headers.ports == whole.ports);
      });
    }
  }
}

TEST_CASE("Frames with octets changed at random are walked within their octets", "[wire][flow]") {
  lagoon::test::Prng random{1};
  const auto frames = every_kind();
  for (int round = 0; round < 20'000; ++round) {
    const auto original = frames[random.below(frames.size())].octets();
    std::vector<std::byte> mutated(original.begin(), original.end());
    mutated.resize(random.between(1, mutated.size()));
    for (std::uint64_t i = random.below(6); i > 0; --i)
      mutated[random.below(mutated.size())] = static_cast<std::byte>(random.u8());
    with_exact_copy(mutated, [](std::span<const std::byte> octets) {
      const auto headers = walk_frame(octets);
      CHECK(headers.payload_at <= octets.size() + 64 + 2048);
      static_cast<void>(walk_tunnel(octets, headers));
    });
  }
}

}  // namespace flow_headers_test
