#include "control/lag/load_keeper.hpp"

#include <algorithm>

#include "support/catch.hpp"

namespace load_keeper_test {

using namespace lagoon;
using namespace lagoon::control;

namespace {

constexpr Capacities kEqual{1000, 1000};

LagOptions options_of(Mode mode, LoadSharing distribute = LoadSharing::flow_hash) {
  LagOptions options;
  options.mode = mode;
  options.distribute = distribute;
  return options;
}

}  // namespace

TEST_CASE("What is measured follows from the mode and its options", "[control][load]") {
  const Instant now{1s};
  const TableMaker tables;
  SECTION("nothing") {
    LoadKeeper loads{options_of(Mode::balance_xor), now};
    loads.members_changed(kEqual, 0b11, now);
    CHECK_FALSE(loads.lane_deadline(false));
    CHECK_FALSE(loads.group_deadline());
  }
  SECTION("groups") {
    LoadKeeper loads{options_of(Mode::balance_tlb), now};
    loads.members_changed(kEqual, 0b11, now);
    CHECK(loads.group_deadline());
    TableInput in{.distributing = 0b11};
    loads.add_to(in);
    REQUIRE(in.groups);
    CHECK(std::ranges::count(*in.groups, 0) * 2 == static_cast<std::ptrdiff_t>(in.groups->size()));
  }
  SECTION("lanes, but not while they move") {
    LagOptions options = options_of(Mode::lacp);
    options.rebalances = true;
    LoadKeeper loads{options, now};
    loads.members_changed(kEqual, 0b11, now);
    CHECK(loads.lane_deadline(false));
    CHECK_FALSE(loads.lane_deadline(true));
    TableInput in;
    loads.add_to(in);
    CHECK(in.counts_lanes);
    options.rebalances = false;
    loads.set_options(options, now);
    CHECK_FALSE(loads.lane_deadline(false));
  }
}

TEST_CASE("Weighted: loads become weights, and crowded members are named", "[control][load]") {
  Instant now{1s};
  const TableMaker tables;
  const LagOptions options = options_of(Mode::lacp, LoadSharing::weighted);
  LoadKeeper loads{options, now};
  loads.members_changed(kEqual, 0b11, now);
  Measurement counts;
  counts.live = {1, 1};
  counts.conversation_lines = 1024;
  for (int i = 0; i < 40; ++i) {  // 800 and 200 Mbit/s
    loads.measured(counts, tables, now);
    REQUIRE(loads.lane_deadline(true) == now + 50ms);
    now += 50ms;
    counts.tx_octets[0] += 5'000'000;
    counts.tx_octets[1] += 1'250'000;
  }
  TableInput in;
  loads.add_to(in);
  CHECK(in.weights.load[0] > 700'000);
  CHECK(in.weights.load[1] < 250'000);
  CHECK(in.weights.capacity[0] == 1'000'000);
  CHECK(in.weights.crowded == 0b01);
  CHECK(in.weights.sweep_rate > 0);
  MemberStatus status;
  loads.add_to(status, MemberIndex{0});
  CHECK(status.capacity_mbps == 1000);
  CHECK(status.load_octets_s > 85'000'000);
  CHECK(status.weight.whole == 10);
  CHECK(status.weight.left < 3);
}

}  // namespace load_keeper_test
