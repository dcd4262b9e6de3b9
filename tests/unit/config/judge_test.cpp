// The judge: a command is refused with the words that a file with its outcome gets, and what was wrong before
// may be mended.
#include "config/rules/judge.hpp"

#include <regex>

#include "config/change/rehearse.hpp"
#include "config/file/yaml_reader.hpp"
#include "printed.hpp"
#include "support/catch.hpp"

namespace lagoon::config::judge_test {
namespace {

constexpr std::string_view kPorts =
    "ports:\n"
    "- { name: lan, dev: 'net_af_packet9,iface=lan0' }\n"
    "- { name: host, tap: host0 }\n"
    "- { name: w, wire: w0 }\n";
const std::string kA = "{ dev: 'net_af_packet0,iface=a0' }";
const std::string kB = "{ dev: 'net_af_packet1,iface=a1' }";
const std::string kFar =
    "- { name: far, mac: 02:00:00:00:00:02, lacp: { key: 5 }, members: [{ wire: w0 }, { name: f, dev: "
    "net_ring0 }] }\n";

std::string file(const std::string& keys, const std::string& members) {
  return std::string{kPorts} + "lags:\n- { name: near, mac: 02:00:00:00:00:01, " + keys + "members: [" +
         members + "] }\n" + kFar;
}

Config config_of(const std::string& text) {
  auto config = parse_config(text);
  if (!config) FAIL(config.error().items().front().message);
  return *std::move(config);
}

// Without place and line.
std::string words_of_file(const std::string& text) {
  std::string all;
  for (const std::string& line : mistakes(text))
    all += (all.empty() ? "" : "; ") + line.substr(line.find(": error: ") + 9);
  return std::regex_replace(all, std::regex{" \\(line [0-9]+\\)"}, "");
}

Result<Config> commanded(const Config& running, const std::string& verb, const std::string& argument,
                         LagState state = LagState::runs) {
  auto action = parse_action(verb, argument);
  if (!action) return std::unexpected{action.error()};
  return with(running, {.lag = "near", .action = *std::move(action)}, state);
}

TEST_CASE("A command is refused with the words of a file", "[config][judge]") {
  struct Row {
    std::string keys;  // of the LAG that runs
    std::string members;
    std::string verb;
    std::string argument;
    std::string keys_then;  // as the command would have it
    std::string members_then;
    std::string words;
  };
  const std::string both = kA + ", " + kB;
  const auto adds = [&](const std::string& member, const std::string& words) {
    return Row{"", both, "add", member, "", both + ", " + member, words};
  };
  const Row row = GENERATE_COPY(
      adds("{ dev: 'net_af_packet9,iface=x' }",
           "device 'net_af_packet9' is used already by port 'lan'; expected another"),
      adds("{ dev: 'net_af_packet7,iface=lan0' }",
           "interface 'lan0' is used already by port 'lan'; expected another"),
      adds("{ dev: 'net_pcap7,rx_iface=lan0,tx_iface=q' }",
           "interface 'lan0' is used already by port 'lan'; expected another"),
      adds("{ dev: 'net_af_packet1,iface=a1' }",
           "device 'net_af_packet1' is used already by LAG 'near'; expected another"),
      adds("{ dev: 'vdev:net_ring0' }", "device 'net_ring0' is used already by LAG 'near'; expected another"),
      adds("{ dev: 'net_failsafe0,dev(net_af_packet1,iface=q)' }",
           "device 'net_af_packet1' is used already by LAG 'near'; expected another"),
      adds("{ dev: 'net_bonding0,mode=1,slave=net_ring0' }",
           "device 'net_ring0' is used already by LAG 'near'; expected another"),
      adds("{ name: net_af_packet0, dev: net_ring7 }",
           "member name 'net_af_packet0' is used already in lags[0].members[0].name; expected another"),
      adds("{ tap: host0 }", "interface 'host0' is used already by port 'host'; expected another"),
      adds("{ dev: 'net_tap7,iface=host0' }",
           "interface 'host0' is used already by port 'host'; expected another"),
      adds("{ dev: net_tap1001 }", "device 'net_tap1001' is used already by port 'host'; expected another"),
      adds("{ dev: net_ring_w0_a }", "device 'net_ring_w0_a' is used already by port 'w'; expected another"),
      adds("{ wire: w7 }",
           "wire 'w7' is used once; a wire connects exactly two ports or members of this file"),
      adds("{ wire: w0 }",
           "wire 'w0' has two ends already, ports[2].wire and lags[0].members[2].wire; a wire connects "
           "exactly two ports or members of this file"),
      adds("{ dev: net_ring7, lacp: { port-number: 1 } }",
           "port-number 1 is what member 'net_af_packet0' has by its position; number that one too, or take "
           "another"),
      adds("{ dev: net_ring7, weight: 1000000000 }", ""),
      Row{"", kA, "remove", "net_af_packet0", "", "", "LAG 'near' has no members; expected 1 to 32"},
      Row{"min-links: 2, ", both, "remove", "net_af_packet1", "min-links: 2, ", kA,
          "min-links is 2, but the LAG has 1 member; it would never come up"},
      Row{"mode: active-backup, primary: net_af_packet1, ", both, "remove", "net_af_packet1",
          "mode: active-backup, primary: net_af_packet1, ", kA,
          "primary is 'net_af_packet1', but no member of the LAG has that name; did you mean "
          "'net_af_packet0'?"},
      Row{"", both, "set", "min-links: 3", "min-links: 3, ", both,
          "min-links is 3, but the LAG has 2 members; it would never come up"},
      Row{"", both + ", { dev: 'net_tap3,iface=t3' }", "set", "mtu: 9000", "mtu: 9000, ",
          both + ", { dev: 'net_tap3,iface=t3' }",
          "mtu is 9000, and member 'net_tap3' is a tap, whose driver takes 1504 at most; expected that, or "
          "less"},
      Row{"mtu: 1505, ", both, "add", "{ tap: t3 }", "mtu: 1505, ", both + ", { tap: t3 }",
          "mtu is 1505, and member 't3' is a tap, whose driver takes 1504 at most; expected that, or less"},
      Row{"lacp: { key: 5 }, ", both, "set", "lacp.system-id: 02:00:00:00:00:02",
          "lacp: { key: 5, system-id: 02:00:00:00:00:02 }, ", both, ""});
  CAPTURE(row.verb, row.argument);
  const Config running = config_of(file(row.keys, row.members));
  const auto done = commanded(running, row.verb, row.argument);
  REQUIRE_FALSE(done);
  const std::string expected = words_of_file(file(row.keys_then, row.members_then));
  if (row.argument.find("weight") == std::string::npos && row.argument.find("system-id") == std::string::npos)
    CHECK(done.error().detail == expected);
  if (!row.words.empty()) CHECK(done.error().detail == row.words);
}

TEST_CASE("A tap behind a LAG bounds its MTU", "[config][judge]") {
  const auto text = [](const std::string& keys, const std::string& forward) {
    return file(keys, kA) + "forward: [[" + forward + "]]\n";
  };
  const std::string words =
      "mtu is 9000, and port 'host' is a tap, whose driver takes 1504 at most; expected that, or less";
  CHECK(words_of_file(text("mtu: 9000, ", "host, near")) == words);
  CHECK(words_of_file(text("mtu: 9000, ", "near, host")) == words);
  CHECK(words_of_file(text("mtu: 1504, ", "host, near")).empty());
  CHECK(words_of_file(text("mtu: 9000, ", "lan, near")).empty());
  const auto done = commanded(config_of(text("", "host, near")), "set", "mtu: 9000");
  REQUIRE_FALSE(done);
  CHECK(done.error().detail == words);
}

TEST_CASE("No two LAGs of a process are one to a Partner", "[config][judge]") {
  const auto lags = [](const std::string& a, const std::string& b) {
    return "lags:\n- { name: a, " + a + ", members: [{ dev: net_a }] }\n- { name: b, " + b +
           ", members: [{ dev: net_b }] }\n";
  };
  const std::string system = "system-id: 02:00:00:00:00:09";
  CHECK(words_of_file(lags("lacp: { " + system + ", key: 5 }", "lacp: { " + system + ", key: 5 }")) ==
        "LAG 'b' has the system-id 02:00:00:00:00:09 and the key 5 of LAG 'a'; give one another key or "
        "system-id");
  CHECK(words_of_file(lags("mac: 02:00:00:00:00:09, lacp: { key: 5 }", "lacp: { " + system + ", key: 5 }")) !=
        "");
  // 143 is what LAG 1 has at 10 Gb/s
  CHECK(words_of_file(lags("lacp: { " + system + ", key: 143 }", "lacp: { " + system + " }"))
            .find("automatic") != std::string::npos);
  for (const std::string& other : std::vector<std::string>{
           "lacp: { " + system + ", key: 6 }", "lacp: { " + system + ", key: 5, system-priority: 1 }",
           std::string{"lacp: { key: 5 }"}, "mode: balance-xor, mac: 02:00:00:00:00:09",
           "lacp: { " + system + " }"})
    CHECK(words_of_file(lags("lacp: { " + system + ", key: 5 }", other)) == "");
  const Config two = config_of(lags("lacp: { " + system + ", key: 5 }", "lacp: { " + system + ", key: 6 }"));
  const auto done = with(two, {.lag = "b", .action = SetOption{"lacp.key", "5"}});
  REQUIRE_FALSE(done);
  CHECK(done.error().detail.find("another key") != std::string::npos);
}

TEST_CASE("What was wrong before may be mended, step by step", "[config][judge]") {
  Config running =
      config_of(file("mode: active-backup, primary: net_af_packet1, min-links: 2, ", kA + ", " + kB));
  // both devices are taken away, as from a machine that runs
  Lag& near = running.lags[0];
  near.members.clear();
  CHECK(commanded(running, "set", "miimon: 10ms"));
  auto one = commanded(running, "add", "{ dev: net_ring5 }");
  REQUIRE(one);
  CHECK(commanded(*one, "add", kB));                    // the primary is back, and enough members
  CHECK_FALSE(commanded(*one, "set", "min-links: 3"));  // worse than it was
  CHECK_FALSE(commanded(*one, "set", "primary: nobody"));
  CHECK_FALSE(commanded(*one, "remove", "net_ring5"));  // the last one
  CHECK(commanded(*one, "set", "min-links: 1"));
}

TEST_CASE("A LAG that does not run yet may be unfinished, and not wrong", "[config][judge]") {
  Config stopped;
  stopped.lags.push_back({.name = "near", .options = {}, .members = {}});
  auto next = commanded(stopped, "set", "min-links: 2", LagState::stopped);
  REQUIRE(next);
  next = commanded(*next, "add", kA, LagState::stopped);
  REQUIRE(next);
  CHECK_FALSE(commanded(*next, "add", "{ name: x, dev: 'net_af_packet7,iface=a0' }", LagState::stopped));
  CHECK_FALSE(commanded(*next, "activate", "net_af_packet0", LagState::stopped));
  CHECK(commanded(*next, "remove", "net_af_packet0", LagState::stopped));
  CHECK_FALSE(judge({}, *next));
  next = commanded(*next, "add", kB, LagState::stopped);
  REQUIRE(next);
  CHECK(judge({}, *next));
}

}  // namespace
}  // namespace lagoon::config::judge_test
