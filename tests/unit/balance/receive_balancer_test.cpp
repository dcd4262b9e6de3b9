#include "balance/receive_balancer.hpp"

#include <algorithm>
#include <vector>

#include "lan.hpp"
#include "support/catch.hpp"
#include "wire/arp.hpp"

namespace receive_balancer_test {

using namespace lagoon;
using namespace lagoon::balance;
using namespace lagoon::test;
using wire::ArpFrame;
using wire::ArpOperation;

namespace {

constexpr MacAddress kLag = mac_of(1, 0);
constexpr MacAddress kStation = mac_of(2, 0);
constexpr Ipv4Address kHost = ip_of(0, 1);
constexpr Ipv4Address kClient = ip_of(0, 10);

ReceiveMembers three() {
  ReceiveMembers members{.usable = 0b111, .active = MemberIndex{0}, .lag = kLag};
  for (std::uint16_t m = 0; m < 3; ++m) {
    members.address[m] = mac_of(1, m);
    members.capacity[m] = 10;
  }
  return members;
}

ArpFrame reply_to(Ipv4Address client, const MacAddress& mac = kStation) {
  return {.destination = mac,
          .source = kLag,
          .operation = ArpOperation::reply,
          .sender_mac = kLag,
          .sender_ip = kHost,
          .target_mac = mac,
          .target_ip = client};
}

ArpFrame request_for(Ipv4Address client) {
  return {.destination = kAllStations,
          .source = kLag,
          .sender_mac = kLag,
          .sender_ip = kHost,
          .target_ip = client};
}

Ipv4Address client_number(std::size_t i) {
  return {{10, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
}

struct Rig {
  Rig() { balancer.members_changed(three(), now); }
  void send(const ArpFrame& arp) { balancer.frame_to_send(wire::emit_arp(arp), now); }
  void receive(const ArpFrame& arp) { balancer.frame_received(MemberIndex{0}, wire::emit_arp(arp), now); }
  std::vector<ReceiveOutgoing> drain() {
    std::vector<ReceiveOutgoing> all;
    while (const auto out = balancer.transmit(now)) all.push_back(*out);
    return all;
  }
  ReceiveOutgoing only() {
    const auto all = drain();
    REQUIRE(all.size() == 1);
    return all.front();
  }
  std::size_t run(Duration time) {
    const Instant end = now + time;
    std::size_t sent = 0;
    while (balancer.deadline() && *balancer.deadline() <= end) {
      now = std::max(now, *balancer.deadline());
      balancer.expire(now);
      sent += drain().size();
      REQUIRE((!balancer.deadline() || *balancer.deadline() > now));
    }
    now = end;
    return sent;
  }

  Instant now = instant_from_ns(5'000'000'000);
  ReceiveBalancer balancer{now};
};

bool same_octets(std::span<const std::byte> a, std::span<const std::byte> b) {
  return std::ranges::equal(a, b);
}

}  // namespace

TEST_CASE("A reply of the host leaves on the client's member, with that member's address",
          "[balance][receive]") {
  Rig rig;
  rig.send(reply_to(client_number(0)));
  CHECK(rig.only().member == MemberIndex{0});
  ArpFrame reply = reply_to(client_number(1));
  rig.send(reply);
  const ReceiveOutgoing out = rig.only();
  CHECK(out.member == MemberIndex{1});
  reply.source = reply.sender_mac = mac_of(1, 1);
  CHECK(wire::parse_arp(out.frame) == reply);
  rig.send(reply_to(client_number(1)));
  CHECK(rig.only().member == MemberIndex{1});  // it stays
}

TEST_CASE("A request of the host leaves on the active member and names the client's", "[balance][receive]") {
  Rig rig;
  rig.send(reply_to(client_number(0)));
  static_cast<void>(rig.drain());
  ArpFrame request = request_for(client_number(1));
  rig.send(request);
  const ReceiveOutgoing out = rig.only();
  CHECK(out.member == MemberIndex{0});
  request.sender_mac = mac_of(1, 1);
  CHECK(wire::parse_arp(out.frame) == request);
}

TEST_CASE("What is not the host's own ARP passes unchanged on the active member and makes no client",
          "[balance][receive]") {
  std::vector<std::vector<std::byte>> frames;
  const auto add = [&frames](const ArpFrame& arp) {
    const wire::ControlFrame frame = wire::emit_arp(arp);
    frames.emplace_back(frame.octets().begin(), frame.octets().end());
  };
  ArpFrame foreign = reply_to(kClient);
  foreign.source = foreign.sender_mac = mac_of(9, 1);
  add(foreign);
  foreign = request_for(kClient);
  foreign.source = foreign.sender_mac = mac_of(9, 1);
  add(foreign);
  add(wire::arp_announcement(mac_of(9, 1), ip_of(0, 9), 5));
  add(wire::arp_probe(kLag, kHost, std::nullopt));
  add(wire::arp_announcement(kLag, kHost, 5));
  frames.emplace_back(60, std::byte{0x55});
  frames.emplace_back(7, std::byte{0});
  frames.emplace_back();
  for (const auto& frame : frames) {
    Rig rig;
    CAPTURE(frame);
    rig.balancer.frame_to_send(frame, rig.now);
    const ReceiveOutgoing out = rig.only();
    CHECK(out.member == MemberIndex{0});
    CHECK(same_octets(out.frame, frame));
    CHECK(rig.balancer.clients().empty());
    CHECK(rig.run(10s) == 0);
  }
}

TEST_CASE("Frames leave in the order in which they came", "[balance][receive]") {
  Rig rig;
  for (std::size_t i = 0; i < 50; ++i)
    rig.send(i % 2 == 0 ? reply_to(client_number(i)) : request_for(client_number(i)));
  const auto all = rig.drain();
  REQUIRE(all.size() == 50);
  for (std::size_t i = 0; i < 50; ++i) CHECK(wire::parse_arp(all[i].frame)->target_ip == client_number(i));
}

TEST_CASE("A client whose address is not known is told by nothing until it is", "[balance][receive]") {
  Rig rig;
  for (std::size_t i = 0; i < 3; ++i) rig.send(request_for(client_number(i)));
  static_cast<void>(rig.drain());
  ReceiveMembers members = three();
  members.usable = 0b011;
  rig.balancer.members_changed(members, rig.now);
  CHECK(rig.run(5s) == 0);
  ArpFrame answer{.destination = mac_of(1, 2),
                  .source = kStation,
                  .operation = ArpOperation::reply,
                  .sender_mac = kStation,
                  .sender_ip = client_number(2),
                  .target_mac = mac_of(1, 2),
                  .target_ip = kHost};
  rig.receive(answer);
  const ArpFrame told = wire::parse_arp(rig.only().frame).value();
  CHECK(told.destination == kStation);
  CHECK(told.operation == ArpOperation::reply);
  CHECK(told.target_ip == client_number(2));
  CHECK(told.sender_ip == kHost);
  CHECK((told.sender_mac == mac_of(1, 0) || told.sender_mac == mac_of(1, 1)));
  CHECK(told.source == told.sender_mac);
}

TEST_CASE("What stations send makes no client, and our own frames that come back teach nothing",
          "[balance][receive]") {
  Rig rig;
  ArpFrame request{.destination = kAllStations,
                   .source = kStation,
                   .sender_mac = kStation,
                   .sender_ip = kClient,
                   .target_ip = kHost};
  rig.receive(request);
  CHECK(rig.balancer.clients().empty());
  rig.send(request_for(kClient));
  request.sender_mac = mac_of(1, 2);
  rig.receive(request);
  CHECK(rig.balancer.clients().at(0).mac.is_zero());
  request.sender_mac = kStation;
  rig.receive(request);
  CHECK(rig.balancer.clients().at(0).mac == kStation);
}

TEST_CASE("A station that takes a client's address over is told its member", "[balance][receive]") {
  Rig rig;
  rig.send(reply_to(kClient));
  static_cast<void>(rig.drain());
  rig.receive(wire::arp_announcement(mac_of(2, 77), kClient, std::nullopt));
  const ReceiveOutgoing out = rig.only();
  CHECK(wire::parse_arp(out.frame)->destination == mac_of(2, 77));
  CHECK(out.member == MemberIndex{0});
}

TEST_CASE("Words that a client waits for end when it moves again", "[balance][receive]") {
  Rig rig;
  rig.send(reply_to(kClient));
  static_cast<void>(rig.drain());
  ReceiveMembers members = three();
  members.active = MemberIndex{2};
  members.usable = 0b110;
  rig.balancer.members_changed(members, rig.now);
  CHECK(rig.only().member == MemberIndex{1});
  members.usable = 0b100;
  rig.balancer.members_changed(members, rig.now);
  CHECK(rig.only().member == MemberIndex{2});
  std::size_t more = 0;
  for (int i = 0; i < 50; ++i) {
    rig.now += 100ms;
    rig.balancer.expire(rig.now);
    for (const auto& out : rig.drain()) {
      CHECK(out.member == MemberIndex{2});
      ++more;
    }
  }
  CHECK(more == 3);
}

TEST_CASE("A client whose member carries another address now is told again", "[balance][receive]") {
  Rig rig;
  rig.send(reply_to(client_number(0)));
  rig.send(reply_to(client_number(1)));
  rig.send(reply_to(client_number(2)));
  static_cast<void>(rig.drain());
  ReceiveMembers members = three();
  std::swap(members.address[0], members.address[1]);  // made active by hand
  members.active = MemberIndex{1};
  rig.balancer.members_changed(members, rig.now);
  const auto all = rig.drain();
  REQUIRE(all.size() == 2);
  for (const auto& out : all) {
    CHECK(out.member != MemberIndex{2});
    CHECK(wire::parse_arp(out.frame)->sender_mac == members.address[out.member.value()]);
  }
  rig.balancer.members_changed(members, rig.now);
  CHECK(rig.drain().empty());
}

TEST_CASE("Clients age out after 20 minutes without ARP, and those who never answered after 10 s",
          "[balance][receive]") {
  Rig rig;
  rig.send(reply_to(client_number(0)));
  rig.send(request_for(client_number(1)));
  static_cast<void>(rig.run(12s));
  REQUIRE(rig.balancer.clients().size() == 1);
  CHECK(rig.balancer.clients()[0].client == client_number(0));
  static_cast<void>(rig.run(19min));
  CHECK(rig.balancer.clients().size() == 1);
  rig.receive({.destination = kLag,
               .source = kStation,
               .sender_mac = kStation,
               .sender_ip = client_number(0),
               .target_ip = kHost});
  static_cast<void>(rig.run(19min));
  CHECK(rig.balancer.clients().size() == 1);
  static_cast<void>(rig.run(2min));
  CHECK(rig.balancer.clients().empty());
  CHECK_FALSE(rig.balancer.deadline());
}

TEST_CASE("Beyond the limit clients are told the LAG's address, and counted", "[balance][receive]") {
  Rig rig;
  for (std::size_t i = 0; i < ReceiveBalancer::kClientsMax; ++i) {
    rig.send(reply_to(client_number(i)));
    REQUIRE(rig.drain().size() == 1);
  }
  CHECK(rig.balancer.clients_refused() == 0);
  const ArpFrame reply = reply_to(client_number(ReceiveBalancer::kClientsMax));
  rig.send(reply);
  const ReceiveOutgoing out = rig.only();
  CHECK(out.member == MemberIndex{0});
  CHECK(wire::parse_arp(out.frame) == reply);
  CHECK(rig.balancer.clients_refused() == 1);
  CHECK(rig.balancer.clients().size() == ReceiveBalancer::kClientsMax);
  std::array<std::size_t, 3> count{};
  for (const Client& client : rig.balancer.clients()) ++count.at(client.member.value());
  CHECK(count == std::array<std::size_t, 3>{1366, 1365, 1365});
  // All of a lost member are told, whatever their number.
  ReceiveMembers members = three();
  members.usable = 0b101;
  rig.balancer.members_changed(members, rig.now);
  CHECK(rig.drain().size() == 1365);
  // They age out, though only some are looked at in each interval.
  static_cast<void>(rig.run(21min));
  CHECK(rig.balancer.clients().empty());
}

TEST_CASE("Frames that find no room or no member are counted", "[balance][receive]") {
  Rig rig;
  for (std::size_t i = 0; i < 600; ++i) rig.send(reply_to(kClient));
  const std::size_t sent = rig.drain().size();
  CHECK(sent == 512);
  CHECK(rig.balancer.frames_dropped() == 600 - sent);
  rig.balancer.members_changed({.lag = kLag}, rig.now);
  rig.send(reply_to(kClient));
  CHECK(rig.drain().empty());
  CHECK(rig.balancer.frames_dropped() == 600 - sent + 1);
}

}  // namespace receive_balancer_test
