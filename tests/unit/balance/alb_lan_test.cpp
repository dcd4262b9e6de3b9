// The receive balancer in a LAN: what matters is what the stations believe in the end.
#include <algorithm>

#include "lan.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace alb_lan_test {

using namespace lagoon;
using namespace lagoon::test;
using Counts = std::vector<std::size_t>;

namespace {

constexpr Ipv4Address kHost = ip_of(0, 1);

bool all_reach(const Lan& lan, std::size_t host = 0) {
  for (std::size_t i = 0; i < lan.stations(); ++i)
    if (!lan.way_in(i, host)) return false;
  return true;
}

// Among members that are usable and have the same capacity.
bool is_even(const Lan& lan, const Counts& counts) {
  std::size_t least = counts.size() * 1000, most = 0;
  for (std::size_t m = 0; m < counts.size(); ++m) {
    if ((lan.members().usable >> m & 1U) == 0) continue;
    least = std::min(least, counts[m]);
    most = std::max(most, counts[m]);
  }
  return most - least <= 1;
}

Lan six_clients() {
  Lan lan{3, 6};
  for (std::size_t i = 0; i < 6; ++i) lan.station_asks(i, kHost);
  lan.run(5s);
  return lan;
}

}  // namespace

TEST_CASE("Six clients that ask are told three addresses, two each", "[balance][alb]") {
  Lan lan = six_clients();
  CHECK(lan.believed() == Counts{2, 2, 2});
  for (std::size_t i = 0; i < 6; ++i) {
    REQUIRE(lan.station(i).told.size() == 1);  // the answer, and nothing besides
    CHECK(lan.way_in(i) == i % 3);
  }
  for (const auto& out : lan.sent) {
    const wire::ArpFrame arp = wire::parse_arp(out.frame).value();
    CHECK(arp.source == arp.sender_mac);
    CHECK(arp.source == lan.members().address[out.member.value()]);
  }
}

TEST_CASE("Six clients that the host asks for are told three addresses, two each", "[balance][alb]") {
  for (const Duration between : {0ms, 100ms, 700ms, 1500ms, 5000ms}) {
    Lan lan{3, 6};
    for (std::size_t i = 0; i < 6; ++i) {
      lan.host_asks(0, lan.station(i).ip);
      lan.run(between);
    }
    lan.run(4s);
    CAPTURE(between.count());
    CHECK(lan.believed() == Counts{2, 2, 2});
    for (const balance::Client& client : lan.balancer.clients()) CHECK_FALSE(client.mac.is_zero());
  }
}

TEST_CASE("When a member fails its clients are told at once, and the others hear nothing", "[balance][alb]") {
  Lan lan = six_clients();
  lan.forget_told();
  lan.set_usable(2, false);
  CHECK(all_reach(lan));  // already
  CHECK(lan.believed() == Counts{3, 3, 0});
  lan.run(10s);
  CHECK(all_reach(lan));
  CHECK(lan.believed() == Counts{3, 3, 0});
  for (std::size_t i = 0; i < 6; ++i) {
    CAPTURE(i);
    CHECK(lan.station(i).told.size() == (i % 3 == 2 ? 4 : 0));  // at once, and three times more
  }
}

TEST_CASE("A client that just changed its entry ignores the first word and takes the question after it",
          "[balance][alb]") {
  Lan lan = six_clients();
  lan.station_asks(2, kHost);  // within the last second: locktime
  lan.run(100ms);
  lan.set_usable(2, false);
  CHECK_FALSE(lan.way_in(2));
  lan.run(350ms);
  CHECK(all_reach(lan));
  CHECK(lan.believed() == Counts{3, 3, 0});
}

TEST_CASE("When the active member fails every client reaches us within 2 s", "[balance][alb]") {
  Lan lan = six_clients();
  lan.forget_told();
  lan.set_usable(0, false);  // 1 takes over its address: the clients of 1 have to be told as well
  lan.run(2s);
  CHECK(all_reach(lan));
  CHECK(lan.believed() == Counts{0, 3, 3});
  CHECK(lan.station(2).told.empty());
  CHECK(lan.station(5).told.empty());
}

TEST_CASE("A member that returns gets as many clients as make it even, and only those are told",
          "[balance][alb]") {
  Lan lan = six_clients();
  lan.set_usable(2, false);
  lan.run(10s);
  std::vector<std::optional<std::size_t>> before;
  for (std::size_t i = 0; i < 6; ++i) before.push_back(lan.way_in(i));
  lan.forget_told();
  lan.set_usable(2, true);
  lan.run(10s);
  CHECK(lan.believed() == Counts{2, 2, 2});
  std::size_t moved = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    CAPTURE(i);
    CHECK((lan.way_in(i) == before[i]) == lan.station(i).told.empty());
    if (!lan.station(i).told.empty()) ++moved;
  }
  CHECK(moved == 2);
}

TEST_CASE("Clients follow the capacities", "[balance][alb]") {
  Lan lan{2, 11};
  lan.set_capacity(1, 100);
  for (std::size_t i = 0; i < 11; ++i) lan.station_asks(i, kHost);
  CHECK(lan.believed() == Counts{1, 10});
  lan.set_capacity(1, 10);
  lan.run(5s);
  CHECK(is_even(lan, lan.believed()));
}

TEST_CASE("After an announcement every client is told its own member again", "[balance][alb]") {
  Lan lan = six_clients();
  lan.forget_told();
  lan.host_announces(0);
  CHECK(lan.believed() == Counts{6, 0, 0});
  REQUIRE(lan.sent.size() == 1);
  CHECK(lan.sent[0].member == MemberIndex{0});
  lan.run(1200ms);
  CHECK(lan.believed() == Counts{2, 2, 2});
  lan.run(10s);
  CHECK(lan.believed() == Counts{2, 2, 2});
  // Those of the announced address once, the others twice more.
  for (std::size_t i = 0; i < 6; ++i) CHECK(lan.station(i).told.size() == (i % 3 == 0 ? 1 : 3));
}

TEST_CASE("A burst of requests is followed by one round, not by one for each", "[balance][alb]") {
  Lan lan = six_clients();
  lan.forget_told();
  for (int i = 0; i < 100; ++i)
    lan.host_asks(0, ip_of(0, static_cast<std::uint8_t>(100 + i)));  // nobody is there
  CHECK(lan.sent.size() == 100);
  lan.run(10s);
  CHECK(lan.sent.size() <= 100 + 3 * 6);
  CHECK(lan.believed() == Counts{2, 2, 2});
}

TEST_CASE("Stations in VLANs are clients of their own, and are told with their tag", "[balance][alb]") {
  Lan lan{3, 6};
  lan.host(0).vlan_tci = 0x6005;
  lan.add_host(kHost, 7);  // the same address in another VLAN
  for (std::size_t i = 0; i < 6; ++i) lan.station(i).vlan_tci = i < 3 ? 0x6005 : 7;
  // The stations of VLAN 7 have the addresses of those of VLAN 5.
  for (std::size_t i = 3; i < 6; ++i) lan.station(i).ip = lan.station(i - 3).ip;
  for (std::size_t i = 0; i < 6; ++i) lan.station_asks(i, kHost);
  CHECK(lan.balancer.clients().size() == 6);
  CHECK(lan.believed() == Counts{2, 2, 2});
  lan.run(5s);
  lan.forget_told();
  lan.set_usable(1, false);
  lan.run(5s);
  CHECK(all_reach(lan));
  CHECK(is_even(lan, lan.believed()));
  for (const auto& out : lan.sent) {
    const wire::ArpFrame arp = wire::parse_arp(out.frame).value();
    REQUIRE(arp.vlan_tci);
    CHECK((*arp.vlan_tci == 0x6005 || *arp.vlan_tci == 7));
  }
}

TEST_CASE("Whatever happened, every client ends at a usable member, and they are even", "[balance][alb]") {
  const auto given = seed_from_environment();
  for (std::uint64_t seed = given.value_or(1); seed <= given.value_or(300); ++seed) {
    Prng random{seed};
    const std::size_t members = random.between(2, 5);
    Lan lan{members, random.between(1, 12)};
    lan.add_host(ip_of(0, 2), std::nullopt);
    for (std::size_t i = 0; i < lan.stations(); ++i)
      for (std::size_t host = 0; host < 2; ++host) lan.station_asks(i, lan.host(host).ip);
    for (int step = 0; step < 60; ++step) {
      const std::size_t station = random.below(lan.stations());
      const std::size_t host = random.below(2);
      switch (random.below(6)) {
        case 0:
          lan.station_asks(station, lan.host(host).ip);
          break;
        case 1:
          lan.host_asks(host, lan.station(station).ip);
          break;
        case 2:
          lan.host_announces(host);
          break;
        case 3:
          lan.set_usable(random.below(members), false);
          break;
        default:
          lan.set_usable(random.below(members), true);
          break;
      }
      if (random.chance(0.7)) lan.run(std::chrono::milliseconds{random.below(2500)});
    }
    if (lan.members().usable == 0) lan.set_usable(0, true);
    lan.run(5s);  // nobody asks for anything
    CAPTURE(seed, members, lan.members().usable);
    CHECK(all_reach(lan, 0));
    CHECK(all_reach(lan, 1));
    Counts counts(members, 0);
    for (const balance::Client& client : lan.balancer.clients()) {
      ++counts[client.member.value()];
      const auto at = static_cast<std::size_t>(client.client.octets[3] - 10);
      CHECK(lan.way_in(at, client.host == kHost ? 0 : 1) == client.member.value());
    }
    CAPTURE(counts);
    CHECK(is_even(lan, counts));
    CHECK(lan.balancer.clients().size() == 2 * lan.stations());
    lan.forget_told();
    lan.run(60s);
    CHECK(lan.sent.empty());  // it comes to rest
  }
}

}  // namespace alb_lan_test
