// Linux's words and numbers are taken wherever docs/config.md promises them, in a file and by `set`.
#include "config/command/command.hpp"
#include "config/file/yaml_reader.hpp"
#include "config/values/key_text.hpp"
#include "options/lag_rows.hpp"
#include "support/catch.hpp"

namespace lagoon::config::linux_words_test {
namespace {

Lag lag_of(std::string_view mode, const std::string& keys = "") {
  const auto config =
      parse_config("lags:\n- name: l\n  mode: " + std::string{mode} +
                   "\n  members: [{ name: m0, dev: net_a }, { name: m1, dev: net_b }]\n" + keys);
  CAPTURE(keys);
  REQUIRE(config.has_value());
  CHECK(config->warnings.empty());
  return config->lags.at(0);
}

std::string line_of(std::string_view key, std::string_view value) {
  const std::size_t dot = key.find('.');
  const std::string end = ": " + std::string{value};
  if (dot == std::string_view::npos) return "  " + std::string{key} + end + "\n";
  return "  " + std::string{key.substr(0, dot)} + ": { " + std::string{key.substr(dot + 1)} + end + " }\n";
}

struct Row {
  std::string_view mode;
  std::string_view key;
  std::string_view theirs;
  std::string_view ours;
};

TEST_CASE("Linux's words and numbers stand for ours", "[config][linux]") {
  const Row row = GENERATE(
      Row{"4", "hash", "0", "l2"}, Row{"4", "hash", "1", "l3+4"}, Row{"4", "hash", "2", "l2+3"},
      Row{"4", "hash", "3", "encap2+3"}, Row{"4", "hash", "4", "encap3+4"},
      Row{"4", "hash", "5", "vlan+src-mac"}, Row{"4", "hash", "layer2", "l2"},
      Row{"2", "hash", "layer2+3", "l2+3"}, Row{"2", "hash", "layer3+4", "l3+4"},
      Row{"2", "hash", "vlan+srcmac", "vlan+src-mac"}, Row{"4", "lacp.rate", "0", "slow"},
      Row{"4", "lacp.rate", "1", "fast"}, Row{"4", "lacp.activity", "on", "active"},
      Row{"4", "lacp.activity", "off", "passive"}, Row{"4", "lacp.activity", "1", "active"},
      Row{"4", "lacp.activity", "0", "passive"}, Row{"4", "lacp.select", "0", "stable"},
      Row{"4", "lacp.select", "1", "bandwidth"}, Row{"4", "lacp.select", "2", "count"},
      Row{"4", "lacp.select", "3", "port-priority"}, Row{"4", "lacp.select", "prio", "port-priority"},
      Row{"4", "lacp.select", "actor_port_prio", "port-priority"}, Row{"4", "lacp.strict", "0", "false"},
      Row{"4", "lacp-strict", "off", "false"}, Row{"4", "hash-symmetric", "on", "true"},
      Row{"4", "nic-hash", "1", "true"}, Row{"4", "unequal-speed", "on", "true"},
      Row{"4", "rebalance", "on", "true"}, Row{"4", "rebalance", "0", "false"},
      Row{"4", "flap-damping", "1", "on"}, Row{"4", "flap-damping", "true", "on"},
      Row{"1", "primary-reselect", "0", "always"}, Row{"1", "primary-reselect", "1", "better"},
      Row{"1", "primary-reselect", "2", "failure"}, Row{"1", "fail-over-mac", "1", "active"},
      Row{"1", "fail-over-mac", "2", "follow"}, Row{"1", "all-members-active", "1", "true"},
      Row{"1", "all-members-active", "off", "false"}, Row{"1", "failover-rx-all", "1", "true"},
      Row{"5", "tlb-dynamic-lb", "0", "false"}, Row{"6", "tlb-dynamic-lb", "off", "false"},
      Row{"4", "arp-validate", "3", "all"}, Row{"4", "arp-validate", "6", "filter_backup"},
      Row{"4", "arp-validate", "filter-active", "filter_active"}, Row{"4", "arp-all-targets", "1", "all"});
  CAPTURE(row.mode, row.key, row.theirs);
  const Lag wanted = lag_of(row.mode, line_of(row.key, row.ours));
  CHECK(lag_of(row.mode, line_of(row.key, row.theirs)) == wanted);
  // (and they are written in our words)
  const auto keys = keys_of(lag_of(row.mode, line_of(row.key, row.theirs)));
  CHECK(keys == keys_of(wanted));
  if (is_fixed(row.key)) return;
  Lag running = lag_of(row.mode);
  const auto done = set_option(running, row.key, row.theirs);
  CAPTURE(done ? "" : done.error().detail);
  REQUIRE(done.has_value());
  CHECK(running == wanted);
}

TEST_CASE("Modes have Linux's numbers and its word for LACP", "[config][linux]") {
  for (const auto& [theirs, ours] :
       {std::pair{"0", control::Mode::balance_rr}, std::pair{"1", control::Mode::active_backup},
        std::pair{"2", control::Mode::balance_xor}, std::pair{"3", control::Mode::broadcast},
        std::pair{"4", control::Mode::lacp}, std::pair{"5", control::Mode::balance_tlb},
        std::pair{"6", control::Mode::balance_alb}, std::pair{"802.3ad", control::Mode::lacp}})
    CHECK(lag_of(theirs).options.mode == ours);
}

TEST_CASE("Numbers that Linux does not have are refused, and so are numbers of others", "[config][linux]") {
  for (const auto& [key, value] :
       {std::pair{"hash", "6"}, std::pair{"lacp.rate", "2"}, std::pair{"lacp.rate", "on"},
        std::pair{"lacp.activity", "2"}, std::pair{"lacp.select", "4"}, std::pair{"lacp.mux", "1"},
        std::pair{"arp-validate", "7"}, std::pair{"nic-hash", "2"}, std::pair{"move", "0"},
        std::pair{"mode", "7"}}) {
    CAPTURE(key, value);
    CHECK_FALSE(
        parse_config("lags:\n- name: l\n  members: [{ dev: net_a }]\n" + line_of(key, value)).has_value());
  }
}

}  // namespace
}  // namespace lagoon::config::linux_words_test
