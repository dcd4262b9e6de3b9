#include "dist/flow_hash.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "support/catch.hpp"
#include "support/flow_frames.hpp"
#include "support/prng.hpp"

namespace flow_hash_test {

using lagoon::test::FlowFrame;
using lagoon::test::Ipv4;
using lagoon::test::Ipv6;
using lagoon::test::Prng;
using namespace lagoon::dist;

namespace {

std::uint32_t hash(const FlowFrame& frame, HashPolicy policy, bool symmetric = false,
                   std::uint32_t seed = 1) {
  return flow_hash(frame.octets(), {.policy = policy, .seed = seed, .symmetric = symmetric});
}

constexpr std::size_t kPolicies = kHashPolicyNames.size();
constexpr HashPolicy policy_at(std::size_t i) {
  return static_cast<HashPolicy>(i);
}

// What a policy looks at, by its name.
struct Row {
  HashPolicy policy;
  bool source_mac, destination_mac, source_ip, destination_ip, ports, vlan;
};
constexpr Row kLooksAt[] = {
    {HashPolicy::l2, true, true, false, false, false, false},
    {HashPolicy::src_mac, true, false, false, false, false, false},
    {HashPolicy::dst_mac, false, true, false, false, false, false},
    {HashPolicy::src_ip, false, false, true, false, false, false},
    {HashPolicy::dst_ip, false, false, false, true, false, false},
    {HashPolicy::l3, false, false, true, true, false, false},
    {HashPolicy::l23, true, true, true, true, false, false},
    {HashPolicy::l34, false, false, true, true, true, false},
    {HashPolicy::l234, true, true, true, true, true, false},
    {HashPolicy::vlan_src_mac, true, false, false, false, false, true},
    {HashPolicy::encap23, true, true, true, true, false, false},
    {HashPolicy::encap34, false, false, true, true, true, false},
};
static_assert(std::size(kLooksAt) == kPolicies);

}  // namespace

TEST_CASE("SSE 4.2 and the portable CRC-32C agree", "[dist][hash]") {
  CHECK(portable::crc32c(0xffffffff, 0x31, 1) != 0);
  Prng random{2};
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t start = random.u32();
    const std::uint64_t value = random.next();
    CHECK(crc32c(start, value) == portable::crc32c(start, value, 8));
    const auto low = static_cast<std::uint32_t>(value);
    CHECK(crc32c(start, low) == portable::crc32c(start, low, 4));
  }
}

TEST_CASE("A policy looks at the fields that its name says and at no other", "[dist][hash]") {
  for (const bool tagged : {false, true})  // the general walk as well as the fast path
    for (const Row& row : kLooksAt) {
      const auto with = [&](std::uint64_t smac, std::uint64_t dmac, std::uint32_t sip, std::uint32_t dip,
                            std::uint16_t port, std::uint16_t vid) {
        FlowFrame frame;
        frame.macs(dmac, smac);
        if (tagged || vid != 0) frame.tag(0x8100, static_cast<std::uint16_t>(vid + 1));
        return hash(frame.ipv4({.source = sip, .destination = dip}).udp(port, 9), row.policy);
      };
      CAPTURE(name_of(row.policy), tagged);
      const auto base = with(1, 2, 3, 4, 5, 0);
      CHECK((with(9, 2, 3, 4, 5, 0) != base) == row.source_mac);
      CHECK((with(1, 9, 3, 4, 5, 0) != base) == row.destination_mac);
      CHECK((with(1, 2, 9, 4, 5, 0) != base) == row.source_ip);
      CHECK((with(1, 2, 3, 9, 5, 0) != base) == row.destination_ip);
      CHECK((with(1, 2, 3, 4, 9, 0) != base) == row.ports);
      CHECK((with(1, 2, 3, 4, 5, 6) != base) == row.vlan);
    }
}

TEST_CASE("The same holds for IPv6", "[dist][hash]") {
  for (const Row& row : kLooksAt) {
    const auto with = [&](std::uint64_t smac, std::uint64_t dmac, std::uint64_t sip, std::uint64_t dip,
                          std::uint16_t port) {
      return hash(FlowFrame{}.macs(dmac, smac).ipv6({.source = sip, .destination = dip}).udp(port, 9),
                  row.policy);
    };
    CAPTURE(name_of(row.policy));
    const auto base = with(1, 2, 3, 4, 5);
    CHECK((with(9, 2, 3, 4, 5) != base) == row.source_mac);
    CHECK((with(1, 9, 3, 4, 5) != base) == row.destination_mac);
    CHECK((with(1, 2, 9, 4, 5) != base) == row.source_ip);
    CHECK((with(1, 2, 3, 9, 5) != base) == row.destination_ip);
    CHECK((with(1, 2, 3, 4, 9) != base) == row.ports);
  }
}

TEST_CASE("Fast path and general walk give the same fold for every policy", "[dist][hash]") {
  Prng random{3};
  for (int round = 0; round < 2000; ++round) {
    FlowFrame frame;
    frame.macs(random.next() >> 16, random.next() >> 16);
    frame.ipv4({.source = random.u32(),
                .destination = random.u32(),
                .protocol = static_cast<std::uint8_t>(random.chance(0.5) ? 6 : 17),
                .flags_and_offset = random.chance(0.5) ? FlowFrame::kDontFragment : std::uint16_t{0}});
    frame.udp(random.u16(), random.chance(0.2) ? std::uint16_t{4789} : random.u16()).zeros(30);
    for (std::size_t i = 0; i < kPolicies; ++i)
      for (const bool symmetric : {false, true})
        with_policy(
            {.policy = policy_at(i), .symmetric = symmetric}, [&]<HashPolicy policy, Direction direction>() {
              CHECK(fold<policy, direction>(frame.octets()) == fold_frame<policy, direction>(frame.octets()));
            });
  }
}

namespace {

// Puts a tunnel's outer headers, or none; what follows lies in it. Now and then they are not quite right.
void put_tunnel(Prng& random, FlowFrame& frame) {
  const auto flip = [&](std::uint32_t value, std::uint32_t bits) {
    return random.chance(0.1) ? value ^ (random.u32() & bits) : value;
  };
  const auto outer = [&](std::uint8_t protocol) {
    frame.ipv4({.source = 1,
                .destination = 2,
                .protocol = protocol,
                .flags_and_offset = random.chance(0.05) ? random.u16() : std::uint16_t{0},
                .option_words = static_cast<std::uint8_t>(random.chance(0.05) ? 2 : 0)});
  };
  const auto macs = [&] { frame.macs(random.next() >> 16, random.next() >> 16); };
  switch (random.below(4)) {
    case 0:
      outer(17);
      frame.udp(random.u16(), random.chance(0.5) ? 4789 : 8472)
          .be32(flip(0x0800'0000, 0xff00'0000))
          .be32(random.u32());
      return macs();
    case 1: {
      outer(47);
      const std::uint32_t flags = flip(static_cast<std::uint32_t>(random.below(16)) << 12 & 0xb000U, 0xffff);
      frame.be16(flags).be16(0x6558);
      for (std::uint32_t left = flags & 0xb000U; left != 0; left &= left - 1) frame.be32(random.u32());
      return macs();
    }
    default:
      return;
  }
}

// One of the tunnels that have IP in them, with an IP header and ports to follow.
FlowFrame ip_in_a_tunnel(Prng& random) {
  const bool v6 = random.chance(0.4);
  FlowFrame frame;
  frame.macs(random.next() >> 16, random.next() >> 16);
  const auto kind = random.below(3);
  const auto in_ip = static_cast<std::uint8_t>(v6 ? 41 : 4);
  frame.ipv4({.protocol = std::array<std::uint8_t, 3>{17, 47, in_ip}[kind]});
  if (kind == 0)
    frame.udp(7, 2152)
        .u8(random.chance(0.2) ? random.below(256) : 0x30)
        .u8(random.chance(0.1) ? random.below(256) : 255)
        .be16(20)
        .be32(random.below(3));
  if (kind == 1) {
    const std::uint32_t flags = random.chance(0.1) ? random.u16() : random.below(4) << 12 & 0x3000U;
    frame.be16(flags).be16(v6 ? 0x86dd : 0x0800);
    for (std::uint32_t left = flags & 0xb000U; left != 0; left &= left - 1) frame.be32(random.u32());
  }
  const auto protocol = static_cast<std::uint8_t>(random.chance(0.4) ? 6 : random.chance(0.9) ? 17 : 50);
  const auto source = static_cast<std::uint32_t>(random.below(3));
  if (v6)
    frame.ipv6_header(
        {.source = source, .next = protocol, .flow_label = static_cast<std::uint32_t>(random.below(2))});
  else
    frame.ipv4_header({.source = source, .protocol = protocol});
  return frame.udp(static_cast<std::uint16_t>(random.below(3)), 4789).zeros(30);
}

// Of all that a network carries, whole and cut anywhere.
FlowFrame any_frame(Prng& random) {
  if (random.chance(0.2)) return ip_in_a_tunnel(random);
  FlowFrame frame;
  frame.macs(random.next() >> 16, random.next() >> 16);
  put_tunnel(random, frame);
  for (std::size_t tags = random.chance(0.5) ? 0 : random.between(1, 3); tags > 0; --tags)
    frame.tag(random.chance(0.8) ? 0x8100 : 0x88a8, static_cast<std::uint16_t>(random.below(4096)));
  constexpr std::array<std::uint8_t, 8> kProtocols{6, 6, 17, 17, 1, 47, 50, 132};
  const std::uint8_t protocol = kProtocols[random.below(kProtocols.size())];
  if (random.chance(0.5)) {
    frame.ipv4({.source = static_cast<std::uint32_t>(random.below(3)),
                .destination = static_cast<std::uint32_t>(random.below(3)),
                .protocol = protocol,
                .flags_and_offset = random.chance(0.3) ? random.u16() : std::uint16_t{0},
                .option_words = static_cast<std::uint8_t>(random.chance(0.3) ? random.below(11) : 0)});
  } else {
    const bool extended = random.chance(0.3);
    frame.ipv6({.source = random.below(3),
                .destination = random.below(3),
                .next = extended ? std::uint8_t{0} : protocol,
                .flow_label = static_cast<std::uint32_t>(random.below(2))});
    if (extended) frame.extension(protocol);
  }
  frame.udp(static_cast<std::uint16_t>(random.below(3)), static_cast<std::uint16_t>(random.below(3)))
      .zeros(30);
  return frame;
}

}  // namespace

TEST_CASE("What is common and not plain has the general walk's fold, and most of it a short way",
          "[dist][hash]") {
  Prng random{4};
  std::size_t differ = 0, common = 0, tunnels = 0;
  constexpr int kRounds = 50'000;
  for (int round = 0; round < kRounds; ++round) {
    const FlowFrame whole = any_frame(random);
    std::span<const std::byte> frame = whole.octets();
    if (random.chance(0.2)) frame = frame.first(random.below(frame.size()));
    for (std::size_t i = 0; i < kPolicies; ++i)
      for (const bool symmetric : {false, true})
        with_policy(
            {.policy = policy_at(i), .symmetric = symmetric}, [&]<HashPolicy policy, Direction direction>() {
              differ += fold<policy, direction>(frame) != fold_frame<policy, direction>(frame) ? 1U : 0U;
            });
    common += detail::fold_common<HashPolicy::l34, Direction::matters>(frame) != detail::kNotCommon ? 1U : 0U;
    tunnels +=
        detail::fold_tunnel<HashPolicy::encap34, Direction::matters>(frame) != detail::kNotCommon ? 1U : 0U;
  }
  CHECK(differ == 0);
  CHECK(common > kRounds / 5);
  CHECK(tunnels > kRounds / 5);
}

TEST_CASE("Tags, options, DF, TTL and identification do not tell conversations apart under l3+4",
          "[dist][hash]") {
  const auto plain = hash(FlowFrame{}.macs().ipv4({}).udp(1, 2), HashPolicy::l34);
  CHECK(hash(FlowFrame{}.macs().tag(0x8100, 5).ipv4({}).udp(1, 2), HashPolicy::l34) == plain);
  CHECK(hash(FlowFrame{}.macs().tag(0x88a8, 7).tag(0x8100, 5).ipv4({}).udp(1, 2), HashPolicy::l34) == plain);
  CHECK(hash(FlowFrame{}.macs().ipv4({.option_words = 3}).udp(1, 2), HashPolicy::l34) == plain);
  CHECK(hash(FlowFrame{}.macs().ipv4({.flags_and_offset = FlowFrame::kDontFragment}).udp(1, 2),
             HashPolicy::l34) == plain);
  CHECK(hash(FlowFrame{}.macs().ipv4({.id = 99, .ttl = 3}).udp(1, 2), HashPolicy::l34) == plain);
  CHECK(hash(FlowFrame{}.macs().ipv4({.protocol = 6}).tcp(1, 2), HashPolicy::l34) != plain);
}

TEST_CASE("A fragment hashes as its siblings under every policy, whatever it carries", "[dist][hash]") {
  Prng random{4};
  for (std::size_t i = 0; i < kPolicies; ++i)
    for (int round = 0; round < 50; ++round) {
      const Ipv4 ip{.source = random.u32(), .destination = random.u32()};
      const auto fragment = [&](std::uint16_t flags_and_offset) {
        Ipv4 one = ip;
        one.flags_and_offset = flags_and_offset;
        return hash(FlowFrame{}.macs().ipv4(one).be64(random.next()).be64(random.next()), policy_at(i));
      };
      const auto first = fragment(FlowFrame::kMoreFragments);
      CAPTURE(name_of(policy_at(i)));
      CHECK(fragment(FlowFrame::kMoreFragments | 185) == first);
      CHECK(fragment(370) == first);
      const auto fragment6 = [&](std::uint16_t offset_and_more) {
        return hash(FlowFrame{}
                        .macs()
                        .ipv6({.source = ip.source, .next = 44, .flow_label = 0x12345})
                        .fragment(17, offset_and_more)
                        .be64(random.next()),
                    policy_at(i));
      };
      CHECK(fragment6(1) == fragment6(1448 | 1));
      CHECK(fragment6(1) == fragment6(2896));
    }
}

TEST_CASE("The IPv6 flow label counts where ports can't be read, and only there", "[dist][hash]") {
  const auto with = [](std::uint8_t next, std::uint32_t label, bool symmetric = false) {
    return hash(FlowFrame{}.macs().ipv6({.next = next, .flow_label = label}).udp(1, 2), HashPolicy::l34,
                symmetric);
  };
  CHECK(with(17, 5) == with(17, 6));
  CHECK(with(50, 5) != with(50, 6));
  CHECK(with(50, 5, true) == with(50, 6, true));
}

TEST_CASE("Symmetric: both directions of a conversation hash alike, and not otherwise", "[dist][hash]") {
  Prng random{5};
  for (const HashPolicy policy : {HashPolicy::l2, HashPolicy::l3, HashPolicy::l23, HashPolicy::l34,
                                  HashPolicy::l234, HashPolicy::encap23, HashPolicy::encap34})
    for (int round = 0; round < 200; ++round) {
      const std::uint64_t a = random.next() >> 16;
      const std::uint64_t b = random.next() >> 16;
      const auto ip_a = random.u32();
      const auto ip_b = round % 4 == 0 ? ip_a : random.u32();  // one host with itself: the ports decide
      const auto port_a = random.u16();
      const auto port_b = random.u16();
      const auto v4 = [&](bool back, bool symmetric) {
        return hash(FlowFrame{}
                        .macs(back ? a : b, back ? b : a)
                        .ipv4({.source = back ? ip_b : ip_a, .destination = back ? ip_a : ip_b})
                        .udp(back ? port_b : port_a, back ? port_a : port_b),
                    policy, symmetric);
      };
      const auto v6 = [&](bool back, bool symmetric) {
        return hash(FlowFrame{}
                        .macs(back ? a : b, back ? b : a)
                        .ipv6({.source = back ? ip_b : ip_a, .destination = back ? ip_a : ip_b})
                        .udp(back ? port_b : port_a, back ? port_a : port_b),
                    policy, symmetric);
      };
      CAPTURE(name_of(policy));
      CHECK(v4(false, true) == v4(true, true));
      CHECK(v6(false, true) == v6(true, true));
      if (ip_a != ip_b) CHECK(v4(false, false) != v4(true, false));
      if (ip_a != ip_b) CHECK(v6(false, false) != v6(true, false));
    }
}

TEST_CASE("What is not IP hashes by its addresses under every policy for IP", "[dist][hash]") {
  for (const HashPolicy policy :
       {HashPolicy::src_ip, HashPolicy::dst_ip, HashPolicy::l3, HashPolicy::l23, HashPolicy::l34,
        HashPolicy::l234, HashPolicy::encap23, HashPolicy::encap34}) {
    const auto arp = [&](std::uint64_t destination, std::uint64_t source) {
      return hash(FlowFrame{}.macs(destination, source).be16(0x0806).zeros(28), policy);
    };
    CAPTURE(name_of(policy));
    CHECK(arp(1, 2) != arp(1, 3));
    CHECK(arp(1, 2) != arp(4, 2));
  }
}

TEST_CASE("encap policies see the inner conversation, others the outer one", "[dist][hash]") {
  const auto vxlan = [](std::uint16_t outer_port, std::uint32_t inner_source, std::uint16_t inner_port) {
    return FlowFrame{}
        .macs()
        .ipv4({})
        .udp(outer_port, 4789)
        .be64(0x0800'0000'0000'0100)
        .macs(5, 6)
        .ipv4({.source = inner_source})
        .udp(inner_port, 2);
  };
  CHECK(hash(vxlan(1, 3, 4), HashPolicy::encap34) == hash(vxlan(2, 3, 4), HashPolicy::encap34));
  CHECK(hash(vxlan(1, 3, 4), HashPolicy::encap34) != hash(vxlan(1, 3, 5), HashPolicy::encap34));
  CHECK(hash(vxlan(1, 3, 4), HashPolicy::encap23) == hash(vxlan(1, 3, 5), HashPolicy::encap23));
  CHECK(hash(vxlan(1, 3, 4), HashPolicy::encap23) != hash(vxlan(1, 9, 4), HashPolicy::encap23));
  CHECK(hash(vxlan(1, 3, 4), HashPolicy::l34) == hash(vxlan(1, 9, 5), HashPolicy::l34));
  // The same conversation inside and outside of a tunnel is the same.
  CHECK(hash(vxlan(1, 3, 4), HashPolicy::encap34) ==
        hash(FlowFrame{}.macs().ipv4({.source = 3}).udp(4, 2), HashPolicy::encap34));
  const auto gtp = [](std::uint32_t teid) {
    return FlowFrame{}.macs().ipv4({}).udp(2152, 2152).u8(0x30).u8(255).be16(9).be32(teid).be32(0);
  };
  CHECK(hash(gtp(1), HashPolicy::encap34) != hash(gtp(2), HashPolicy::encap34));
  CHECK(hash(gtp(1), HashPolicy::l34) == hash(gtp(2), HashPolicy::l34));
}

TEST_CASE("Hashing a frame cut anywhere stays within its octets", "[dist][hash]") {
  const auto whole =
      FlowFrame{}.macs().ipv4({}).udp(1, 4789).be64(0x0800'0000'0000'0000).macs().ipv4({}).udp(1, 2);
  for (std::size_t size = 0; size <= whole.octets().size(); ++size) {
    const auto copy = std::make_unique<std::byte[]>(size);
    std::copy_n(whole.octets().begin(), size, copy.get());
    const std::span<const std::byte> cut{copy.get(), size};
    for (std::size_t i = 0; i < kPolicies; ++i)
      CHECK(flow_hash(cut, {.policy = policy_at(i)}) == flow_hash(cut, {.policy = policy_at(i)}));
    // From the ports on nothing is missing that l3+4 looks at.
    if (size >= 38)
      CHECK(flow_hash(cut, {}) == flow_hash(whole.octets(), {}));
    else
      CHECK(flow_hash(cut, {}) != flow_hash(whole.octets(), {}));
  }
}

}  // namespace flow_hash_test
