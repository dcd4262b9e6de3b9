// More of the same: members, and LAGs that one worker serves in turn.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cases/cases.hpp"
#include "cases/contestants.hpp"

namespace lagoon::bench {
namespace {

constexpr std::size_t kManyLags = 64;

Contestant lags_in_turn(Rig& rig, std::size_t count) {
  const std::span<const std::uint16_t> ports = rig.ports.bond(8).members;
  auto lags = std::make_shared<std::vector<WorkerLag>>();
  for (std::size_t i = 0; i < count; ++i) lags->emplace_back(LagSettings{.members = 8}, ports);
  return sender(ports, {rig.warm}, [lags, &rig, next = std::size_t{0}](std::span<rte_mbuf*> burst) mutable {
    WorkerLag& lag = (*lags)[next];
    next = next + 1 == lags->size() ? 0 : next + 1;
    return distribute_burst(rig, lag, burst);
  });
}

}  // namespace

void add_scale(Rig& rig, Cases& cases) {
  const auto new_race = [&](const std::string& name, const std::string& peer) -> Race& {
    return cases.emplace_back(Case{.name = name, .peer_name = peer, .race = Race{kTurn}}).race;
  };
  const auto of_members = [&](std::size_t members) {
    return distributor(rig, rig.ports.bond(8).members, {.members = members}, {rig.warm});
  };
  Race& wide = new_race("members-32-vs-2", "lagoon, 2 members");
  wide.add(kOurs, of_members(32));
  wide.add(kPeer, of_members(2));
  Race& ninth = new_race("members-9-vs-8", "lagoon, 8 members");
  ninth.add(kOurs, of_members(9));
  ninth.add(kPeer, of_members(8));
  Race& lags = new_race("lags-64-vs-1", "lagoon, 1 LAG");
  lags.add(kOurs, lags_in_turn(rig, kManyLags));
  lags.add(kPeer, lags_in_turn(rig, 1));
}

}  // namespace lagoon::bench
