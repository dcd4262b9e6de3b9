// Placing conversations by load, moving them in order, rebalancing: read, refused, planned, and set.
#include <algorithm>
#include <sstream>

#include "config/command/command.hpp"
#include "config/plan/plan.hpp"
#include "fast/conversations/conversation_table.hpp"
#include "printed.hpp"
#include "support/catch.hpp"

namespace lagoon::config::moves_test {
namespace {

using control::LoadSharing;
using control::MoveBy;
using control::Overflow;
using table::PlaceBy;

// Keys begin in line 4.
std::string text_with(std::string_view mode, std::string_view keys) {
  return "lags:\n- name: l\n  mode: " + std::string{mode} + "\n" + std::string{keys} +
         "  members: [{ name: m0, dev: net_a }, { name: m1, dev: net_b }]\n";
}

Lag lag_of(std::string_view keys, std::string_view mode = "lacp") {
  auto config = parse_config(text_with(mode, keys));
  REQUIRE(config);
  CHECK(config->warnings.empty());
  return config->lags.at(0);
}

TEST_CASE("Every value of weighted distribution, moves and rebalancing arrives in the model",
          "[config][moves]") {
  const auto config = parse_config(R"(
lags:
- name: l
  unequal-speed: true
  distribute: weighted
  by: least-conversations
  weight-unit: 10M
  load-window: 20ms
  conversation-estimate: 500k
  conversations: 67108864
  conversation-timeout: 15s
  move: flowlet
  move-hold: 1s
  failover-hold: 0
  flowlet-gap: 1us
  flowlet-patience: 7ms
  move-overflow: give-up
  rebalance: { enabled: auto, interval: 60s, start: 100%, stop: 0%, gain-min: 1.5%, moves-max: 4096,
               cool-down: 1000, hold-off: 0, pins: false }
  members: [{ dev: net_a, weight: 1000000, speed: 10G }, { dev: net_b, weight: auto }]
)");
  REQUIRE(config);
  CHECK(config->warnings.empty());
  const control::LagOptions& options = config->lags.at(0).options;
  CHECK(options.unequal_speed);
  CHECK(options.distribute == LoadSharing::weighted);
  CHECK(options.weighted == control::WeightedOptions{.by = PlaceBy::least_conversations,
                                                     .unit = mbps(10),
                                                     .window = 20ms,
                                                     .estimate = BitsPerSecond{500'000},
                                                     .conversations = 67'108'864,
                                                     .idle = 15s});
  CHECK(options.move == control::MoveOptions{.by = MoveBy::flowlet,
                                             .planned = 1s,
                                             .failover = 0s,
                                             .gap = 1us,
                                             .patience = 7ms,
                                             .overflow = Overflow::give_up});
  CHECK_FALSE(options.rebalances.has_value());
  CHECK(options.rebalance == balance::RebalancerOptions{.enabled = false,
                                                        .interval = 60s,
                                                        .start_percent = 100,
                                                        .stop_percent = 0,
                                                        .gain_min_basis_points = 150,
                                                        .moves_max = 4096,
                                                        .cool_down = 1000,
                                                        .hold_off = 0,
                                                        .pins = false});
  CHECK(config->lags.at(0).members.at(0).weight == 1'000'000U);
  CHECK_FALSE(config->lags.at(0).members.at(1).weight.has_value());
}

TEST_CASE("Rebalancing is said by a word, or turned on by a map", "[config][moves]") {
  CHECK_FALSE(lag_of("").options.rebalances.has_value());
  CHECK_FALSE(lag_of("  rebalance: auto\n").options.rebalances.has_value());
  CHECK(lag_of("  rebalance: true\n").options.rebalances == true);
  CHECK(lag_of("  rebalance: false\n").options.rebalances == false);
  CHECK(lag_of("  rebalance: { pins: false }\n").options.rebalances == true);
  CHECK(lag_of("  rebalance: { pins: false, enabled: false }\n").options.rebalances == false);
}

struct Row {
  std::string_view mode;
  std::string_view keys;
  std::string_view expected;  // after "f:"
};

void check_only(const Row& row) {
  const auto lines = mistakes(text_with(row.mode, row.keys));
  CAPTURE(row.mode, row.keys, lines);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == "f:" + std::string{row.expected});
}

TEST_CASE("A key that hangs on another one is warned of without it", "[config][moves]") {
  check_only(GENERATE(
      Row{"lacp", "  by: headroom\n", "4:7: warning: by has no effect without distribute: weighted"},
      Row{"lacp", "  load-window: 1s\n",
          "4:16: warning: load-window has no effect without distribute: weighted"},
      Row{"2", "  conversation-estimate: auto\n",
          "4:26: warning: conversation-estimate has no effect without distribute: weighted"},
      Row{"loadbalance", "  conversations: 64\n",
          "4:18: warning: conversations has no effect without distribute: weighted"},
      Row{"lacp", "  conversation-timeout: 1s\n",
          "4:25: warning: conversation-timeout has no effect without distribute: weighted"},
      Row{"lacp", "  weight-unit: 1G\n",
          "4:16: warning: weight-unit has no effect without distribute: weighted, or a member's weight"},
      Row{"lacp", "  flowlet-gap: 1ms\n",
          "4:16: warning: flowlet-gap has no effect without move: flowlet or distribute: weighted"},
      Row{"active-backup", "  flowlet-patience: 1ms\n",
          "4:21: warning: flowlet-patience has no effect without move: flowlet"},
      Row{"lacp", "  move-overflow: give-up\n  move: at-once\n",
          "4:18: warning: move-overflow has no effect without another move than at-once"},
      Row{"balance-tlb", "  distribute: weighted\n",
          "4:15: warning: distribute has no effect in mode balance-tlb; it is for mode balance-xor, lacp or "
          "loadbalance"},
      Row{"broadcast", "  rebalance: true\n",
          "4:14: warning: rebalance has no effect in mode broadcast; it is for mode balance-xor, lacp or "
          "loadbalance"},
      Row{"balance-xor", "  unequal-speed: true\n",
          "4:18: warning: unequal-speed has no effect in mode balance-xor; it is for mode lacp"},
      Row{"3", "  move: hold\n",
          "4:9: warning: move has no effect in mode broadcast; it is for mode active-backup, balance-xor, "
          "lacp, balance-tlb, balance-alb, failover or loadbalance"}));
  CHECK(mistakes("lags:\n- name: l\n  mode: 0\n  members: [{ dev: net_a, weight: 5 }]\n") ==
        std::vector<std::string>{
            "f:4:35: warning: weight has no effect in mode balance-rr; it is for mode balance-xor, lacp, "
            "balance-tlb, balance-alb or loadbalance"});
  // A weight has an effect on buckets, too, and so has its unit.
  CHECK(mistakes("lags:\n- name: l\n  weight-unit: 1G\n  members: [{ dev: net_a, weight: 5 }]\n").empty());
}

TEST_CASE("Weights, times and bounds that do not go together are reported", "[config][moves]") {
  check_only(GENERATE(
      Row{"lacp", "  distribute: weighted\n  conversation-timeout: 100ms\n  flowlet-gap: 100ms\n",
          "5:25: error: conversation-timeout is not longer than flowlet-gap; expected more, or conversations "
          "are forgotten while their frames may be under way"},
      Row{"lacp", "  move: flowlet\n  flowlet-gap: 200ms\n",
          "5:16: error: flowlet-patience is shorter than flowlet-gap, so no gap could be found in time; "
          "expected at least that"},
      Row{"lacp", "  rebalance: { start: 5%, stop: 6% }\n",
          "4:33: error: stop is 6%, above start (5%); expected at most that"},
      Row{"lacp", "  rebalance: { start: 4% }\n",
          "4:23: error: stop is 5%, above start (4%); expected at most that"}));
  CHECK(mistakes("lags:\n- name: l\n  weight-unit: 1G\n  members: [{ dev: net_a, weight: 10001 }]\n") ==
        std::vector<std::string>{
            "f:4:35: error: weight 10001 stands for 10001000 Mb/s (of weight-unit 1000 Mb/s each); expected "
            "at most 10000000"});
}

TEST_CASE("Values out of range are reported with what is right", "[config][moves]") {
  check_only(GENERATE(
      Row{"lacp", "  distribute: wieghted\n",
          "4:15: error: distribute is 'wieghted'; expected flow-hash or weighted (did you mean 'weighted'?)"},
      Row{"lacp", "  by: shares\n",
          "4:7: error: by is 'shares'; expected share, headroom, least-conversations or round-robin (did you "
          "mean 'share'?)"},
      Row{"lacp", "  weight-unit: 100\n",
          "4:16: error: weight-unit is '100'; expected a speed from 1M to 10T, like 100M, 2.5G or 400G (the "
          "unit is missing)"},
      Row{"lacp", "  conversation-estimate: 999\n",
          "4:26: error: conversation-estimate is '999'; expected auto, or a rate from 1k to 10T, like 500k, "
          "10M or 1.5G (the unit is missing)"},
      Row{"lacp", "  conversations: 63\n",
          "4:18: error: conversations is '63'; expected a whole number from 64 to 67108864"},
      Row{"lacp", "  conversation-timeout: 16s\n",
          "4:25: error: conversation-timeout is '16s'; expected a time from 100ms to 15s, like 2s or 500ms"},
      Row{"lacp", "  flowlet-gap: 0\n",
          "4:16: error: flowlet-gap is '0'; expected a time from 1us to 1s, like 2s or 500ms (the unit is "
          "missing)"},
      Row{"lacp", "  move: at_once\n",
          "4:9: error: move is 'at_once'; expected marker, hold, flowlet or at-once (did you mean "
          "'at-once'?)"},
      Row{"lacp", "  move-overflow: lose\n",
          "4:18: error: move-overflow is 'lose'; expected old-way or give-up"},
      Row{"lacp", "  rebalance: yes\n",
          "4:14: error: rebalance is 'yes'; expected auto, true, false, or a map of enabled, interval, "
          "start, "
          "stop, gain-min, moves-max, cool-down, hold-off, pins"},
      Row{"lacp", "  rebalance: { start: 10 }\n",
          "4:23: error: start is '10'; expected a percentage from 1% to 100% (the % is missing)"},
      Row{"lacp", "  rebalance: { start: 10.5% }\n",
          "4:23: error: start is '10.5%'; expected a percentage from 1% to 100% (that is too exact)"},
      Row{"lacp", "  rebalance: { stop: 101% }\n",
          "4:22: error: stop is '101%'; expected a percentage from 0% to 100%"},
      Row{"lacp", "  rebalance: { gain-min: 0.005% }\n",
          "4:26: error: gain-min is '0.005%'; expected a percentage from 0% to 100% (that is too exact)"},
      Row{"lacp", "  rebalance: { moves-max: 0 }\n",
          "4:27: error: moves-max is '0'; expected a whole number from 1 to 4096"},
      Row{"lacp", "  rebalance: { holdoff: 1 }\n",
          "4:16: error: unknown key 'holdoff'; did you mean 'hold-off'?"}));
  CHECK(mistakes("lags:\n- name: l\n  members: [{ dev: net_a, weight: 0 }]\n") ==
        std::vector<std::string>{
            "f:3:35: error: weight is '0'; expected auto, or a whole number from 1 to 1000000"});
}

TEST_CASE("The plan says how conversations are placed, moved and rebalanced", "[config][moves]") {
  struct Plans {
    std::string_view mode;
    std::string_view keys;
    std::vector<std::string> said;
  };
  const std::string octets = std::to_string(fast::ConversationTable::lines_for(65'536) * 64);
  const Plans row = GENERATE_COPY(
      Plans{"lacp",
            "  hash-seed: 1\n  unequal-speed: true\n  distribute: weighted\n",
            {"LACP: active, fast, system-id the LAG's MAC, system-priority 32768, key by duplex, for all "
             "speeds, mux independent, select stable, aggregate-wait 2 s",
             "distribution: weighted, a new conversation by share, unit 100 Mb/s, load over 200 ms, each "
             "charged with what others carry, room for 65536 conversations (" +
                 octets + " octets) in each worker, forgotten after 10 s; hash l3+4, seed 1",
             "moves: frames wait for the answers to Markers, at most 50 ms, 10 ms after a loss",
             "rebalancing: each 1 s, from 10% above a member's share down to 5%, by moves of 0.02% or more, "
             "at most 128 at a time; what moved stays for 10 intervals, 3 lie between reliefs; "
             "large conversations get entries of their own"}},
      Plans{"2",
            "  hash-seed: 1\n  distribute: weighted\n  by: headroom\n  weight-unit: 1.5M\n"
            "  conversation-estimate: 2.5M\n  move: flowlet\n  move-overflow: give-up\n"
            "  rebalance: { gain-min: 2%, pins: false }\n",
            {"distribution: weighted, a new conversation by headroom, unit 1500 kb/s, load over 200 ms, each "
             "charged with 2500 kb/s, room for 65536 conversations (" +
                 octets + " octets) in each worker, forgotten after 10 s; hash l3+4, seed 1",
             "moves: in gaps of 500 us; without one for 100 ms frames wait 50 ms, 10 ms after a loss, given "
             "up where there is no room to wait",
             "rebalancing: each 1 s, from 10% above a member's share down to 5%, by moves of 2% or more, at "
             "most 128 at a time; what moved stays for 10 intervals, 3 lie between reliefs"}},
      Plans{"2", "  move: at-once\n", {"moves: at once, frames may overtake each other"}},
      Plans{"2", "  rebalance: true\n", {"moves: frames wait 50 ms, 10 ms after a loss"}});
  const Lag lag = lag_of(row.keys, row.mode);
  Config config;
  config.lags.push_back(lag);
  const std::vector<std::string> said = plan(config).at(1).details;
  CAPTURE(row.keys, said);
  for (const std::string& line : row.said) {
    CAPTURE(line);
    CHECK(std::ranges::find(said, line) != said.end());
  }
}

TEST_CASE("What has no effect is not planned", "[config][moves]") {
  for (const std::string_view keys : {"", "  rebalance: false\n"}) {
    Config config;
    config.lags.push_back(lag_of(keys));
    const Plan steps = plan(config);
    for (const std::string& line : steps.at(1).details) {
      CAPTURE(keys, line);
      CHECK_FALSE(line.starts_with("moves"));
      CHECK_FALSE(line.starts_with("rebalancing"));
      CHECK(line.find("weighted") == std::string::npos);
    }
  }
}

TEST_CASE("How conversations are placed and moved changes while the LAG runs", "[config][moves]") {
  Lag lag = lag_of("  distribute: weighted\n");
  REQUIRE(set_option(lag, "by", "headroom"));
  REQUIRE(set_option(lag, "weight-unit", "1G"));
  REQUIRE(set_option(lag, "load-window", "1s"));
  REQUIRE(set_option(lag, "conversation-estimate", "1M"));
  REQUIRE(set_option(lag, "conversation-timeout", "2s"));
  REQUIRE(set_option(lag, "unequal-speed", "true"));
  REQUIRE(set_option(lag, "move", "flowlet"));
  REQUIRE(set_option(lag, "flowlet-gap", "2ms"));
  REQUIRE(set_option(lag, "flowlet-patience", "50ms"));
  REQUIRE(set_option(lag, "move-overflow", "give-up"));
  REQUIRE(set_option(lag, "rebalance.interval", "200ms"));
  REQUIRE(set_option(lag, "rebalance.start", "20%"));  // the interval stays
  CHECK(lag.options == lag_of("  distribute: weighted\n  by: headroom\n  weight-unit: 1G\n"
                              "  load-window: 1s\n  conversation-estimate: 1M\n"
                              "  conversation-timeout: 2s\n  unequal-speed: true\n  move: flowlet\n"
                              "  flowlet-gap: 2ms\n  flowlet-patience: 50ms\n  move-overflow: give-up\n"
                              "  rebalance: { interval: 200ms, start: 20% }\n")
                           .options);
  REQUIRE(set_option(lag, "rebalance", "{ stop: 1% }"));  // all of it is said
  CHECK(lag.options.rebalance.interval == 1s);
  CHECK(lag.options.rebalance.stop_percent == 1);
  REQUIRE(set_option(lag, "rebalance", "false"));
  REQUIRE(set_option(lag, "rebalance.stop", "2%"));  // it stays off
  CHECK(lag.options.rebalances == false);
  CHECK(lag.options.rebalance.stop_percent == 2);
  REQUIRE(set_option(lag, "rebalance", "auto"));
  CHECK_FALSE(lag.options.rebalances.has_value());
}

TEST_CASE("What is fixed, has no effect or contradicts is refused as a command", "[config][moves]") {
  struct Refused {
    std::string_view keys;
    std::string_view key;
    std::string_view value;
    Errc code;
    std::string_view detail;
  };
  const Refused row = GENERATE(
      Refused{"", "distribute", "weighted", Errc::not_supported,
              "distribute can't be changed while the LAG runs; change the file and start anew"},
      Refused{"  distribute: weighted\n", "conversations", "100", Errc::not_supported,
              "conversations can't be changed while the LAG runs; change the file and start anew"},
      Refused{"", "by", "headroom", Errc::invalid_argument, "by has no effect without distribute: weighted"},
      Refused{"", "flowlet-gap", "1ms", Errc::invalid_argument,
              "flowlet-gap has no effect without move: flowlet or distribute: weighted"},
      Refused{"", "rebalance.start", "1%", Errc::invalid_argument,
              "stop is 5%, above start (1%); expected at most that"},
      Refused{"", "rebalance.begin", "1%", Errc::no_such_thing, "unknown key 'rebalance.begin'"},
      Refused{"", "gain-min", "1%", Errc::no_such_thing,
              "unknown key 'gain-min'; did you mean 'rebalance.gain-min'?"});
  CAPTURE(row.key, row.value);
  Lag lag = lag_of(row.keys);
  const control::LagOptions before = lag.options;
  const auto done = set_option(lag, row.key, row.value);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == row.code);
  CAPTURE(done.error().detail);
  CHECK(done.error().detail.starts_with(row.detail));
  CHECK(lag.options == before);
}

}  // namespace
}  // namespace lagoon::config::moves_test
