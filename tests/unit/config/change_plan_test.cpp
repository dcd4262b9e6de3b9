#include "config/change/change_plan.hpp"

#include <algorithm>
#include <sstream>

#include "config/file/yaml_reader.hpp"
#include "config/values/key_text.hpp"
#include "random_config.hpp"
#include "support/catch.hpp"

namespace lagoon::config::change_plan_test {
namespace {

Reading read(const std::string& text) {
  auto reading = parse_config_with_places(text);
  if (!reading) {
    std::ostringstream wrong;
    lagoon::config::print(wrong, "text", reading.error());
    FAIL(wrong.str());
  }
  return std::move(*reading);
}

std::string planned(const std::string& running, const std::string& wanted,
                    std::size_t room = std::numeric_limits<std::size_t>::max()) {
  const Reading after = read(wanted);
  std::ostringstream out;
  lagoon::config::print(out, "new.yaml", plan_change(read(running).config, after.config, after.source, room));
  return out.str();
}

// A LAG in flow style: its keys, then its members.
std::string lag_text(const std::string& keys, const std::string& members) {
  return "lags:\n- { name: lag0, " + keys + "members: [" + members + "] }\n";
}

const std::string kA = "{ name: a, dev: 'net_a,iface=a' }";
const std::string kB = "{ name: b, dev: 'net_b,iface=b' }";
const std::string kC = "{ name: c, dev: 'net_c,iface=c' }";

void check_same(const Config& one, const Config& other) {
  REQUIRE(one.lags.size() == other.lags.size());
  for (std::size_t i = 0; i < one.lags.size(); ++i) {
    CHECK(keys_of(one.lags[i]) == keys_of(other.lags[i]));
    std::vector<Member> members = one.lags[i].members;
    std::vector<Member> others = other.lags[i].members;
    std::ranges::sort(members, {}, &Member::name);
    std::ranges::sort(others, {}, &Member::name);
    CHECK(members == others);
  }
}

TEST_CASE("The same file twice changes nothing, whatever the order in it", "[config][change]") {
  CHECK(planned(lag_text("", kA + "," + kB), lag_text("hash: l3+4, ", kB + "," + kA)) == "nothing changes\n");
}

TEST_CASE("Steps taken give the new configuration, taken back the old one", "[config][change]") {
  std::size_t rejoined = 0;
  std::size_t planned_well = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    RandomConfig random{seed};
    const Config running = random.config();
    Config wanted = running;
    for (Lag& lag : wanted.lags)
      if (random.flip()) random.change(lag);
    const std::size_t room = seed % 4;
    const ChangePlan plan = plan_change(running, wanted, {}, room);
    if (plan.refused()) {
      CAPTURE(plan.refusals.items().front().message);
      CHECK(plan.refusals.items().front().message.find("in mode failover") != std::string::npos);
      continue;
    }
    ++planned_well;

    Config config = running;
    std::ptrdiff_t more = 0;  // ports than at the start
    std::ptrdiff_t most = 0;
    for (const ChangeStep& step : plan.steps) {
      CHECK_FALSE(step.words.empty());
      REQUIRE(rehearse(config, step.lag, step.action));
      more += std::holds_alternative<AddMember>(step.action) ? 1 : 0;
      more -= std::holds_alternative<RemoveMember>(step.action) ? 1 : 0;
      most = std::max(most, more);
      rejoined += step.words.front().find("comes back") != std::string::npos ? 1 : 0;
    }
    check_same(config, wanted);
    if (more <= static_cast<std::ptrdiff_t>(room)) CHECK(most <= static_cast<std::ptrdiff_t>(room));
    for (auto step = plan.steps.rbegin(); step != plan.steps.rend(); ++step)
      REQUIRE(rehearse(config, step->lag, step->undo));
    check_same(config, running);
  }
  CHECK(rejoined > 20);
  CHECK(planned_well > 200);
}

TEST_CASE("Options change together, and a plan says what they were", "[config][change]") {
  CHECK(planned(lag_text("lacp: { rate: fast }, ", kA),
                lag_text("lacp: { rate: slow }, rebalance: { start: 20% }, vlans: [1, 2, 3], ", kA)) ==
        "1. LAG 'lag0': set lacp.rate: slow (was fast)\n"
        "2. LAG 'lag0': set rebalance: { enabled: true, interval: 1s, start: 20%, stop: 5%, gain-min: 0.02%, "
        "moves-max: 128, cool-down: 10, hold-off: 3, pins: true } (was { enabled: auto })\n"
        "3. LAG 'lag0': set vlans: [1-3] (was [])\n");
  const Reading after = read(lag_text("lacp: { rate: slow }, vlans: [1], ", kA));
  CHECK(plan_change(read(lag_text("", kA)).config, after.config, after.source).steps.size() == 1);
}

TEST_CASE("Members come before others go, and limits loosen first and tighten last", "[config][change]") {
  CHECK(planned(lag_text("min-links: 2, ", kA + "," + kB),
                lag_text("hash: l2, min-links: 1, ", kA + "," + kC)) ==
        "1. LAG 'lag0': set min-links: 1 (was 2)\n"
        "2. LAG 'lag0': set min-links-up: 1 (was 2)\n"
        "3. LAG 'lag0': add member 'c' { name: c, dev: \"net_c,iface=c\" }\n"
        "4. LAG 'lag0': set hash: l2 (was l3+4)\n"
        "5. LAG 'lag0': remove member 'b'\n");
  CHECK(planned(lag_text("", kA), lag_text("min-links: 2, ", kA + "," + kC)) ==
        "1. LAG 'lag0': add member 'c' { name: c, dev: \"net_c,iface=c\" }\n"
        "2. LAG 'lag0': set min-links: 2 (was 1)\n"
        "3. LAG 'lag0': set min-links-up: 2 (was 1)\n");
}

TEST_CASE("A device that changes its LAG or its name goes before it comes", "[config][change]") {
  const std::string renamed = "{ name: x, dev: 'net_b,iface=b' }";
  CHECK(
      planned(lag_text("mode: 1, ", kA + "," + kB), lag_text("mode: 1, primary: x, ", kA + "," + renamed)) ==
      "1. LAG 'lag0': remove member 'b'\n"
      "2. LAG 'lag0': add member 'x' { name: x, dev: \"net_b,iface=b\" }\n"
      "3. LAG 'lag0': set primary: x (was none)\n");
  const std::string two = "- { name: lag1, members: [" + kC;
  CHECK(planned(lag_text("", kA + "," + kB) + two + "] }\n", lag_text("", kA) + two + "," + kB + "] }\n") ==
        "1. LAG 'lag0': remove member 'b'\n"
        "2. LAG 'lag1': add member 'b' { name: b, dev: \"net_b,iface=b\" }\n");
}

TEST_CASE("Members that swap their devices both go before one comes", "[config][change]") {
  const std::string swapped = "{ name: b, dev: 'net_c,iface=c' }, { name: c, dev: 'net_b,iface=b' }";
  CHECK(planned(lag_text("", kA + "," + kB + "," + kC), lag_text("", kA + "," + swapped)) ==
        "1. LAG 'lag0': remove member 'b', which comes back: { name: b, dev: \"net_c,iface=c\" }, was { "
        "name: b, dev: "
        "\"net_b,iface=b\" }\n"
        "2. LAG 'lag0': remove member 'c', which comes back: { name: c, dev: \"net_b,iface=b\" }, was { "
        "name: c, dev: "
        "\"net_c,iface=c\" }\n"
        "3. LAG 'lag0': add member 'b' { name: b, dev: \"net_c,iface=c\" }\n"
        "4. LAG 'lag0': add member 'c' { name: c, dev: \"net_b,iface=b\" }\n");
}

TEST_CASE("Without room for one more, a member goes first", "[config][change]") {
  CHECK(planned(lag_text("", kA + "," + kB), lag_text("", kA + "," + kC), 0) ==
        "1. LAG 'lag0': remove member 'b'\n"
        "2. LAG 'lag0': add member 'c' { name: c, dev: \"net_c,iface=c\" }\n");
}

TEST_CASE("What a member can't change in place makes it go and come back", "[config][change]") {
  const std::string other = "{ name: b, dev: 'net_b,iface=b', weight: 7, lacp: { port-priority: 9 } }";
  CHECK(planned(lag_text("", kA + "," + kB), lag_text("", kA + "," + other)) ==
        "1. LAG 'lag0': remove member 'b', which comes back: lacp.port-priority: 9, was 32768\n"
        "2. LAG 'lag0': add member 'b' { name: b, dev: \"net_b,iface=b\", weight: 7, lacp: { port-priority: "
        "9 } "
        "}\n");
  CHECK(planned(lag_text("", kA + "," + kB),
                lag_text("", kA + ", { name: b, dev: 'net_b,iface=b', weight: 7, state: drained }")) ==
        "1. LAG 'lag0': member 'b': weight 7 (was auto)\n"
        "2. LAG 'lag0': member 'b': state drained (was enabled)\n");
}

TEST_CASE("Another neighbour that is to be there takes no member out", "[config][change]") {
  CHECK(
      planned(lag_text("", kA + "," + kB),
              lag_text("", kA + ", { name: b, dev: 'net_b,iface=b', expect: { system: sw1, port: e5 } }")) ==
      "1. LAG 'lag0': member 'b': expect sw1 port e5 (was anybody)\n");
}

TEST_CASE("The only member does not go to come back", "[config][change]") {
  CHECK(planned(lag_text("", kA), lag_text("", "{ name: a, dev: 'net_a,iface=a', speed: 10G }")) ==
        "new.yaml:2:26: error: LAG 'lag0': remove member 'a', which comes back: speed: 10G, was auto: this "
        "would "
        "leave the LAG without any member for a while; change one member after the other, or restart lagoond "
        "with this file\n");
}

TEST_CASE("Where the order of members counts, it stays", "[config][change]") {
  const std::string in_order = "1. LAG 'lag0': add member 'b' { name: b, dev: \"net_b,iface=b\" }\n";
  CHECK(planned(lag_text("mode: failover, ", kA), lag_text("mode: failover, ", kA + "," + kB)) == in_order);
  CHECK(
      planned(lag_text("mode: failover, ", kA), lag_text("mode: failover, ", kB + "," + kA)) ==
      "new.yaml:2:42: error: LAG 'lag0': in mode failover the first member goes before the others, and while "
      "it runs a new one can only come last; restart lagoond with this file\n");
  CHECK(planned(lag_text("mode: 1, ", kA), lag_text("mode: 1, ", kB + "," + kA)) == in_order);
}

TEST_CASE("All that can't change while it runs is refused at once, with its place", "[config][change]") {
  const std::string running =
      "eal: { lcores: [0, 1] }\n"
      "ports: [{ name: p, tap: p }, { name: q, tap: q }]\n"
      "lags: [{ name: lag0, members: [" +
      kA + "] }, { name: lag1, members: [" + kB + "] }]\n" + "forward: [[p, lag0], [q, lag1]]\n";
  const std::string wanted =
      "eal: { lcores: [0, 2] }\n"
      "ports: [{ name: p, tap: r }, { name: s, tap: s }]\n"
      "lags:\n- name: lag0\n  mode: balance-xor\n  mac: 02:00:00:00:00:01\n  hash: l2\n  members: [" +
      kA + "]\n" + "- { name: lag2, members: [" + kB + "] }\n" + "forward:\n- [lag0, p]\n- [s, lag2]\n";
  CHECK(
      planned(running, wanted) ==
      "new.yaml:1:16: error: lcores: [0, 2] (runs with [0, 1]) can't be changed while lagoond runs; restart "
      "it "
      "with this file\n"
      "new.yaml:2:8: error: port 'q' is not in this file, but can't be taken away while lagoond runs; "
      "restart "
      "it with this file\n"
      "new.yaml:2:9: error: port 'p': { name: p, tap: r } (runs with { name: p, tap: p }) can't be changed "
      "while lagoond runs; restart it with this file\n"
      "new.yaml:2:30: error: port 's' can't be added while lagoond runs; restart it with this file\n"
      "new.yaml:4:1: error: LAG 'lag1' is not in this file, but can't be taken away while lagoond runs; "
      "restart it with this file\n"
      "new.yaml:5:9: error: mode: balance-xor (runs with lacp) can't be changed while lagoond runs; restart "
      "it "
      "with this file\n"
      "new.yaml:6:8: error: mac: \"02:00:00:00:00:01\" (runs with auto) can't be changed while lagoond runs; "
      "restart it with this file\n"
      "new.yaml:9:3: error: LAG 'lag2' can't be added while lagoond runs; restart it with this file\n"
      "new.yaml:11:1: error: forward [lag1, q] is not in this file, but can't be taken away while lagoond "
      "runs; restart it with this file\n"
      "new.yaml:12:3: error: forward [s, lag2] can't be added while lagoond runs; restart it with this "
      "file\n");
}

TEST_CASE("A key without effect is taken as a file takes it", "[config][change]") {
  CHECK(planned(lag_text("mode: 1, ", kA), lag_text("mode: 1, lacp: { rate: slow }, ", kA)) ==
        "1. LAG 'lag0': set lacp.rate: slow (was fast)\n");
}

}  // namespace
}  // namespace lagoon::config::change_plan_test
