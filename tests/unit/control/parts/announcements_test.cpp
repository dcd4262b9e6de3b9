#include "control/lag/announcements.hpp"

#include "support/catch.hpp"
#include "wire/arp.hpp"

namespace announcements_test {

using namespace lagoon;
using namespace lagoon::control;

namespace {

constexpr MemberIndex kFirst{0};
constexpr MemberIndex kSecond{1};
constexpr MacAddress kLag{{2, 0, 0, 0, 0, 1}};
constexpr MacAddress kOwn[] = {{{2, 0, 0, 0, 1, 0}}, {{2, 0, 0, 0, 1, 1}}};

struct Announced {
  explicit Announced(Mode mode) {
    options.mode = mode;
    roster.add(kFirst, {.name = "a", .address = kOwn[0]});
    roster.add(kSecond, {.name = "b", .address = kOwn[1]});
  }
  std::size_t learning_frames() {
    std::size_t count = 0;
    while (outbox.pop()) ++count;
    return count;
  }
  Instant now{1s};
  LagOptions options{};
  Roster roster{};
  Outbox outbox{};
};

}  // namespace

TEST_CASE("Who carries which address follows from the mode and the active member",
          "[control][announcements]") {
  SECTION("all the LAG's") {
    Announced of{Mode::balance_xor};
    Announcements a{of.options, of.outbox, kLag, of.now};
    a.assign(of.roster, std::nullopt);
    CHECK(a.addresses().lag == kLag);
    CHECK(a.addresses().member[0] == kLag);
    CHECK(a.addresses().member[1] == kLag);
  }
  SECTION("the LAG has the active one's, and the last one's while there is none") {
    Announced of{Mode::active_backup};
    of.options.active.fail_over_mac = failover::FailOverMac::active;
    Announcements a{of.options, of.outbox, kLag, of.now};
    a.assign(of.roster, kSecond);
    CHECK(a.addresses().lag == kOwn[1]);
    a.assign(of.roster, std::nullopt);
    CHECK(a.addresses().lag == kOwn[1]);
  }
  SECTION("the active one carries the LAG's, the others their own") {
    Announced of{Mode::balance_tlb};
    Announcements a{of.options, of.outbox, kLag, of.now};
    a.assign(of.roster, kFirst);
    CHECK(a.addresses().member[0] == kLag);
    CHECK(a.addresses().member[1] == kOwn[1]);
    CHECK(a.set_address(kOwn[0]));
    CHECK_FALSE(a.set_address(kOwn[0]));
  }
}

TEST_CASE("Another active member is announced by ARP, of each address once", "[control][announcements]") {
  Announced of{Mode::active_backup};
  Announcements a{of.options, of.outbox, kLag, of.now};
  const HostAddress host{.address = Ipv4Address{{10, 0, 0, 1}}};
  CHECK(a.set_hosts(std::span{&host, 1}));
  CHECK_FALSE(a.set_hosts(std::span{&host, 1}));
  a.assign(of.roster, kFirst);
  a.announce(kFirst, 0b01, of.now);
  REQUIRE(a.deadline());
  const auto frame = a.transmit(of.now);
  REQUIRE(frame);
  CHECK(wire::parse_arp(*frame));
  CHECK(of.learning_frames() == 0);

  a.announce(kFirst, 0b01, of.now);
  SECTION("no member is active") {
    a.announce(std::nullopt, 0, of.now);
  }
  SECTION("the LAG is shut down") {
    a.shut_down();
  }
  CHECK_FALSE(a.transmit(of.now));
}

TEST_CASE("Members with addresses of their own send learning frames", "[control][announcements]") {
  Announced of{Mode::balance_tlb};
  Announcements a{of.options, of.outbox, kLag, of.now};
  const HostAddress host{.address = Ipv4Address{{10, 0, 0, 1}}, .vlan = 7};
  CHECK(a.set_hosts(std::span{&host, 1}));
  a.assign(of.roster, kFirst);
  a.announce(kFirst, 0b11, of.now);
  CHECK(of.learning_frames() == 4);  // of two members, untagged and in the VLAN
  a.expire(0b11, of.now + 1s - 1ns);
  CHECK(of.learning_frames() == 0);
  CHECK(a.deadline() == of.now + 1s);
  a.expire(0b10, of.now + 1s);
  CHECK(of.learning_frames() == 2);
  a.shut_down();
  a.expire(0b10, of.now + 2s);
  CHECK(of.learning_frames() == 0);
}

}  // namespace announcements_test
