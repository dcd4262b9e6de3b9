// 10,000 random commands on a model: whatever is accepted can be saved, and started again.
#include <algorithm>

#include "config/change/rehearse.hpp"
#include "config/file/yaml_reader.hpp"
#include "config/file/yaml_writer.hpp"
#include "config/values/key_text.hpp"
#include "printed.hpp"
#include "support/catch.hpp"
#include "support/random_commands.hpp"

namespace lagoon::config::random_commands_test {
namespace {

constexpr int kCommands = 10'000;
constexpr int kCommandsOfOneStart = 250;

const std::vector<std::string> kSources{
    "dev: net_null0",
    "dev: net_null1",
    "dev: 'net_null2,size=64'",
    "dev: net_tap1001",
    "dev: net_tap1003",
    "dev: 'net_af_packet0,iface=e0'",
    "dev: 'net_af_packet1,iface=e1'",
    "dev: 'net_af_packet2,iface=e1'",
    "dev: 'net_pcap0,rx_iface=e1,tx_iface=e1'",
    "dev: 'net_tap7,iface=host'",
    "dev: '0000:3B:00.0'",
    "dev: '3b:00.0'",
    "tap: host",
    "tap: e1",
    "tap: other",
    "wire: w0",
    "wire: w9",
};

Config start_of(std::uint64_t seed) {
  const auto& mode = control::kModes[seed % control::kModes.size()].name;
  const auto config = parse_config(
      "ports: [{ name: lan, dev: 'net_af_packet90,iface=e0' }, { name: host, tap: host }]\n"
      "lags:\n"
      "- { name: a, mode: " +
      std::string{mode} +
      ", mac: 02:00:00:00:00:0a, members: [{ wire: w0 }, { dev: net_ring0 }] }\n"
      "- { name: b, mac: 02:00:00:00:00:0b, lacp: { key: 5 }, min-links: 2, members: [{ wire: w0 }, { dev: "
      "net_ring1 }, "
      "{ dev: net_ring2 }] }\n"
      "- { name: c, mode: active-backup, members: [{ dev: net_ring3 }, { name: m1, dev: net_ring4 }] }\n"
      "forward: [[lan, a], [b, host]]\n");
  REQUIRE(config);
  return *config;
}

// What is written is read again without a complaint, and says the same.
void check_saved(const Config& config, const std::string& command) {
  const auto again = parse_config(to_yaml(config));
  if (!again) {
    std::ostringstream wrong;
    print(wrong, "saved", again.error());
    FAIL(command << " was taken, and then: " << wrong.str());
  }
  bool same = again->lags.size() == config.lags.size() && again->ports == config.ports;
  for (std::size_t i = 0; same && i < config.lags.size(); ++i)
    same = keys_of(again->lags[i]) == keys_of(config.lags[i]) &&
           again->lags[i].members == config.lags[i].members;
  if (!same) FAIL(command << " was taken, and is saved as another configuration");
}

TEST_CASE("What commands make can be saved and started again", "[config][command][random]") {
  int taken = 0;
  int members_came = 0;
  int refused = 0;
  for (int first = 0; first < kCommands; first += kCommandsOfOneStart) {
    const auto seed = static_cast<std::uint64_t>(first / kCommandsOfOneStart);
    CAPTURE(seed);
    test::RandomCommands random{seed + 1, kSources};
    Config config = start_of(seed);
    for (int i = 0; i < kCommandsOfOneStart; ++i) {
      const test::SpokenCommand spoken = random.next(config);
      const auto action = parse_action(spoken.verb, spoken.argument);
      const auto after = action ? with(config, {.lag = spoken.lag, .action = *action})
                                : Result<Config>{std::unexpected{action.error()}};
      if (!after) {
        ++refused;
        if (after.error().detail.empty()) FAIL(spoken.text() << " is refused without a word");
        continue;
      }
      ++taken;
      if (spoken.verb == "add") ++members_came;
      config = *after;
      if (spoken.verb != "move" && spoken.verb != "activate") check_saved(config, spoken.text());
    }
  }
  // (a generator that is always refused, or never, would show nothing)
  CHECK(taken > kCommands / 10);
  CHECK(members_came > kCommands / 100);
  CHECK(refused > kCommands / 10);
}

}  // namespace
}  // namespace lagoon::config::random_commands_test
