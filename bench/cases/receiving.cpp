#include <string>

#include "cases/cases.hpp"
#include "cases/contestants.hpp"

namespace lagoon::bench {

// (mode 2 does not look for slow-protocol frames, so mode 4 is what does the same work)
void add_receiving(Rig& rig, Cases& cases) {
  const Bond& bond = rig.ports.lacp_bond();
  const auto new_race = [&](const std::string& name) -> Race& {
    return cases.emplace_back(Case{.name = name, .peer_name = "net_bonding, mode 4", .race = Race{kTurn}})
        .race;
  };
  const auto add = [&](const std::string& name, FrameSet& frames) {
    Race& race = new_race(name);
    race.add(kOurs, collector(rig, rig.ports.bond(4).members, frames));
    race.add(kPeer, port_receives(bond, frames));
    race.add(kFloor, bare_ports_receive(rig.ports.bond(4).members, frames));
  };
  add("rx-lacp-warm", rig.warm);
  add("rx-lacp-classified", rig.classified);
  add("rx-lacp-cold", rig.cold);
  if (!rig.ports.lagoon()) return;
  Race& race = new_race("pmd-rx-warm");
  race.add(kOurs, port_receives(*rig.ports.lagoon(), rig.warm));
  race.add(kPeer, port_receives(bond, rig.warm));
  race.add(kFloor, bare_ports_receive(rig.ports.bond(4).members, rig.warm));
}

}  // namespace lagoon::bench
