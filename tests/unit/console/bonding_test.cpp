// testpmd's commands for net_bonding, in the words of both generations.
#include "console/interpreter.hpp"
#include "support/catch.hpp"
#include "support/fake_running.hpp"

namespace lagoon::console::bonding_test {
namespace {

std::string option_set(const test::FakeRunning& running) {
  const auto* set = std::get_if<config::SetOption>(&running.last.action);
  return set == nullptr ? "" : running.last.lag + " " + set->key + "=" + set->value;
}

TEST_CASE("A command of testpmd becomes the option that does the same", "[console][bonding]") {
  struct Row {
    const char* line;
    const char* option;
  };
  for (const Row& row : {Row{"set bonding primary 8 1", "lag1 primary=m2"},  //
                         Row{"set bonding primary m2 lag1", "lag1 primary=m2"},
                         Row{"set bonding balance_xmit_policy 0 l2", "lag0 hash=l2"},
                         Row{"set bonding balance_xmit_policy 0 l23", "lag0 hash=l2+3"},
                         Row{"set bonding balance_xmit_policy lag0 l34", "lag0 hash=l3+4"},
                         Row{"set bonding mon_period 1 50", "lag1 miimon=50ms"},
                         Row{"set bonding agg_mode 0 count", "lag0 lacp.select=count"},
                         Row{"set bonding mac_addr 0 02:00:00:00:00:09", "lag0 mac=02:00:00:00:00:09"}}) {
    test::FakeRunning running;
    Interpreter interpreter{running};
    CAPTURE(row.line);
    REQUIRE(interpreter.run(row.line));
    CHECK(option_set(running) == row.option);
  }
}

TEST_CASE("Members go and come in the words of both generations", "[console][bonding]") {
  for (const char* word : {"slave", "member"}) {
    test::FakeRunning running;
    Interpreter interpreter{running};
    REQUIRE(interpreter.run("remove bonding " + std::string{word} + " 7 0"));
    CHECK(std::get<config::RemoveMember>(running.last.action).member == "m1");
    REQUIRE(interpreter.run("add bonding " + std::string{word} + " net_ring9 lag0"));
    CHECK(std::get<config::AddMember>(running.last.action).member.name == "net_ring9");
    CHECK(running.last.lag == "lag0");
  }
}

TEST_CASE("What a running lagoond can't do is refused, with the way to do it", "[console][bonding]") {
  struct Row {
    const char* line;
    const char* words;
  };
  test::FakeRunning running;
  Interpreter interpreter{running};
  for (const Row& row :
       {Row{"create bonded device 4 0", "under lags: in the configuration file"},
        Row{"create bonding device 4 0", "under lags: in the configuration file"},
        Row{"add bonding slave 0 0", "port 0 is the access port 'lan'"},
        Row{"add bonding member 8 0", "port 8 is a member of LAG 'lag1' already"},
        Row{"add bonding slave 99 0", "no port 99; name a device instead"},
        Row{"remove bonding slave 8 0", "LAG 'lag0' has no member '8'"},
        Row{"set bonding mode 1 0", "can't be changed while it runs"},
        Row{"set bonding lacp dedicated_queues 0 disable", "can't be turned off"},
        Row{"show bonding lacp info 1", "mode active-backup, not LACP"},
        Row{"show bonding config 2", "no LAG '2'; there are: lag0, lag1"},
        Row{"set bonding mode IEEE802.3AD aggregator policy 0 stable", "'policy' is not understood"}}) {
    CAPTURE(row.line);
    const auto outcome = interpreter.run(row.line);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().detail.find(row.words) != std::string::npos);
  }
  CHECK(running.changes == 0);
  CHECK(interpreter.run("set bonding mode 4 0"));
  CHECK(interpreter.run("set bonding lacp dedicated_queues 0 enable"));
}

TEST_CASE("A LAG is shown as testpmd shows a bonding device", "[console][bonding]") {
  test::FakeRunning running;
  Interpreter interpreter{running};
  running.at(0).members[1].distributing = false;
  running.at(1).primary = 0;
  CHECK(interpreter.run("show bonding config lag0")->text ==
        "\tBonding mode: 4\n\tBalance Xmit Policy: BALANCE_XMIT_POLICY_LAYER34\n"
        "\tIEEE802.3AD Aggregator Mode: stable\n\tSlaves (2): [3 7]\n\tActive Slaves (1): [3]\n");
  CHECK(interpreter.run("show bonding config lag1")->text ==
        "\tBonding mode: 1\n\tSlaves (1): [8]\n\tActive Slaves (1): [8]\n\tPrimary: [8]\n");
  running.at(1).members.clear();
  running.at(1).primary.reset();
  CHECK(interpreter.run("show bonding config lag1")->text ==
        "\tBonding mode: 1\n\tSlaves: []\n\tActive Slaves: []\n");
  wire::LacpInfo& actor = running.at(0).members[0].lacp.actor;
  actor.key = 15;
  actor.state = 0x3d;
  const std::string lacp = interpreter.run("show bonding lacp info 0")->text;
  CHECK(
      lacp.find(
          "\n\n\tSlave Port: 3\n\tAggregator port id: 3\n\tselection: UNSELECTED\n\tActor detail info:\n") !=
      std::string::npos);
  CHECK(lacp.find("\t\tport key: 15\n") != std::string::npos);
  CHECK(lacp.find("\t\tport state: ACTIVE AGGREGATION SYNCHRONIZATION COLLECTING DISTRIBUTING \n") !=
        std::string::npos);
}

TEST_CASE("The words used last say in whose labels a LAG is shown", "[console][bonding]") {
  test::FakeRunning running;
  Interpreter interpreter{running};
  running.at(1).active = 0;
  const std::string old_labels =
      "\tBonding mode: 1\n\tSlaves (1): [8]\n\tActive Slaves (1): [8]\n\tPrimary: [8]\n";
  const std::string new_labels =
      "  - Dev basic:\n\tBonding mode: active-backup(1)\n\tMembers (1): [8]\n\tActive Members (1): [8]\n"
      "\tCurrent Primary: [8]\n";
  const auto shown = [&interpreter] { return interpreter.run("show bonding config 1")->text; };
  CHECK(shown() == old_labels);
  REQUIRE(interpreter.run("remove bonding member 7 0"));
  CHECK(shown() == new_labels);
  REQUIRE(interpreter.run("remove bonding slave 7 0"));
  CHECK(shown() == old_labels);
  CHECK_FALSE(interpreter.run("create bonding device 4 0"));  // refused, but understood
  CHECK(shown() == new_labels);
  CHECK(interpreter.run("show bonding config 1 as 22.11")->text == old_labels);
  CHECK(interpreter.run("show bonding config 1 as 24.11")->text == new_labels);
  running.at(1).primary = 0;
  CHECK(shown() == new_labels.substr(0, new_labels.find("\tCurrent")) +
                       "\tUser Defined Primary: [8]\n\tCurrent Primary: [8]\n");
  const std::string lacp = interpreter.run("show bonding config 0")->text;
  CHECK(lacp.find("\tMembers (2): [3 7]\n") != std::string::npos);
  CHECK(lacp.find("  - Lacp info:\n\tIEEE802.3 port: lag0\n") != std::string::npos);
  CHECK(lacp.find("\n\tMember Port: 7\n") != std::string::npos);
  CHECK(lacp.find("Slave") == std::string::npos);
}

}  // namespace
}  // namespace lagoon::console::bonding_test
