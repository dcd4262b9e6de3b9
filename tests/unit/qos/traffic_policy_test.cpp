#include "qos/traffic_policy.hpp"

#include "qos/mistakes.hpp"
#include "support/catch.hpp"

namespace lagoon::qos::traffic_policy_test {
namespace {

TEST_CASE("Classes are numbered by priority, and weights are brought to their smallest turns", "[qos]") {
  const auto policy = TrafficPolicy::from({.classes = {{.name = "bulk", .weight = 100, .limit = 7},
                                                       {.name = "voice", .priority = 0},
                                                       {.name = "rest", .weight = 50},
                                                       {.name = "video", .priority = 1, .weight = 9}},
                                           .default_class = "rest"});
  REQUIRE(policy.has_value());
  const auto classes = policy->classes();
  REQUIRE(classes.size() == 4);
  CHECK(classes[0].name == "voice");
  CHECK(classes[0].peers == 0b0001);
  CHECK(classes[1].name == "video");
  CHECK(classes[1].quantum == kQuantum);
  CHECK(classes[2].name == "bulk");
  CHECK(classes[2].peers == 0b1100);
  CHECK(classes[2].quantum == 2 * kQuantum);
  CHECK(classes[3].quantum == kQuantum);
  CHECK(policy->default_class() == 3);
  CHECK(policy->frames_max() == 3007);
}

TEST_CASE("The last class is the default one", "[qos]") {
  const auto policy = TrafficPolicy::from({.classes = {{.name = "rest"}, {.name = "voice", .priority = 0}}});
  REQUIRE(policy.has_value());
  CHECK(policy->classes()[policy->default_class()].name == "voice");
}

TEST_CASE("Options that contradict each other make no policy, and say where and why", "[qos]") {
  struct Row {
    TrafficOptions options;
    std::string_view where;
    std::string_view what;
  };
  const RateLimit backwards{.cir = mbps(10), .pir = mbps(9)};
  const RateLimit both{.cir = mbps(10), .ebs = 5000, .pir = mbps(11)};
  const RateLimit half{.cir = mbps(10), .pbs = 5000};
  const std::vector<Row> rows{
      {{.shape = true}, "classes", "traffic has no classes; give at least one: classes: [{ name: bulk }]"},
      {{.classes = {{.name = "a"}, {.name = "a"}}},
       "classes[1].name",
       "class 'a' is there twice; expected another name"},
      {{.classes = {{.name = "a", .pcp = {5}}, {.name = "b", .pcp = {5}}}},
       "classes[1].pcp",
       "pcp 5 is of class 'a' already; it can be of one class only"},
      {{.classes = {{.name = "a", .dscp = {46, 46}}}},
       "classes[0].dscp",
       "dscp 46 is of class 'a' already; it can be of one class only"},
      {{.classes = {{.name = "a"}}, .default_class = "b"},
       "default",
       "default is 'b', but there is no such class; expected one of: a"},
      {{.classes = {{.name = "a"}}, .match = {{.class_name = "a"}}},
       "match[0]",
       "this matches every frame; say what default does with it"},
      {{.classes = {{.name = "a"}},
        .match = {{.protocol = 1, .source_port = PortRange{1, 2}, .class_name = "a"}}},
       "match[0]",
       "protocol 1 has no ports; expected tcp, udp, sctp, dccp or udp-lite"},
      {{.classes = {{.name = "a"}}, .match = {{.vlan = 1, .class_name = "x"}}},
       "match[0].class",
       "class is 'x', but there is no such class; expected one of: a"},
      {{.classes = {{.name = "a"}},
        .match = {{.source = Prefix{Ipv4Address{}, 8},
                   .destination = Prefix{Ipv6Address{}, 8},
                   .class_name = "a"}}},
       "match[0].dst",
       "src and dst are of IPv4 and IPv6; no packet has both"},
      {{.classes = {{.name = "a"}}, .burst = 9000}, "burst", "burst has no effect without shape: true"},
      {{.classes = {{.name = "a", .rate = backwards}}},
       "classes[0].rate.pir",
       "pir is below cir; expected at least that"},
      {{.classes = {{.name = "a", .rate = both}}},
       "classes[0].rate.ebs",
       "ebs is of a limit with one rate (RFC 2697) and pir of one with two (RFC 2698); keep one"},
      {{.classes = {{.name = "a", .rate = half}}},
       "classes[0].rate.pbs",
       "pbs has no effect without pir; give both or none"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto mistakes = mistakes_in(row.options);
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes[0].where == row.where);
    CHECK(mistakes[0].what == row.what);
    CHECK_FALSE(TrafficPolicy::from(row.options).has_value());
  }
  CHECK(mistakes_in({}).empty());
  CHECK_FALSE(TrafficPolicy::from({}).has_value());
  TrafficOptions many;
  for (int i = 0; i < 9; ++i) many.classes.push_back({.name = std::string(1, static_cast<char>('a' + i))});
  CHECK(mistakes_in(many).size() == 1);
}

}  // namespace
}  // namespace lagoon::qos::traffic_policy_test
