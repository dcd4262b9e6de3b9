// Another address for a LAG that runs: who carries it, who is told, and what stays.
#include <algorithm>

#include "solo.hpp"
#include "support/catch.hpp"
#include "wire/slow_frame.hpp"

namespace address_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

constexpr MacAddress kNew{{2, 9, 9, 9, 9, 9}};
constexpr HostAddress kHost{Ipv4Address{{10, 0, 0, 1}}, std::nullopt};

// The Systems that LACPDUs since then name as the Actor's.
std::vector<MacAddress> systems_since(const Solo& solo, Instant since) {
  std::vector<MacAddress> systems;
  for (const Sent& s : solo.sent) {
    if (s.at < since) continue;
    if (const auto pdu = wire::parse_slow_frame(s.frame))
      if (const auto* lacpdu = std::get_if<wire::Lacpdu>(&*pdu)) systems.push_back(lacpdu->actor.system);
  }
  return systems;
}

}  // namespace

TEST_CASE("All members carry the address that a running LAG is given", "[control][address]") {
  Solo solo{Mode::balance_xor, 2};
  solo.all_links(true);
  REQUIRE(solo.lag->set_address(kNew, solo.now));
  CHECK(solo.lag->addresses().lag == kNew);
  CHECK(solo.lag->addresses().member[0] == kNew);
  CHECK(solo.lag->addresses().member[1] == kNew);
  CHECK(solo.lag->status(solo.now).address == kNew);
  CHECK(solo.journal("address") == std::vector<std::string>{"lag:  -> set (command)"});
  // The same again is no news.
  REQUIRE(solo.lag->set_address(kNew, solo.now));
  CHECK(solo.journal("address").size() == 1);
}

TEST_CASE("A new address is announced like a failover, on the active member", "[control][address]") {
  Solo solo{Mode::active_backup, 2, [](LagSettings& s) { s.options.announce.num_grat_arp = 2; }};
  solo.lag->hosts_changed(std::array{kHost}, solo.now);
  solo.all_links(true);
  solo.advance(5s);
  solo.sent.clear();
  REQUIRE(solo.lag->set_address(kNew, solo.now));
  solo.advance(5s);
  REQUIRE(solo.sent.size() == 2);
  for (const Sent& s : solo.sent) {
    const auto arp = wire::parse_arp(s.frame);
    REQUIRE(arp.has_value());
    CHECK(s.member == at(0));
    CHECK(arp->is_gratuitous());
    CHECK(arp->sender_mac == kNew);
  }
}

TEST_CASE("Nothing is announced until ports have their addresses, and LACPDUs go all the same",
          "[control][address]") {
  Solo solo{Mode::active_backup, 2, [](LagSettings& s) { s.options.announce.num_grat_arp = 2; }};
  solo.lag->hosts_changed(std::array{kHost}, solo.now);
  solo.all_links(true);
  solo.advance(5s);
  REQUIRE(solo.lag->set_address(kNew, solo.now));
  CHECK_FALSE(solo.lag->transmit(solo.now, false));
  CHECK(solo.lag->transmit(solo.now, true));
  Solo lacp{Mode::lacp, 2};
  lacp.lag->link_changed(at(0), {.up = true, .speed = mbps(1000)}, lacp.now);
  CHECK(lacp.lag->transmit(lacp.now, false));
}

TEST_CASE("LACP's System stays when the address changes, also through other commands",
          "[control][address][lacp]") {
  Solo solo{Mode::lacp, 2, [](LagSettings& s) { s.options.lacp.rate = lacp::Rate::fast; }};
  solo.all_links(true);
  solo.advance(1s);
  const auto before = systems_since(solo, Instant{});
  REQUIRE_FALSE(before.empty());
  REQUIRE(before.front() != kNew);
  REQUIRE(solo.lag->set_address(kNew, solo.now));
  LagOptions options = solo.lag->options();
  options.lacp.min_links = 2;
  REQUIRE(solo.lag->change(options, solo.now));
  const Instant changed = solo.now;
  solo.advance(60s);
  const auto after = systems_since(solo, changed);
  REQUIRE_FALSE(after.empty());
  CHECK(std::ranges::count(after, before.front()) == std::ssize(after));
}

TEST_CASE("An address that can't be the LAG's is refused, and changes nothing", "[control][address]") {
  Solo follows{Mode::active_backup, 2,
               [](LagSettings& s) { s.options.active.fail_over_mac = failover::FailOverMac::active; }};
  follows.all_links(true);
  const failover::AddressAssignment before = follows.lag->addresses();
  CHECK(follows.lag->set_address(kNew, follows.now).error().code == Errc::not_supported);
  CHECK(follows.lag->addresses() == before);

  Solo solo{Mode::balance_xor, 2};
  const failover::AddressAssignment kept = solo.lag->addresses();
  for (const MacAddress& bad : {MacAddress{}, MacAddress{{1, 0, 0x5e, 0, 0, 1}}})
    CHECK(solo.lag->set_address(bad, solo.now).error().code == Errc::invalid_argument);
  CHECK(solo.lag->addresses() == kept);
}

}  // namespace address_test
