#include "failover/announcer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "wire/arp.hpp"
#include "wire/group_membership.hpp"
#include "wire/learning.hpp"
#include "wire/neighbor.hpp"

namespace announcer_test {

using namespace lagoon;
using namespace lagoon::failover;

namespace {

const MacAddress kLag{{0x02, 0x4c, 0x41, 0, 0, 1}};
const MacAddress kStation{{0x02, 0, 0, 0, 0, 0x51}};
const MacAddress kOther{{0x02, 0, 0, 0, 0, 0x52}};
constexpr Ipv4Address kV4{{10, 0, 0, 1}};
constexpr Ipv4Address kV4Tagged{{10, 5, 0, 1}};
constexpr Ipv6Address kV6{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
constexpr Ipv4Address kSender{{10, 0, 0, 9}};
constexpr Ipv4Address kGroup{{239, 1, 1, 1}};
constexpr Ipv4Address kGroup2{{239, 1, 1, 2}};
constexpr Ipv6Address kGroup6{{0xff, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}};
constexpr Ipv6Address kSender6{{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}};

enum class Kind : std::uint8_t { arp, neighbor, learning, membership };
using Seen = std::pair<Duration, Kind>;

struct Sent {
  Instant at{};
  wire::ControlFrame frame{};
};

Kind kind_of(const wire::ControlFrame& frame) {
  if (wire::parse_arp(frame)) return Kind::arp;
  if (wire::parse_neighbor(frame)) return Kind::neighbor;
  if (wire::parse_membership(frame)) return Kind::membership;
  REQUIRE(std::ranges::equal(frame.octets(), wire::learning_frame(kLag, std::nullopt).octets()));
  return Kind::learning;
}

// From `now` on, only what is due happens.
std::vector<Sent> run(Announcer& announcer, Instant now, Duration time) {
  std::vector<Sent> sent;
  const Instant end = now + time;
  for (auto due = announcer.deadline(); due && *due < end; due = announcer.deadline()) {
    REQUIRE(*due >= now);
    now = *due;
    while (const auto frame = announcer.transmit(kLag, now)) sent.push_back({now, *frame});
    REQUIRE(sent.size() < 10'000);
  }
  return sent;
}

std::vector<Seen> seen(const std::vector<Sent>& sent, Instant since) {
  std::vector<Seen> all;
  for (const Sent& one : sent) all.emplace_back(one.at - since, kind_of(one.frame));
  return all;
}

wire::ControlFrame report(const MacAddress& from, const IpAddress& sender, const IpAddress& group,
                          std::optional<std::uint16_t> vlan_tci = {}) {
  return wire::emit_membership(from, sender, group, vlan_tci);
}

// An IGMPv2 Leave Group, made of a report by its type octet and checksum (RFC 2236 2.1).
std::vector<std::byte> leave(const MacAddress& from, const Ipv4Address& group) {
  const wire::ControlFrame joined = report(from, kSender, group);
  std::vector<std::byte> frame(joined.octets().begin(), joined.octets().end());
  constexpr std::size_t kIgmp = 14 + 24;
  frame[kIgmp] = std::byte{0x17};
  // Report and leave differ by 0x0100 in the first word, and so does the one's complement of the sum.
  const unsigned sum =
      (std::to_integer<unsigned>(frame[kIgmp + 2]) << 8) + std::to_integer<unsigned>(frame[kIgmp + 3]);
  const unsigned less = sum >= 0x0100 ? sum - 0x0100 : sum + 0xfeff;
  frame[kIgmp + 2] = static_cast<std::byte>(less >> 8);
  frame[kIgmp + 3] = static_cast<std::byte>(less & 0xff);
  REQUIRE(wire::parse_membership(frame));
  return frame;
}

constexpr Instant kStart{100s};

}  // namespace

TEST_CASE("After a failover every address is announced exactly as often as was asked for, from at once on",
          "[failover][announcer]") {
  const HostAddress v4{.address = kV4};
  const HostAddress v4_tagged{.address = kV4Tagged, .vlan = 5};
  const HostAddress v6{.address = kV6};
  using enum Kind;
  struct Row {
    const char* story;
    std::vector<HostAddress> hosts;
    AnnounceOptions options;
    std::vector<Seen> sent;
  };
  const std::vector<Row> rows{
      {"one of each", {v4}, {}, {{0s, arp}}},
      {"three rounds, as fast as may be", {v4}, {.num_grat_arp = 3}, {{0s, arp}, {100ms, arp}, {200ms, arp}}},
      {"rounds peer_notif_delay apart",
       {v4, v4_tagged},
       {.num_grat_arp = 2, .peer_notif_delay = 1s},
       {{0s, arp}, {0s, arp}, {1s, arp}, {1s, arp}}},
      {"each family its own number",
       {v4, v6},
       {.num_grat_arp = 1, .num_unsol_na = 3},
       {{0s, arp}, {0s, neighbor}, {100ms, neighbor}, {200ms, neighbor}}},
      {"no IPv4 address, no ARP", {v6}, {.num_grat_arp = 5}, {{0s, neighbor}}},
      {"none at all", {v4, v6}, {.num_grat_arp = 0, .num_unsol_na = 0}, {}},
      {"no address: learning frames", {}, {.num_grat_arp = 2}, {{0s, learning}, {100ms, learning}}},
      {"no address, and no announcement wanted", {}, {.num_grat_arp = 0, .num_unsol_na = 9}, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.story);
    Announcer announcer;
    announcer.set_hosts(row.hosts);
    CHECK_FALSE(announcer.deadline());
    announcer.announce(row.options, kStart);
    CHECK(announcer.deadline().has_value() == !row.sent.empty());
    CHECK((seen(run(announcer, kStart, 1h), kStart) == row.sent));
    CHECK_FALSE(announcer.deadline());
    CHECK_FALSE(announcer.transmit(kLag, kStart + 1h));
  }
}

TEST_CASE("255 announcements are 255", "[failover][announcer]") {
  Announcer announcer;
  announcer.set_hosts(std::vector<HostAddress>{{.address = kV4}});
  announcer.announce({.num_grat_arp = 255}, kStart);
  CHECK(run(announcer, kStart, 1h).size() == 255);
}

TEST_CASE("What is announced is the LAG's address, in the VLAN of the host address",
          "[failover][announcer]") {
  Announcer announcer;
  announcer.set_hosts(std::vector<HostAddress>{
      {.address = kV4}, {.address = kV4Tagged, .vlan = 5}, {.address = kV6, .vlan = 6}});
  announcer.announce({}, kStart);
  const std::vector<Sent> sent = run(announcer, kStart, 1s);
  REQUIRE(sent.size() == 3);
  const auto first = wire::parse_arp(sent[0].frame);
  REQUIRE(first);
  CHECK(first->is_gratuitous());
  CHECK((first->sender_ip == kV4));
  CHECK((first->sender_mac == kLag));
  CHECK((first->source == kLag));
  CHECK_FALSE(first->vlan_tci);
  const auto second = wire::parse_arp(sent[1].frame);
  REQUIRE(second);
  CHECK((second->sender_ip == kV4Tagged));
  CHECK(second->vlan_tci == 5);
  const auto third = wire::parse_neighbor(sent[2].frame);
  REQUIRE(third);
  CHECK((third->target == kV6));
  CHECK((third->link_layer == kLag));
  CHECK(third->override_flag);
  CHECK_FALSE(third->solicited);
  CHECK(third->vlan_tci == 6);
}

TEST_CASE("A second failover starts anew, and nobody active ends it", "[failover][announcer]") {
  Announcer announcer;
  announcer.set_hosts(std::vector<HostAddress>{{.address = kV4}});
  announcer.note_membership(report(kStation, kSender, kGroup), kStart);
  const AnnounceOptions options{.num_grat_arp = 3, .peer_notif_delay = 1s, .resend_igmp = 3};
  announcer.announce(options, kStart);
  CHECK(run(announcer, kStart, 1100ms).size() == 2 + 3);
  announcer.announce(options, kStart + 1500ms);
  CHECK(run(announcer, kStart + 1500ms, 1h).size() == 3 + 3);
  announcer.announce(options, kStart + 2h);
  CHECK(announcer.transmit(kLag, kStart + 2h));
  announcer.cancel();
  CHECK_FALSE(announcer.deadline());
  CHECK_FALSE(announcer.transmit(kLag, kStart + 3h));
  announcer.announce(options, kStart + 4h);
  CHECK(run(announcer, kStart + 4h, 1h).size() == 3 + 3);
}

TEST_CASE("A control lcore that was late does not catch up in a burst", "[failover][announcer]") {
  Announcer announcer;
  announcer.set_hosts(std::vector<HostAddress>{{.address = kV4}});
  announcer.announce({.num_grat_arp = 3}, kStart);
  std::size_t sent = 0;
  while (announcer.transmit(kLag, kStart + 1s)) ++sent;
  CHECK(sent == 1);
  CHECK(announcer.deadline() == kStart + 1100ms);
}

TEST_CASE("Addresses that change between rounds are announced in what is left", "[failover][announcer]") {
  Announcer announcer;
  announcer.announce({.num_grat_arp = 3}, kStart);
  CHECK(run(announcer, kStart, 50ms).size() == 1);
  announcer.set_hosts(std::vector<HostAddress>{{.address = kV4}, {.address = kV4Tagged}});
  const std::vector<Sent> rest = run(announcer, kStart + 50ms, 1h);
  REQUIRE(rest.size() == 4);
  CHECK(kind_of(rest[0].frame) == Kind::arp);
}

TEST_CASE("Groups that stations joined are reported again, resend-igmp times, 200 ms apart",
          "[failover][announcer][igmp]") {
  Announcer announcer;
  announcer.note_membership(report(kStation, kSender, kGroup, 0x6005), kStart);
  announcer.note_membership(report(kStation, kSender6, kGroup6), kStart);
  CHECK(announcer.groups() == 2);
  announcer.announce({.num_grat_arp = 0, .num_unsol_na = 0, .resend_igmp = 3}, kStart);
  const std::vector<Sent> sent = run(announcer, kStart, 1h);
  REQUIRE(sent.size() == 6);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    CHECK(sent[i].at == kStart + (i / 2) * 200ms);
    const auto said = wire::parse_membership(sent[i].frame);
    REQUIRE(said);
    REQUIRE(said->groups.size() == 1);
    CHECK((said->source == kStation));
    CHECK_FALSE(said->groups[0].leaves);
    CHECK((said->groups[0].group == (i % 2 == 0 ? IpAddress{kGroup} : IpAddress{kGroup6})));
    CHECK((said->sender == (i % 2 == 0 ? IpAddress{kSender} : IpAddress{kSender6})));
    CHECK((said->vlan_tci == (i % 2 == 0 ? std::optional<std::uint16_t>{0x6005} : std::nullopt)));
  }
  announcer.announce({.num_grat_arp = 0, .num_unsol_na = 0, .resend_igmp = 0}, kStart + 2h);
  CHECK_FALSE(announcer.deadline());
}

TEST_CASE("A group is remembered once for each station and VLAN, and forgotten when it is left",
          "[failover][announcer][igmp]") {
  Announcer announcer;
  for (int i = 0; i < 3; ++i) announcer.note_membership(report(kStation, kSender, kGroup), kStart);
  CHECK(announcer.groups() == 1);
  announcer.note_membership(report(kOther, kSender, kGroup), kStart);
  announcer.note_membership(report(kStation, kSender, kGroup, std::uint16_t{7}), kStart);
  announcer.note_membership(report(kStation, kSender, kGroup, std::uint16_t{0x6007}), kStart);
  announcer.note_membership(report(kStation, kSender, kGroup2), kStart);
  CHECK(announcer.groups() == 4);
  announcer.note_membership(leave(kStation, kGroup), kStart);
  CHECK(announcer.groups() == 3);
  announcer.note_membership(leave(kStation, kGroup), kStart);
  CHECK(announcer.groups() == 3);
  announcer.note_membership(wire::emit_arp(wire::arp_probe(kStation, kV4, std::nullopt)), kStart);
  announcer.note_membership({}, kStart);
  CHECK(announcer.groups() == 3);
}

TEST_CASE("A group that is left during a round makes no other one be skipped",
          "[failover][announcer][igmp]") {
  Announcer announcer;
  for (const Ipv4Address& group : {kGroup, kGroup2, Ipv4Address{{239, 1, 1, 3}}})
    announcer.note_membership(report(kStation, kSender, group), kStart);
  announcer.announce({.num_grat_arp = 0, .num_unsol_na = 0}, kStart);
  REQUIRE(announcer.transmit(kLag, kStart));
  announcer.note_membership(leave(kStation, kGroup), kStart);
  const std::vector<Sent> rest = run(announcer, kStart, 1h);
  REQUIRE(rest.size() == 2);
  CHECK((wire::parse_membership(rest[0].frame)->groups[0].group == IpAddress{kGroup2}));
}

TEST_CASE("Groups are bounded: one too many is refused and counted, unless one was silent for long",
          "[failover][announcer][igmp]") {
  Announcer announcer;
  const auto group = [](std::size_t i) {
    return Ipv4Address{{239, 2, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
  };
  const std::size_t max = Announcer::kGroupsMax;
  for (std::size_t i = 0; i < max; ++i)
    announcer.note_membership(report(kStation, kSender, group(i)), kStart);
  CHECK(announcer.groups_refused() == 0);
  announcer.note_membership(report(kStation, kSender, group(max)), kStart + 259s);
  CHECK(announcer.groups() == max);
  CHECK(announcer.groups_refused() == 1);
  announcer.note_membership(report(kStation, kSender, group(0)), kStart + 260s);  // no new one
  announcer.note_membership(report(kStation, kSender, group(max)), kStart + 260s);
  CHECK(announcer.groups() == max);
  CHECK(announcer.groups_refused() == 1);
  announcer.announce({.num_grat_arp = 0, .num_unsol_na = 0}, kStart + 260s);
  std::vector<IpAddress> told;
  for (const Sent& sent : run(announcer, kStart + 260s, 1h))
    told.push_back(wire::parse_membership(sent.frame)->groups[0].group);
  CHECK(told.size() == max);
  CHECK(std::ranges::count(told, IpAddress{group(0)}) == 1);
  CHECK(std::ranges::count(told, IpAddress{group(1)}) == 0);
  CHECK(std::ranges::count(told, IpAddress{group(max)}) == 1);
}

}  // namespace announcer_test
