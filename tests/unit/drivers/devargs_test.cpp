#include "devargs.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "config/values/key_text.hpp"
#include "support/catch.hpp"

namespace lagoon::pmd::devargs_test {
namespace {

Devargs parsed(std::string_view text) {
  auto devargs = parse_devargs("net_lagoon0", text);
  CAPTURE(text, devargs ? "" : devargs.error().detail);
  REQUIRE(devargs);
  return *std::move(devargs);
}

std::vector<std::string> members_of(const config::Lag& lag) {
  std::vector<std::string> said;
  for (const config::Member& member : lag.members)
    said.push_back(std::get<config::DevicePort>(member.source).devargs);
  return said;
}

/// A configuration file that goes away with it.
class File {
 public:
  explicit File(std::string_view text) {
    const int file = mkstemp(path_.data());
    REQUIRE(file >= 0);
    REQUIRE(write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    close(file);
  }
  ~File() { std::remove(path_.c_str()); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] std::string argument() const { return "conf=" + path_; }

 private:
  std::string path_ = "/tmp/lagoon-devargs-XXXXXX";
};

TEST_CASE("Every argument of net_bonding is taken", "[pmd][devargs]") {
  const Devargs d = parsed(
      "driver=net_bonding,mode=4,slave=net_ring0,member=0000:3b:00.0,member=2,primary=net_ring0,xmit_policy="
      "l23,"
      "agg_mode=bandwidth,socket_id=1,mac=02:00:00:00:00:05,lsc_poll_period_ms=100,up_delay=200,down_delay="
      "300");
  CHECK(d.lag.name == "net_lagoon0");
  CHECK(d.lag.options.mode == control::Mode::lacp);
  CHECK(members_of(d.lag) == std::vector<std::string>{"net_ring0", "0000:3b:00.0", "2"});
  CHECK(d.primary == "net_ring0");
  CHECK(d.lag.options.fast.hash.policy == dist::HashPolicy::l23);
  CHECK(d.lag.options.lacp.select == lacp::SelectPolicy::bandwidth);
  CHECK(d.socket == 1);
  CHECK(d.lag.options.mac == parse_mac_address("02:00:00:00:00:05"));
  CHECK(d.lag.options.miimon == 100ms);
  CHECK(d.lag.options.debounce.up_delay == 200ms);
  CHECK(d.lag.options.debounce.down_delay == 300ms);
}

TEST_CASE("A control socket is there if it is asked for", "[pmd][devargs]") {
  CHECK_FALSE(parsed("mode=1").control_socket);
  for (const char* const no : {"0", "no", "false", "off", "none"})
    CHECK_FALSE(parsed("control-socket=" + std::string{no}).control_socket);
  for (const char* const yes : {"1", "yes", "true", "on"})
    CHECK(parsed("control_socket=" + std::string{yes}).control_socket == "");
  CHECK(parsed("control-socket=/run/lagoon/first.sock,mode=1").control_socket == "/run/lagoon/first.sock");
  for (const char* const wrong : {"control-socket=maybe", "control-socket=first.sock", "control-socket=2",
                                  "control-socket=1,control_socket=0"})
    CHECK_FALSE(parse_devargs("net_lagoon0", wrong));
}

TEST_CASE("All modes have net_bonding's numbers, and names", "[pmd][devargs]") {
  for (int mode = 0; mode <= 6; ++mode)
    CHECK(parsed("member=net_ring0,mode=" + std::to_string(mode)).lag.options.mode ==
          control::mode_from(std::to_string(mode)));
  CHECK(parsed("mode=802.3ad").lag.options.mode == control::Mode::lacp);
  CHECK(parsed("mode=failover").lag.options.mode == control::Mode::failover);
}

TEST_CASE("What net_bonding does not mind in other modes is not refused", "[pmd][devargs]") {
  CHECK(parsed("mode=1,member=a_0,xmit_policy=l34,agg_mode=count,primary=a_0").lag.options.mode ==
        control::Mode::active_backup);
}

TEST_CASE("Options alone have the keys of a file, and none is said twice", "[pmd][devargs]") {
  const auto options = options_in("hash_seed=7,move=at-once,rate=slow,arp-ip-target=[192.0.2.1,192.0.2.2]");
  REQUIRE(options);
  std::vector<std::string> said;
  for (const config::SetOption& option : *options) said.push_back(option.key + " " + option.value);
  CHECK(said == std::vector<std::string>{"hash-seed 7", "move at-once", "arp-ip-target [192.0.2.1,192.0.2.2]",
                                         "lacp.rate slow"});
  CHECK(options_in("")->empty());
  CHECK_FALSE(options_in("hash-seed"));
  CHECK_FALSE(options_in("rate=slow,lacp.rate=fast"));
}

TEST_CASE("Every key of a LAG in a file is an argument as well", "[pmd][devargs]") {
  const config::Lag lag =
      parsed(
          "mode=lacp,member=a_0,member=a_1,rate=slow,hash-seed=7,min_links=2,set.lacp.system-priority=5,"
          "lacp.strict=false,lacp.partner-system=100/02:00:00:00:00:01,set.hash=vlan+src-mac,miimon=5ms")
          .lag;
  CHECK(lag.options.lacp.rate == lacp::Rate::slow);
  CHECK(lag.options.fast.hash.seed == 7);
  CHECK_FALSE(lag.options.random_seed);
  CHECK(lag.options.lacp.min_links == 2);
  CHECK(lag.options.lacp.system_priority == 5);
  CHECK_FALSE(lag.options.lacp_extras.strict);
  CHECK(lag.options.lacp.partner_system == lacp::PartnerSystem{{{2, 0, 0, 0, 0, 1}}, 100});
  CHECK(lag.options.fast.hash.policy == dist::HashPolicy::vlan_src_mac);
  CHECK(lag.options.miimon == 5ms);
  // What is fixed while a LAG runs is free before.
  CHECK(parsed("set.distribute=weighted").lag.options.distribute == control::LoadSharing::weighted);
}

// Whether they are taken, and what they come to, in each order.
std::vector<std::string> outcomes(std::vector<std::string> arguments) {
  std::ranges::sort(arguments);
  std::vector<std::string> all;
  do {
    std::string text;
    for (const std::string& argument : arguments) text += (text.empty() ? "" : ",") + argument;
    const auto devargs = parse_devargs("net_lagoon0", text);
    std::string outcome = "refused";
    if (devargs) {
      outcome = devargs->primary;
      for (const auto& [key, value] : config::keys_of(devargs->lag)) outcome += " " + key + ": " + value;
    }
    if (std::ranges::find(all, outcome) == all.end()) all.push_back(outcome);
  } while (std::ranges::next_permutation(arguments).found);
  return all;
}

TEST_CASE("Arguments mean the same in any order", "[pmd][devargs]") {
  struct Row {
    std::vector<std::string> arguments;
    bool taken;
  };
  const Row row = GENERATE(
      Row{{"mode=1", "member=a_0", "member=a_1", "arp-interval=100ms", "arp-ip-target=[10.0.0.1]"}, true},
      Row{{"mode=1", "member=a_0", "primary=a_0", "primary-reselect=2", "fail_over_mac=1"}, true},
      Row{{"mode=4", "member=a_0", "member=a_1", "min_links=2", "min-links-up=2"}, true},
      Row{{"mode=4", "rebalance=false", "rebalance.start=20%", "rebalance.stop=3%"}, true},
      Row{{"mode=4", "flap-damping=off", "flap-damping.hold=5s"}, true},
      Row{{"mode=loadbalance", "hash=1", "set.hash-seed=3"}, true},
      Row{{"mode=4", "distribute=weighted", "by=headroom", "move=flowlet", "flowlet-gap=1ms"}, true},
      Row{{"mode=1", "member=a_0", "mac=02:00:00:00:00:01", "mac-from=a_0"}, false},
      Row{{"mode=1", "member=a_0", "arp-interval=100ms"}, false},
      Row{{"mode=4", "xmit_policy=l2", "hash=l3"}, false}, Row{{"mode=4", "rate=fast", "lacp.rate=0"}, false},
      Row{{"mode=4", "min_links=1", "min-links=2"}, false}, Row{{"mode=2", "hash=l2", "set.hash=l3"}, false},
      Row{{"mode=4", "lacp-strict=1", "lacp.strict=0"}, false});
  CAPTURE(row.arguments);
  const std::vector<std::string> all = outcomes(row.arguments);
  CAPTURE(all);
  REQUIRE(all.size() == 1);
  CHECK((all.front() != "refused") == row.taken);
}

TEST_CASE("A member may have settings of its own in brackets", "[pmd][devargs]") {
  const config::Lag lag =
      parsed("mode=4,member=[0000:3b:00.0,weight=10,port-priority=4,state=drained],member=1").lag;
  REQUIRE(lag.members.size() == 2);
  CHECK(members_of(lag)[0] == "0000:3b:00.0");
  CHECK(lag.members[0].weight == 10U);
  CHECK(lag.members[0].port_priority == 4);
  CHECK(lag.members[0].administration == control::Administration::drained);
}

TEST_CASE("A LAG of a configuration file is taken, and arguments go before it", "[pmd][devargs]") {
  const File file{
      "lags:\n"
      "- { name: one, mode: active-backup, members: [{ dev: net_ring7 }] }\n"
      "- { name: two, hash: l2, members: [{ dev: \"net_af_packet0,iface=eth0\", weight: 5 }] }\n"};
  const config::Lag two = parsed(file.argument() + ",lag=two,hash=l3").lag;
  CHECK(two.name == "net_lagoon0");
  CHECK(members_of(two) == std::vector<std::string>{"net_af_packet0,iface=eth0"});
  CHECK(two.members[0].weight == 5U);
  CHECK(two.options.fast.hash.policy == dist::HashPolicy::l3);
  CHECK(members_of(parsed(file.argument() + ",lag=one,member=3").lag) == std::vector<std::string>{"3"});
  CHECK_FALSE(parse_devargs("net_lagoon0", file.argument()));
}

TEST_CASE("An error names the argument and what would be right", "[pmd][devargs]") {
  struct Row {
    std::string_view text;
    std::vector<std::string_view> words;
  };
  const Row row = GENERATE(
      Row{"mode=7", {"mode=7", "802.3ad"}}, Row{"mode=4,mode=4", {"mode is there twice"}},
      Row{"mode", {"'mode'", "KEY=VALUE"}}, Row{"=4", {"KEY=VALUE"}},
      Row{"xmit_policy=l4", {"xmit_policy is 'l4'", "l2, l23 or l34"}},
      Row{"agg_mode=bandwith", {"agg_mode is 'bandwith'", "stable, bandwidth or count"}},
      Row{"socket_id=x", {"socket_id is 'x'", "-1"}},
      Row{"up_delay=1s", {"up_delay is '1s'", "milliseconds"}},
      Row{"mac=01:00:00:00:00:01", {"mac is '01:00:00:00:00:01'", "MAC address"}},
      Row{"member=a_0,member=a_0", {"device 'a_0' is used already by LAG 'net_lagoon0'; expected another"}},
      Row{"member=0000:3b:00.0,member=3B:00.0", {"used already"}},
      Row{"membr=a_0", {"unknown argument 'membr'", "did you mean 'member'"}},
      Row{"xmitpolicy=l2", {"did you mean 'xmit_policy'"}}, Row{"rate=fats", {"'rate=fats'", "fast or slow"}},
      Row{"set.lacp.rat=fast", {"'set.lacp.rat=fast'", "did you mean 'lacp.rate'"}},
      Row{"zzzzzz=1", {"'zzzzzz=1'", "known here", "member"}},
      Row{"member=[a_0,wieght=3]", {"member 'a_0'", "did you mean 'weight'"}},
      Row{"member=[a_0,weight=3", {"brackets"}},
      Row{"member=a_0,min-links=2", {"min-links is 2", "1 member"}}, Row{"set.members=[]", {"members"}},
      Row{"lag=x", {"conf=FILE"}}, Row{"conf=/nonexistent.yaml", {"conf: /nonexistent.yaml"}});
  CAPTURE(row.text);
  const auto devargs = parse_devargs("net_lagoon0", row.text);
  REQUIRE_FALSE(devargs);
  CAPTURE(devargs.error().detail);
  for (const std::string_view word : row.words) CHECK(devargs.error().detail.find(word) != std::string::npos);
}

}  // namespace
}  // namespace lagoon::pmd::devargs_test
