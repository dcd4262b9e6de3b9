// active-backup and lagg's failover: who is active, which addresses are where, and who is told.
#include <map>
#include <set>

#include "solo.hpp"
#include "support/catch.hpp"
#include "wire/group_membership.hpp"

namespace active_backup_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

namespace {

MacAddress own(std::size_t member) {
  return MacAddress{{2, 0, 0, 0, 1, static_cast<std::uint8_t>(member)}};
}

std::optional<std::size_t> active_of(const Solo& solo) {
  return solo.lag->status(solo.now).active;
}

constexpr HostAddress kHost{Ipv4Address{{10, 0, 0, 1}}, std::nullopt};

}  // namespace

TEST_CASE("The primary is active whenever it works, if it is always preferred", "[control][active]") {
  Solo solo{Mode::active_backup, 3, [](LagSettings& s) { s.options.active.primary = "m1"; }};
  solo.link(0, true);
  CHECK(active_of(solo) == 0);
  solo.link(1, true);
  CHECK(active_of(solo) == 1);
  solo.link(2, true);
  CHECK(active_of(solo) == 1);
  solo.link(1, false);
  CHECK(active_of(solo) == 0);
  solo.link(1, true);
  CHECK(active_of(solo) == 1);
  CHECK(solo.lag->status(solo.now).primary == 1);
  CHECK(solo.lag->status(solo.now).failovers == 3);
}

TEST_CASE("Under failure the active member stays when the primary returns", "[control][active]") {
  Solo solo{Mode::active_backup, 2, [](LagSettings& s) {
              s.options.active.primary = "m0";
              s.options.active.reselect = failover::Reselect::failure;
            }};
  solo.all_links(true);
  solo.link(0, false);
  CHECK(active_of(solo) == 1);
  solo.link(0, true);
  CHECK(active_of(solo) == 1);
  solo.link(1, false);
  CHECK(active_of(solo) == 0);
}

TEST_CASE("lagg's failover takes the first member in order that works, and returns to it",
          "[control][active]") {
  Solo solo{Mode::failover, 3};
  solo.link(2, true);
  CHECK(active_of(solo) == 2);
  solo.link(1, true);
  CHECK(active_of(solo) == 1);
  solo.link(0, true);
  CHECK(active_of(solo) == 0);
  solo.link(0, false);
  CHECK(active_of(solo) == 1);
  solo.link(0, true);
  CHECK(active_of(solo) == 0);
}

TEST_CASE("The operator's choice stays until that member fails", "[control][active]") {
  Solo solo{Mode::active_backup, 3, [](LagSettings& s) { s.options.active.primary = "m0"; }};
  solo.all_links(true);
  REQUIRE(solo.lag->activate(at(2), solo.now));
  CHECK(active_of(solo) == 2);
  solo.link(1, false);
  solo.link(1, true);
  CHECK(active_of(solo) == 2);
  solo.link(2, false);
  CHECK(active_of(solo) == 0);
  solo.link(2, true);
  CHECK(active_of(solo) == 0);
  const auto refused = solo.lag->activate(at(1), solo.now);
  CHECK(refused.has_value());
  solo.link(2, false);
  const auto down = solo.lag->activate(at(2), solo.now);
  REQUIRE_FALSE(down.has_value());
  CHECK(down.error().code == Errc::busy);
  Solo xor_lag{Mode::balance_xor, 2};
  CHECK(xor_lag.lag->activate(at(0), xor_lag.now).error().code == Errc::not_supported);
}

TEST_CASE("Frames of inactive members are for nobody, unless all members are to be active",
          "[control][active]") {
  Solo solo{Mode::active_backup, 3, [](LagSettings& s) { s.options.active.all_members_active = true; }};
  solo.all_links(true);
  CHECK(solo.table->collecting == 0b111);
  CHECK(solo.table->standby == 0);
  LagOptions options = solo.lag->options();
  options.active.all_members_active = false;
  REQUIRE(solo.lag->change(options, solo.now));
  solo.advance(0ns);
  CHECK(solo.table->collecting == 0b001);
  CHECK(solo.table->standby == 0b110);
}

TEST_CASE("fail-over-mac decides who carries which address before and after a failover",
          "[control][active]") {
  struct Row {
    failover::FailOverMac rule;
    MacAddress lag_before, m0_before, m1_before, lag_after, m0_after, m1_after;
  };
  const MacAddress lag = own(0);
  const Row rows[] = {
      {failover::FailOverMac::none, lag, lag, lag, lag, lag, lag},
      {failover::FailOverMac::active, own(0), own(0), own(1), own(1), own(0), own(1)},
      {failover::FailOverMac::follow, lag, own(0), own(1), lag, own(1), own(0)},
  };
  for (const Row& row : rows) {
    CAPTURE(name_of(row.rule));
    Solo solo{Mode::active_backup, 2, [&](LagSettings& s) {
                s.address = own(0);
                s.options.active.fail_over_mac = row.rule;
              }};
    solo.all_links(true);
    CHECK(solo.lag->addresses().lag == row.lag_before);
    CHECK(solo.lag->addresses().member[0] == row.m0_before);
    CHECK(solo.lag->addresses().member[1] == row.m1_before);
    solo.link(0, false);
    CHECK(solo.lag->addresses().lag == row.lag_after);
    CHECK(solo.lag->addresses().member[0] == row.m0_after);
    CHECK(solo.lag->addresses().member[1] == row.m1_after);
    // With no member left, nothing changes hands.
    solo.link(1, false);
    CHECK(solo.lag->addresses().lag == row.lag_after);
  }
}

TEST_CASE("A failover is announced exactly as often as was asked for, on the new member",
          "[control][active]") {
  Solo solo{Mode::active_backup, 2, [](LagSettings& s) {
              s.options.announce = {.num_grat_arp = 3, .num_unsol_na = 2, .peer_notif_delay = 300ms};
              s.options.announce_addresses = {{Ipv4Address{{10, 0, 0, 9}}, 5}};
            }};
  solo.lag->hosts_changed(std::array{kHost}, solo.now);
  solo.all_links(true);
  solo.advance(5s);
  const Instant failed = solo.now;
  solo.sent.clear();
  solo.link(0, false);
  solo.advance(10s);
  std::map<Ipv4Address, std::vector<Instant>> announced;
  for (const Sent& s : solo.sent) {
    const auto arp = wire::parse_arp(s.frame);
    REQUIRE(arp.has_value());
    CHECK(s.member == at(1));
    CHECK(arp->is_gratuitous());
    CHECK(arp->sender_mac == solo.lag->addresses().lag);
    CHECK(arp->vlan_tci.has_value() == (arp->sender_ip == Ipv4Address{{10, 0, 0, 9}}));
    announced[arp->sender_ip].push_back(s.at);
  }
  REQUIRE(announced.size() == 2);
  for (const auto& [ip, times] : announced)
    CHECK(times == std::vector<Instant>{failed, failed + 300ms, failed + 600ms});
}

TEST_CASE("Groups that a station has joined are reported again after a failover", "[control][active]") {
  Solo solo{Mode::active_backup, 2, [](LagSettings& s) { s.options.announce.resend_igmp = 2; }};
  solo.all_links(true);
  solo.advance(5s);
  CHECK(table::has(solo.table->watch_sent, table::Watch::membership));
  const MacAddress station{{2, 5, 5, 5, 5, 5}};
  const auto report =
      wire::emit_membership(station, Ipv4Address{{10, 0, 0, 7}}, Ipv4Address{{239, 1, 2, 3}}, std::nullopt);
  solo.lag->frame_to_send(report, solo.now);
  solo.sent.clear();
  solo.link(0, false);
  solo.advance(5s);
  std::size_t reports = 0;
  for (const Sent& s : solo.sent)
    if (const auto seen = wire::parse_membership(s.frame)) {
      ++reports;
      CHECK(seen->source == station);
      CHECK(s.member == at(1));
    }
  CHECK(reports == 2);
}

namespace {

void monitored(LagSettings& s) {
  const HostAddress target{Ipv4Address{{10, 0, 0, 254}}, std::nullopt};
  s.options.targets = {.interval = 100ms, .targets = {target}, .missed_max = 2};
}

// The target answers whom it hears: all but the members in `broken`.
void answer(Solo& solo, const std::set<std::uint8_t>& broken, const Sent& s) {
  const auto asked = wire::parse_arp(s.frame);
  if (!asked || asked->operation != wire::ArpOperation::request || broken.contains(s.member.value())) return;
  solo.lag->frame_received(s.member,
                           wire::emit_arp({.destination = asked->sender_mac,
                                           .source = MacAddress{{2, 9, 9, 9, 9, 9}},
                                           .operation = wire::ArpOperation::reply,
                                           .sender_mac = MacAddress{{2, 9, 9, 9, 9, 9}},
                                           .sender_ip = asked->target_ip,
                                           .target_mac = asked->sender_mac,
                                           .target_ip = asked->sender_ip}),
                           solo.now);
}

}  // namespace

TEST_CASE("A silent break is found by the ARP monitor, and traffic moves", "[control][active][monitor]") {
  for (const Mode mode : {Mode::active_backup, Mode::balance_xor}) {
    CAPTURE(name_of(mode));
    Solo solo{mode, 2, monitored};
    std::set<std::uint8_t> broken;
    solo.on_sent = [&](const Sent& s) { answer(solo, broken, s); };
    solo.all_links(true);
    solo.advance(2s);
    CHECK(solo.table->distributing == (mode == Mode::active_backup ? 0b01U : 0b11U));
    CHECK(table::has(solo.table->watch_received, table::Watch::arp));
    broken.insert(0);
    solo.advance(500ms);
    CHECK(solo.table->distributing == 0b10);
    CHECK(solo.lag->status(solo.now).members[0].link_failures == 1);
    CHECK_FALSE(solo.lag->status(solo.now).members[0].works);
    broken.clear();
    solo.advance(1s);
    CHECK(solo.lag->status(solo.now).members[0].works);
  }
}

// Nobody asked and nobody listened: that is no silence of the target's.
TEST_CASE("A machine that stood still takes no member for dead", "[control][active][monitor][away]") {
  Solo solo{Mode::balance_xor, 2, monitored};
  std::set<std::uint8_t> broken;
  solo.on_sent = [&](const Sent& s) { answer(solo, broken, s); };
  solo.all_links(true);
  solo.advance(2s);
  REQUIRE(solo.table->distributing == 0b11);
  const auto failures = [&] {
    const auto status = solo.lag->status(solo.now);
    return status.members[0].link_failures + status.members[1].link_failures;
  };
  const auto stand = [&](Duration time) {
    solo.now += time;
    control::excuse_silence(*solo.lag, time, solo.now);
  };
  SECTION("the target answers, afterwards") {
    stand(4s);
    solo.advance(3s);
    CHECK(failures() == 0);
    stand(400ms);
    solo.advance(3s);
    CHECK(failures() == 0);
  }
  SECTION("it does not, and another stop is no excuse") {
    broken = {0, 1};
    stand(4s);
    solo.advance(150ms);
    CHECK(failures() == 0);
    stand(200ms);
    solo.advance(200ms);
    CHECK(failures() == 2);
  }
}

}  // namespace active_backup_test
