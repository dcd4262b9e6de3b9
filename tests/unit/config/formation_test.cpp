// LAGs that find their members by themselves, in files: read, refused, written, and what a new file changes.
#include <sstream>

#include "config/change/change_plan.hpp"
#include "config/change/rehearse.hpp"
#include "config/file/yaml_reader.hpp"
#include "config/file/yaml_writer.hpp"
#include "config/values/candidates.hpp"
#include "support/catch.hpp"

namespace lagoon::config::formation_test {
namespace {

const std::string kA = "{ name: a, dev: 'net_a,iface=a' }";
const std::string kB = "{ name: b, dev: 'net_b,iface=b' }";
const std::string kC = "{ name: c, dev: 'net_c,iface=c' }";

std::string automatic(const std::string& name, const std::string& from, const std::string& more = "") {
  return "- { name: " + name + ", " + more + "members: { from: [" + from + "] } }\n";
}

Reading read(const std::string& text) {
  auto reading = parse_config_with_places(text);
  if (!reading) {
    std::ostringstream wrong;
    lagoon::config::print(wrong, "text", reading.error());
    FAIL(wrong.str());
  }
  return std::move(*reading);
}

std::string mistakes(const std::string& text) {
  const auto reading = parse_config_with_places(text);
  std::ostringstream out;
  if (reading)
    lagoon::config::print(out, "f", reading->config.warnings);
  else
    lagoon::config::print(out, "f", reading.error());
  return out.str();
}

std::vector<std::string> names(const std::vector<Member>& members) {
  std::vector<std::string> all;
  for (const Member& member : members) all.push_back(member.name);
  return all;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("The first LAG that lists a candidate has it open", "[config][formation]") {
  const Config config =
      read("lags:\n" + automatic("lag0", kA + "," + kB) + automatic("lag1", kB + "," + kC)).config;
  CHECK(names(config.lags[0].members) == Names{"a", "b"});
  CHECK(names(config.lags[1].members) == Names{"c"});
  CHECK(names(config.lags[1].listed()) == Names{"b", "c"});
  CHECK(config.lags[0].members[0].candidate);
  CHECK(config.lags[0].options.automatic);
}

TEST_CASE("A word alone is a device, and partner stands beside from or in auto", "[config][formation]") {
  const Config config =
      read("lags: [{ name: lag0, members: { from: [\"net_a,iface=a\", 0000:3b:00.1], partner: sw1 } }]")
          .config;
  CHECK(names(config.lags[0].from) == Names{"net_a", "0000:3b:00.1"});
  CHECK(config.lags[0].options.formation.partner == "sw1");
  CHECK(
      read("lags:\n" +
           automatic("l", kA, "auto: { partner: lagoon, lldp: require, most: 2, keep: 1s, settle: 500ms }, "))
          .config.lags[0]
          .options.formation ==
      control::FormationOptions{"lagoon", 500ms, 1s, 2, control::LldpVoice::require});
}

TEST_CASE("Mistakes in automatic LAGs say what to do", "[config][formation]") {
  CHECK(mistakes("lags: [{ name: l, members: { from: [] } }]").find("from is empty") != std::string::npos);
  CHECK(mistakes("lags: [{ name: l, members: { partner: any } }]").find("missing key 'from'") !=
        std::string::npos);
  CHECK(mistakes("lags:\n" + automatic("l", kA, "mode: balance-xor, ")).find("expected mode lacp") !=
        std::string::npos);
  CHECK(mistakes("lags:\n" + automatic("l", "{ wire: w }")).find("a wire has two ends") != std::string::npos);
  CHECK(mistakes("lags:\n" + automatic("l", kA + "," + kA)).find("used already") != std::string::npos);
  CHECK(mistakes("lags: [{ name: l, auto: { settle: 1s }, members: [" + kA + "] }]")
            .find("auto has no effect without") != std::string::npos);
  CHECK(mistakes("lags: [{ name: l, auto: { partner: x }, members: { from: [" + kA + "], partner: y } }]")
            .find("expected it once") != std::string::npos);
  CHECK(mistakes("lags:\n- { name: m, members: [" + kA + "] }\n" + automatic("l", kA)).find("'net_a'") !=
        std::string::npos);
  CHECK(mistakes("lags:\n" + automatic("k", kA) + automatic("l", "{ name: x, dev: 'net_a,iface=a' }"))
            .find("expected both alike") != std::string::npos);
  CHECK(mistakes("lags:\n" + automatic("l", kA, "min-links: 2, ")).find("it would never come up") !=
        std::string::npos);
  CHECK(mistakes("lags:\n" + automatic("k", kA) + automatic("l", kA)).empty());
}

TEST_CASE("What is written of automatic LAGs reads back as the same", "[config][formation]") {
  const Config config =
      read("lags:\n" + automatic("lag0", kA + "," + kB, "auto: { partner: 'sw 1', most: 2 }, ") +
           automatic("lag1", kB + "," + kC))
          .config;
  const std::string text = to_yaml(config);
  CAPTURE(text);
  CHECK(read(text).config.lags == config.lags);
  // (wherever candidates are)
  Config moved = config;
  moved.lags[1].members.push_back(moved.lags[0].members.back());
  moved.lags[0].members.pop_back();
  CHECK(to_yaml(moved) == text);
}

TEST_CASE("A new file leaves candidates where they are", "[config][formation]") {
  const std::string both = "lags:\n" + automatic("lag0", kA + "," + kB) + automatic("lag1", kA + "," + kB);
  Config running = read(both).config;
  running.lags[1].members.push_back(running.lags[0].members.back());
  running.lags[0].members.pop_back();
  const auto planned = [&](const std::string& text) {
    const Reading wanted = read(text);
    std::ostringstream out;
    lagoon::config::print(out, "new", plan_change(running, wanted.config, wanted.source));
    return out.str();
  };
  CHECK(planned(both) == "nothing changes\n");
  CHECK(planned("lags:\n" + automatic("lag0", kA + "," + kB + "," + kC) + automatic("lag1", kA + "," + kB))
            .find("1. LAG 'lag0': add member 'c'") == 0);
  // (the other LAG has it now)
  CHECK(planned("lags:\n" + automatic("lag0", kA) + automatic("lag1", kA + "," + kB)) == "nothing changes\n");
  CHECK(
      planned("lags:\n" + automatic("lag0", kA + "," + kB) + automatic("lag1", kA)).find("add member 'b'") !=
      std::string::npos);
  CHECK(planned("lags:\n" + automatic("lag0", kB) + automatic("lag1", kB)).find("remove member 'a'") !=
        std::string::npos);
  CHECK(planned("lags:\n- { name: lag0, members: [" + kA + "] }\n" + automatic("lag1", kB))
            .find("finds its members by itself") != std::string::npos);
  CHECK(planned("lags:\n" + automatic("lag0", kA + "," + kB, "auto: { settle: 5s }, ") +
                automatic("lag1", kA + "," + kB)) == "1. LAG 'lag0': set auto.settle: 5s (was 3s)\n");
}

TEST_CASE("Members of an automatic LAG are not added or removed by commands", "[config][formation]") {
  const Config config = read("lags:\n" + automatic("lag0", kA + "," + kB)).config;
  const auto refused = with(config, {.lag = "lag0", .action = RemoveMember{"a"}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::not_supported);
  CHECK_FALSE(
      with(config, {.lag = "lag0", .action = AddMember{{.name = "c", .source = DevicePort{"net_c"}}}}));
  CHECK(with(config, {.lag = "lag0", .action = DisableMember{"a"}}));
  CHECK(with(config, {.lag = "lag0", .action = SetOption{"auto.most", "1"}}));
}

TEST_CASE("What a command says of a candidate goes with it", "[config][formation]") {
  const Config config =
      read("lags:\n" + automatic("lag0", kA + "," + kB) + automatic("lag1", kB + "," + kC)).config;
  const auto after = with(config, {.lag = "lag0", .action = DrainMember{"b"}});
  REQUIRE(after);
  for (const Lag& lag : after->lags)
    for (const Member& candidate : lag.from) {
      CAPTURE(lag.name, candidate.name);
      CHECK((candidate.administration == control::Administration::drained) == (candidate.name == "b"));
    }
  CHECK(after->lags[0].members[1].administration == control::Administration::drained);
  CHECK(read(to_yaml(*after)).config.lags == after->lags);
}

}  // namespace lagoon::config::formation_test
