// What each mode makes of members that work, and of those that do not.
#include "solo.hpp"
#include "support/catch.hpp"
#include "wire/slow_frame.hpp"

namespace modes_test {

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;
using table::Distribution;

TEST_CASE("Every name and number of a mode leads to its row", "[control][modes]") {
  struct Row {
    std::string_view word;
    Mode mode;
    std::string_view linux_name;
    std::string_view lagg_name;
  };
  const Row rows[] = {
      {"balance-rr", Mode::balance_rr, "balance-rr", "roundrobin"},
      {"0", Mode::balance_rr, "balance-rr", "roundrobin"},
      {"active-backup", Mode::active_backup, "active-backup", "failover"},
      {"1", Mode::active_backup, "active-backup", "failover"},
      {"balance-xor", Mode::balance_xor, "balance-xor", "loadbalance"},
      {"2", Mode::balance_xor, "balance-xor", "loadbalance"},
      {"broadcast", Mode::broadcast, "broadcast", "broadcast"},
      {"3", Mode::broadcast, "broadcast", "broadcast"},
      {"802.3ad", Mode::lacp, "802.3ad", "lacp"},
      {"4", Mode::lacp, "802.3ad", "lacp"},
      {"lacp", Mode::lacp, "802.3ad", "lacp"},
      {"balance-tlb", Mode::balance_tlb, "balance-tlb", "loadbalance"},
      {"5", Mode::balance_tlb, "balance-tlb", "loadbalance"},
      {"balance-alb", Mode::balance_alb, "balance-alb", "loadbalance"},
      {"6", Mode::balance_alb, "balance-alb", "loadbalance"},
      {"failover", Mode::failover, "active-backup", "failover"},
      {"loadbalance", Mode::loadbalance, "balance-xor", "loadbalance"},
      {"roundrobin", Mode::roundrobin, "balance-rr", "roundrobin"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.word);
    REQUIRE(mode_from(row.word) == row.mode);
    CHECK(row_of(row.mode).linux_name == row.linux_name);
    CHECK(row_of(row.mode).lagg_name == row.lagg_name);
  }
  for (const std::string_view word : {"", "7", "balance", "static", "LACP"}) CHECK_FALSE(mode_from(word));
}

TEST_CASE("A mode's table says who sends, who is listened to and how frames are dealt out",
          "[control][modes]") {
  struct Row {
    Mode mode;
    Distribution distribution;
    MemberSet distributing;
    MemberSet collecting;
    MemberSet standby;
    MemberSet own_address_only;
  };
  const Row rows[] = {
      {Mode::balance_rr, Distribution::round_robin, 0b111, 0b111, 0, 0},
      {Mode::roundrobin, Distribution::round_robin, 0b111, 0b111, 0, 0},
      {Mode::balance_xor, Distribution::flow_hash, 0b111, 0b111, 0, 0},
      {Mode::loadbalance, Distribution::flow_hash, 0b111, 0b111, 0, 0},
      {Mode::broadcast, Distribution::broadcast, 0b111, 0b111, 0, 0},
      {Mode::active_backup, Distribution::flow_hash, 0b001, 0b001, 0b110, 0},
      {Mode::failover, Distribution::flow_hash, 0b001, 0b001, 0b110, 0},
      {Mode::balance_tlb, Distribution::adaptive, 0b111, 0b111, 0, 0b110},
      {Mode::balance_alb, Distribution::adaptive, 0b111, 0b111, 0, 0b110},
  };
  for (const Row& row : rows) {
    CAPTURE(name_of(row.mode));
    Solo solo{row.mode, 3};
    CHECK(solo.table->distributing == 0);
    CHECK_FALSE(solo.lag->up());
    solo.all_links(true);
    CHECK(solo.lag->up());
    CHECK(solo.table->distribution == row.distribution);
    CHECK(solo.table->distributing == row.distributing);
    CHECK(solo.table->collecting == row.collecting);
    CHECK(solo.table->standby == row.standby);
    CHECK(solo.table->own_address_only == row.own_address_only);
    for (const std::uint8_t member : solo.table->bucket) REQUIRE((row.distributing >> member & 1U) != 0);
    // Each member in turn is lost and returns.
    for (std::size_t m = 0; m < 3; ++m) {
      CAPTURE(m);
      solo.link(m, false);
      CHECK(solo.lag->up());
      CHECK((solo.table->distributing >> m & 1U) == 0);
      CHECK(solo.table->distributing != 0);
      CHECK(((solo.table->distributing >> solo.table->active) & 1U) == 1);
      solo.link(m, true);
      solo.advance(2s);
    }
    solo.all_links(false);
    CHECK_FALSE(solo.lag->up());
    CHECK(solo.table->distributing == 0);
  }
}

TEST_CASE("A LAG without LACP says of LACPDUs that nobody wanted them", "[control][modes]") {
  Solo solo{Mode::balance_xor, 2};
  solo.all_links(true);
  const auto lacpdu = wire::emit_slow_frame(MacAddress{{2, 0, 0, 0, 9, 9}}, wire::Lacpdu{});
  solo.lag->frame_received(at(0), lacpdu, solo.now);
  const LagStatus status = solo.lag->status(solo.now);
  const auto unwanted = std::ranges::find(status.drops, "lacpdu_unwanted", &NamedCount::name);
  REQUIRE(unwanted != status.drops.end());
  CHECK(unwanted->count == 1);
  CHECK(solo.sent.empty());
}

TEST_CASE("min-links and max-links count in every mode", "[control][modes]") {
  const auto limits = [](LagSettings& s) {
    s.options.lacp.min_links = 2;
    s.options.lacp.min_links_up = 3;
    s.options.lacp.max_links = 3;
  };
  for (const Mode mode : {Mode::balance_rr, Mode::balance_xor, Mode::broadcast, Mode::balance_tlb}) {
    CAPTURE(name_of(mode));
    Solo solo{mode, 4, limits};
    solo.link(0, true);
    solo.link(1, true);
    CHECK_FALSE(solo.lag->up());
    CHECK(solo.table->distributing == 0);
    solo.link(2, true);
    CHECK(solo.table->distributing == 0b0111);
    solo.link(3, true);
    CHECK(solo.table->distributing == 0b0111);  // the fourth stands by, and is listened to
    CHECK(solo.table->collecting == 0b1111);
    solo.link(1, false);
    CHECK(solo.table->distributing == 0b1101);
    solo.link(2, false);
    CHECK(solo.lag->up());
    solo.link(3, false);
    CHECK_FALSE(solo.lag->up());
    CHECK(solo.table->distributing == 0);
  }
  Solo backup{Mode::active_backup, 3, [](LagSettings& s) { s.options.lacp.min_links = 2; }};
  backup.link(0, true);
  CHECK_FALSE(backup.lag->up());
  backup.link(1, true);
  CHECK(backup.lag->up());
  CHECK(backup.table->distributing == 0b001);
}

TEST_CASE("updelay and downdelay hold back a change, and updelay is waived when nobody is up",
          "[control][links]") {
  Solo solo{Mode::balance_xor, 2,
            [](LagSettings& s) { s.options.debounce = {.up_delay = 500ms, .down_delay = 200ms}; }};
  solo.link(0, true);
  CHECK(solo.table->distributing == 0b01);  // waived
  solo.link(1, true);
  solo.advance(499ms);
  CHECK(solo.table->distributing == 0b01);
  CHECK(solo.lag->status(solo.now).members[1].mii == failover::DebouncedLink::going_back);
  solo.advance(1ms);
  CHECK(solo.table->distributing == 0b11);
  solo.link(0, false);
  solo.advance(199ms);
  CHECK(solo.table->distributing == 0b11);
  solo.link(0, true);
  solo.advance(1s);
  CHECK(solo.table->distributing == 0b11);
  CHECK(solo.lag->status(solo.now).members[0].link_failures == 0);
  solo.link(0, false);
  solo.advance(200ms);
  CHECK(solo.table->distributing == 0b10);
  // The one that comes back waits; when the other goes, it is believed at once.
  solo.link(0, true);
  CHECK(solo.table->distributing == 0b10);
  solo.link(1, false);
  solo.advance(200ms);
  CHECK(solo.table->distributing == 0b01);
}

TEST_CASE("A member that flaps is held down for a growing time, and the status says why",
          "[control][links]") {
  Solo solo{Mode::balance_xor, 2, [](LagSettings& s) {
              s.options.damping = {
                  .enabled = true, .flaps = 2, .window = 30s, .hold_first = 2s, .hold_max = 8s};
            }};
  solo.all_links(true);
  for (int i = 0; i < 3; ++i) {
    solo.link(1, false);
    solo.advance(100ms);
    solo.link(1, true);
    solo.advance(100ms);
  }
  CHECK(solo.table->distributing == 0b01);
  const MemberStatus held = solo.lag->status(solo.now).members[1];
  REQUIRE(held.held_down_for.has_value());
  CHECK(*held.held_down_for > 1s);
  CHECK(*held.held_down_for <= 2s);
  CHECK(held.holds == 1);
  REQUIRE_FALSE(solo.journal("damping").empty());
  CHECK(solo.journal("damping").back() == "m1:  -> held_down (flapping)");
  solo.advance(2s);
  CHECK(solo.table->distributing == 0b11);
  CHECK_FALSE(solo.lag->status(solo.now).members[1].held_down_for.has_value());
}

TEST_CASE("Without a Partner, LACP falls back to one member and leaves it when LACP has agreed",
          "[control][lacp]") {
  const auto with_fallback = [](LagSettings& s) {
    s.options.lacp_extras = {.strict = true, .fallback = true, .fallback_delay = 5s};
    s.members[1].lacp.port_priority = 100;
  };
  Solo solo{Mode::lacp, 3, with_fallback};
  solo.all_links(true);
  solo.advance(4s);
  CHECK(solo.table->distributing == 0);
  // EXPIRED for 3 s, DEFAULTED from then on, and 5 s more.
  solo.advance(6s);
  CHECK(solo.table->distributing == 0b010);
  CHECK((solo.table->collecting & 0b010) != 0);
  CHECK(solo.lag->up());
  CHECK(solo.lag->status(solo.now).fallback);
  solo.link(1, false);
  CHECK(std::popcount(solo.table->distributing) == 1);
  CHECK(solo.table->distributing != 0b010);
  solo.link(1, true);
  // A Partner begins to speak on all three.
  Solo partner{Mode::lacp, 3, [](LagSettings& s) { s.address = MacAddress{{2, 0, 0, 0, 0, 9}}; }};
  partner.now = solo.now;
  partner.on_sent = [&](const Sent& s) { solo.lag->frame_received(s.member, s.frame, solo.now); };
  solo.on_sent = [&](const Sent& s) { partner.lag->frame_received(s.member, s.frame, partner.now); };
  partner.all_links(true);
  for (int i = 0; i < 60; ++i) {
    solo.advance(100ms);
    partner.advance(100ms);
    CHECK(solo.table->distributing != 0);
  }
  CHECK(solo.table->distributing == 0b111);
  CHECK_FALSE(solo.lag->status(solo.now).fallback);
}

TEST_CASE("A LACP LAG that is not strict is up while a link is", "[control][lacp]") {
  Solo solo{Mode::lacp, 1, [](LagSettings& s) { s.options.lacp_extras.strict = false; }};
  CHECK_FALSE(solo.lag->up());
  solo.all_links(true);
  CHECK(solo.lag->up());
  CHECK(solo.table->distributing == 0);
}

}  // namespace modes_test
