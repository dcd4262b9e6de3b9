// The table of situations of docs/cluster.md, one by one: how long the LAN's frames do not arrive, for
// Partners that choose as Linux does and as Open vSwitch does.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <iostream>
#include <string>

#include "cluster/world.hpp"
#include "support/catch.hpp"
#include "support/sanitized.hpp"

namespace situations_sim_test {

using namespace lagoon;
using namespace lagoon::sim::cluster;

namespace {

constexpr std::size_t kA = 0, kB = 1;
constexpr std::uint64_t kSeeds = test::kSanitized ? 2 : 10;

void cut_etcd(World& world, std::size_t box) {
  for (std::size_t member = 0; member < EtcdModel::kMembers; ++member)
    world.to_etcd(box, member) = world.from_etcd(box, member) = {.cut = true};
}
void cut_peers(World& world) {
  world.to_peer(kA) = world.to_peer(kB) = {.cut = true};
}

struct Outage {
  Duration least = Duration::max();
  Duration most{};
};

/// What is lost from when `fault` strikes until `d` later, over some seeds; box a carries before.
Outage outage(PartnerModel::Kind partner, Duration d, const std::function<void(World&)>& fault,
              const std::function<void(World&)>& afterwards) {
  Outage all;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    World world{
        {.rates = 0.0001, .frame_interval = 2ms, .slow_workers = 0, .partner = partner, .prefer = "a"}, seed};
    world.run_for(20s + seed * 97ms);
    REQUIRE(world.carries(kA));
    const std::uint64_t before = world.lost();
    fault(world);
    world.run_for(d);
    const Duration lost = static_cast<std::int64_t>(world.lost() - before) * 2250us;
    all.least = std::min(all.least, lost);
    all.most = std::max(all.most, lost);
    INFO(world.story());
    CHECK(world.violation().empty());
    afterwards(world);
    CHECK(world.violation().empty());
  }
  return all;
}

/// Both kinds of Partner, and what an operator may count on with each.
void situation(
    const std::string& what, Duration d, Duration linux_most, Duration ovs_most,
    const std::function<void(World&)>& fault,
    const std::function<void(World&)>& afterwards = [](World& world) { CHECK(world.carriers(0) == 1); }) {
  const Outage with_linux = outage(PartnerModel::Kind::linux_bond, d, fault, afterwards);
  const Outage with_ovs = outage(PartnerModel::Kind::open_vswitch, d, fault, afterwards);
  std::cout << "situation: " << what << ": " << to_ms(with_linux.least) << " to " << to_ms(with_linux.most)
            << " ms with Linux's choice, " << to_ms(with_ovs.least) << " to " << to_ms(with_ovs.most)
            << " ms with Open vSwitch's\n";
  CHECK(with_linux.most <= linux_most);
  CHECK(with_ovs.most <= ovs_most);
}

void heal_and_stay(World& world) {
  const bool a = world.carries(kA);
  const std::uint64_t before = world.lost();
  world.heal();
  world.run_for(20s);
  CHECK(world.carriers(0) == 1);
  CHECK(world.carries(kA) == a);  // who carries goes on
  CHECK(world.lost() == before);
}

}  // namespace

TEST_CASE("What the holder gives away is taken at once", "[sim][situations]") {
  const auto b_carries = [](World& world) { CHECK(world.carries(kB)); };
  situation(
      "switchover by an operator", 5s, 100ms, 100ms, [](World& world) { world.want(0, "b"); }, b_carries);
  situation("the holder leaves", 5s, 100ms, 100ms, [](World& world) { world.leave(kA); }, b_carries);
  situation(
      "its uplinks fail", 5s, 100ms, 100ms, [](World& world) { world.set_uplinks(kA, false); }, b_carries);
}

TEST_CASE("A holder that dies is followed when its lease is over", "[sim][situations]") {
  situation("power loss", 10s, 3s, 3s, [](World& world) { world.crash(kA); });
  situation("power loss, and etcd's leader with it", 10s, 6s, 6s, [](World& world) {
    world.crash(kA);
    world.etcd().lose_leader(world.now());
  });
  situation("the holder stands for 10 s", 15s, 3s, 3s, [](World& world) { world.pause(kA, 10s, true); });
  situation("its control lcore hangs for 10 s", 15s, 4s, 4s,
            [](World& world) { world.hang_control(kA, 10s); });
}

TEST_CASE("What does not concern the holder's right costs nothing", "[sim][situations]") {
  const Duration none{};
  situation(
      "both are cut from etcd for 60 s", 60s, none, none,
      [](World& world) {
        cut_etcd(world, kA);
        cut_etcd(world, kB);
      },
      heal_and_stay);
  situation(
      "the holder is cut from etcd for 60 s", 60s, none, none, [](World& world) { cut_etcd(world, kA); },
      heal_and_stay);
  situation("the boxes do not hear each other for 60 s", 60s, none, none, cut_peers, heal_and_stay);
  situation("etcd loses its leader", 10s, none, none,
            [](World& world) { world.etcd().lose_leader(world.now()); });
  situation(
      "etcd is away for 60 s", 60s, none, none,
      [](World& world) {
        world.etcd().isolate(0, true, false, world.now());
        world.etcd().isolate(1, true, false, world.now());
      },
      heal_and_stay);
}

TEST_CASE("Whoever is alone, one side carries, and goes on when all is well again", "[sim][situations]") {
  situation(
      "the holder is alone", 15s, 8s, 8s,
      [](World& world) {
        cut_etcd(world, kA);
        cut_peers(world);
      },
      heal_and_stay);
  situation(
      "both are alone", 20s, 8s, 8s,
      [](World& world) {
        cut_etcd(world, kA);
        cut_etcd(world, kB);
        cut_peers(world);
      },
      heal_and_stay);
  situation(
      "the standby is alone", 20s, 1s, 1s,
      [](World& world) {
        cut_etcd(world, kB);
        cut_peers(world);
      },
      heal_and_stay);
}

TEST_CASE("Two boxes that start without etcd carry by promise", "[sim][situations]") {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    World world{{.rates = 0.0001, .prefer = "b"}, seed};
    world.etcd().isolate(0, true, false, world.now());
    world.etcd().isolate(1, true, false, world.now());
    INFO(world.story());
    CHECK(world.run_until([&] { return world.carries(kB); }, 10s));
    const std::uint64_t before = world.lost();
    world.run_for(10s);
    // (etcd comes late, and the promise becomes a lease)
    world.heal();
    world.run_for(10s);
    CHECK(world.lost() == before);
    CHECK(world.box(kB).node->order(0).epoch.value() > 0);
    CHECK(world.violation().empty());
  }
}

}  // namespace situations_sim_test
