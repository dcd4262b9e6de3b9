// Blackholes are found in time, wherever they are; frames that are merely lost are no blackholes.
#include <string>

#include "small_network.hpp"
#include "support/catch.hpp"
#include "support/sanitized.hpp"

namespace detection_test {

using namespace lagoon;
using namespace lagoon::test;
using monitor::TargetOptions;
using monitor::TargetsNeeded;
using monitor::Validate;

namespace {

TargetOptions options(Validate validate, std::size_t targets = 1, TargetsNeeded needed = TargetsNeeded::any) {
  TargetOptions chosen{
      .interval = 100ms, .targets = {}, .validate = validate, .needed = needed, .missed_max = 2};
  for (std::size_t i = 0; i < targets; ++i)
    chosen.targets.push_back({Ipv4Address{{10, 0, 0, static_cast<std::uint8_t>(100 + i)}}, std::nullopt});
  return chosen;
}

SmallNetwork started(const TargetOptions& chosen, std::size_t members, Partner partner,
                     std::uint64_t seed = 1) {
  SmallNetwork net{chosen, members, partner, seed};
  if (partner == Partner::learning) net.set_active(0);
  for (std::size_t i = 0; i < members; ++i) net.link_up(i, true);
  return net;
}

enum class Hole : std::uint8_t { out, in, both };
constexpr const char* kHoleNames[] = {"out", "in", "both"};

void break_link(Link& link, Hole hole, bool broken) {
  if (hole != Hole::in) link.lost_out = broken;
  if (hole != Hole::out) link.lost_in = broken;
}

}  // namespace

TEST_CASE("A blackhole is found within half a second at any time, and what is well stays", "[monitor]") {
  const std::uint64_t seed = seed_from_environment().value_or(500);
  CAPTURE(seed);
  Prng prng{seed};
  for (const Partner partner : {Partner::learning, Partner::hashing})
    for (const Hole hole : {Hole::out, Hole::in, Hole::both})
      for (const Validate validate : {Validate::none, Validate::active, Validate::backup, Validate::all,
                                      Validate::filter, Validate::filter_active, Validate::filter_backup})
        for (const std::size_t members : {2U, 3U, 4U, 8U})
          for (int run = 0; run < (kSanitized ? 1 : 3); ++run) {
            CAPTURE(static_cast<int>(partner), kHoleNames[static_cast<int>(hole)], name_of(validate), members,
                    run);
            SmallNetwork net = started(options(validate), members, partner, prng.next());
            net.run_for(1s + Duration{prng.below(100'000'000)});
            REQUIRE(net.picture() == std::string(members, 'U'));
            net.changes.clear();
            const std::size_t victim = prng.below(members);
            break_link(net.links[victim], hole, true);
            net.run_for(500ms);
            std::string expected(members, 'U');
            expected[victim] = 'D';
            REQUIRE(net.picture() == expected);
            REQUIRE(net.changes.size() == 1);
            net.run_for(2s);
            REQUIRE(net.changes.size() == 1);
            break_link(net.links[victim], hole, false);
            net.run_for(400ms);
            REQUIRE(net.picture() == std::string(members, 'U'));
            REQUIRE(net.changes.size() == 2);
            REQUIRE_FALSE(net.deadline_was_in_the_past);
          }
}

TEST_CASE("A blackhole is found although traffic goes on over it in the other direction", "[monitor]") {
  for (const Partner partner : {Partner::learning, Partner::hashing}) {
    SmallNetwork net = started(options(Validate::none), 2, partner);
    for (Link& link : net.links) link.traffic = 1ms;
    net.run_for(1s);
    net.links[1].lost_out = true;
    net.run_for(500ms);
    CHECK(net.picture() == "UD");
    CHECK(net.health(1).why == monitor::Why::no_answer);
  }
}

// A member is down falsely when nine slots in a row (the tenth is 250 ms after the last answer, too late)
// bring it no answer of any target. An exchange goes through with (1 - loss)^2: with 30 % and three targets
// 27 exchanges must fail, (1 - 0.49)^27 = 1.3e-8. Such a row can begin in 2400 slots of 60 s, for two
// members, by the way out and by the way in, in 50 runs: 480,000 times, so 0.006 false alarms in all.
// One target bears 7 %: (1 - 0.865)^9 = 1.5e-8, 0.007 in all.
TEST_CASE("Lost frames are no false alarm in 60 s", "[monitor]") {
  struct Row {
    double loss;
    std::size_t targets;
    Validate validate;
    Partner partner;
  };
  for (const Row& row :
       {Row{0.3, 3, Validate::all, Partner::learning}, Row{0.3, 3, Validate::all, Partner::hashing},
        Row{0.07, 1, Validate::all, Partner::learning}, Row{0.07, 1, Validate::all, Partner::hashing},
        Row{0.3, 3, Validate::none, Partner::hashing}})
    for (std::uint64_t seed = 1; seed <= (kSanitized ? 10U : 50U); ++seed) {
      CAPTURE(row.loss, row.targets, static_cast<int>(row.partner), seed);
      SmallNetwork net = started(options(row.validate, row.targets), 2, row.partner, seed);
      for (Link& link : net.links) link.loss = row.loss;
      net.run_for(1s);
      REQUIRE(net.picture() == "UU");
      net.changes.clear();
      net.run_for(60s);
      REQUIRE(net.changes.empty());
    }
}

TEST_CASE("A blackhole is found among lost frames too", "[monitor]") {
  for (std::uint64_t seed = 1; seed <= (kSanitized ? 10U : 50U); ++seed) {
    CAPTURE(seed);
    SmallNetwork net = started(options(Validate::all, 3), 2, Partner::hashing, seed);
    for (Link& link : net.links) link.loss = 0.3;
    net.run_for(1s + Duration{seed * 1'700'000});
    net.links[1].lost_in = true;
    net.links[1].lost_out = seed % 2 == 0;
    net.run_for(500ms);
    CHECK(net.picture() == "UD");
  }
}

TEST_CASE("With a dead target all go down together, except where other traffic counts", "[monitor]") {
  struct Row {
    Validate validate;
    bool traffic;
    const char* picture;
  };
  for (const Row& row : {Row{Validate::none, true, "UU"}, Row{Validate::none, false, "DD"},
                         Row{Validate::all, true, "DD"}, Row{Validate::filter, true, "DD"}})
    for (std::uint64_t seed = 1; seed <= (kSanitized ? 5U : 20U); ++seed) {
      CAPTURE(name_of(row.validate), row.traffic, seed);
      SmallNetwork net = started(options(row.validate), 2, Partner::hashing, seed);
      for (Link& link : net.links) link.traffic = row.traffic ? 5ms : 0ms;
      net.run_for(1s + Duration{seed * 4'900'000});
      net.changes.clear();
      net.target_dead[0] = true;
      net.run_for(3s);
      CHECK(net.picture() == row.picture);
      CHECK(net.changes.size() == (row.picture == std::string{"UU"} ? 0U : 2U));
      net.target_dead[0] = false;
      net.run_for(300ms);
      CHECK(net.picture() == "UU");
    }
}

TEST_CASE("A link that the partner never chooses lives by the answers that come over others", "[monitor]") {
  for (const Validate validate : {Validate::none, Validate::all, Validate::filter}) {
    CAPTURE(name_of(validate));
    SmallNetwork net = started(options(validate), 3, Partner::first_link);
    net.links[2].traffic = 700ms;  // such as LLDP: that it is silent between means nothing
    net.run_for(10s);
    CHECK(net.picture() == "UUU");
    CHECK(net.changes.size() == 3);
    net.links[1].lost_out = true;
    net.run_for(500ms);
    CHECK(net.picture() == "UDU");
    CHECK(net.health(1).why == monitor::Why::no_answer);
  }
}

TEST_CASE("Any target is enough, or all are needed", "[monitor]") {
  for (const Partner partner : {Partner::learning, Partner::hashing}) {
    SmallNetwork any = started(options(Validate::all, 2, TargetsNeeded::any), 2, partner);
    SmallNetwork all = started(options(Validate::all, 2, TargetsNeeded::all), 2, partner);
    for (SmallNetwork* const net : {&any, &all}) {
      net->run_for(1s);
      CHECK(net->picture() == "UU");
      net->target_dead[1] = true;
      net->run_for(500ms);
    }
    CHECK(any.picture() == "UU");
    CHECK(all.picture() == "DD");
    CHECK(all.health(0).why == monitor::Why::nothing_heard);
    all.target_dead[1] = false;
    all.run_for(200ms);
    CHECK(all.picture() == "UU");
  }
}

}  // namespace detection_test
