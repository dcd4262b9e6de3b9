#include <rte_eth_bond.h>

#include <span>
#include <string>

#include "cases/cases.hpp"
#include "cases/contestants.hpp"

namespace lagoon::bench {
namespace {

constexpr const char* kLacp = "net_bonding, mode 4, l34";

class Sending {
 public:
  Sending(Rig& rig, Cases& cases) : rig_{rig}, cases_{cases} {}

  // A policy against net_bonding in LACP's mode.
  void add_hashed(const std::string& name, const LagSettings& settings, Load load) {
    Race& race = new_case(name, kLacp);
    race.add(kOurs, distributor(rig_, four(), settings, load));
    race.add(kPeer, port_sends(rig_.ports.lacp_bond(), load));
    race.add(kFloor, bare_ports_send(four(), load));
  }
  // Against one of its other modes.
  void add_mode(const std::string& name, const LagSettings& settings, Load load, std::uint8_t mode,
                const std::string& words) {
    Race& race = new_case(name, "net_bonding, " + words);
    const Bond& bond = rig_.ports.bond(settings.members);
    race.add(kOurs, distributor(rig_, bond.members, settings, load));
    race.add(kPeer, bond_sends(bond, mode, load));
    race.add(kFloor, bare_ports_send(bond.members, load));
  }
  void add_worker(const std::string& name, Load load) {
    Race& race = new_case(name, kLacp);
    race.add(kOurs, worker(rig_, four(), {}, load));
    race.add(kPeer, port_sends(rig_.ports.lacp_bond(), load));
    race.add(kFloor, bare_ports_send(four(), load));
  }
  void add_pmd(const std::string& name, Load load) {
    if (!rig_.ports.lagoon()) return;
    Race& race = new_case(name, kLacp);
    race.add(kOurs, port_sends(*rig_.ports.lagoon(), load));
    race.add(kPeer, port_sends(rig_.ports.lacp_bond(), load));
    race.add(kFloor, bare_ports_send(four(), load));
  }
  // By MAC addresses.
  void add_l2(const std::string& name) {
    Race& race = new_case(name, "net_bonding, mode 2, l2");
    const Bond& bond = rig_.ports.bond(4);
    const Load load{rig_.warm};
    race.add(kOurs, distributor(rig_, bond.members, {.hash = {.policy = dist::HashPolicy::l2}}, load));
    Contestant peer = bond_sends(bond, BONDING_MODE_BALANCE, load);
    peer.arm = [&bond, arm = peer.arm] {
      arm();
      LAGOON_CHECK(rte_eth_bond_xmit_policy_set(bond.id, BALANCE_XMIT_POLICY_LAYER2) == 0);
    };
    peer.disarm = [&bond] {
      LAGOON_CHECK(rte_eth_bond_xmit_policy_set(bond.id, BALANCE_XMIT_POLICY_LAYER34) == 0);
    };
    race.add(kPeer, peer);
    race.add(kFloor, bare_ports_send(bond.members, load));
  }
  void add_tunnel(const std::string& name) {
    Race& race = new_case(name, "lagoon, plain IPv4, l3+4");
    race.add(kOurs, distributor(rig_, four(), {.hash = {.policy = dist::HashPolicy::encap34}}, {rig_.vxlan}));
    race.add(kPeer, distributor(rig_, four(), {}, {rig_.warm}));
    race.add(kFloor, bare_ports_send(four(), {rig_.vxlan}));
  }

 private:
  [[nodiscard]] std::span<const std::uint16_t> four() const { return rig_.ports.bond(4).members; }
  [[nodiscard]] Race& new_case(const std::string& name, const std::string& peer) {
    return cases_.emplace_back(Case{.name = name, .peer_name = peer, .race = Race{kTurn}}).race;
  }
  Rig& rig_;
  Cases& cases_;
};

}  // namespace

void add_sending(Rig& rig, Cases& cases) {
  using table::Distribution;
  Sending sending{rig, cases};
  const Load warm{rig.warm};
  const LagSettings by_port_hash{.hash = {.policy = dist::HashPolicy::l34, .use_nic_hash = true}};
  sending.add_hashed("tx-l34-warm", {}, warm);
  sending.add_hashed("tx-l34-cold", {}, {rig.cold});
  sending.add_hashed("tx-l34-imix", {}, {rig.imix});
  sending.add_hashed("tx-l34-nichash", by_port_hash, {rig.hashed});
  sending.add_hashed("tx-l34-burst4", {}, {.frames = rig.warm, .burst = 4});
  sending.add_hashed("tx-l34-counting", {.counts_lanes = true}, warm);
  sending.add_hashed("tx-l34-descriptors", {}, {.frames = rig.warm, .device = Device::descriptors});
  sending.add_hashed("tx-weighted", {.distribution = Distribution::weighted}, warm);
  sending.add_l2("tx-l2-warm");
  for (const std::size_t members : {2U, 4U, 8U})
    sending.add_mode("tx-l34-members-" + std::to_string(members), {.members = members}, warm,
                     BONDING_MODE_BALANCE, "mode 2, l34");
  sending.add_tunnel("tx-encap-vxlan");
  // As NICs hand them over, with their type; and as a program makes them, without.
  for (const bool told : {true, false}) {
    FrameSet& frames = told ? rig.classified : rig.warm;
    const std::string end = told ? "" : "-untold";
    sending.add_mode("tx-round-robin" + end, {.distribution = Distribution::round_robin}, {frames},
                     BONDING_MODE_ROUND_ROBIN, "mode 0");
    sending.add_mode("tx-broadcast" + end, {.distribution = Distribution::broadcast},
                     {.frames = frames, .device = Device::releasing}, BONDING_MODE_BROADCAST, "mode 3");
    sending.add_mode("tx-active-backup" + end, {.distributing = 1},
                     {.frames = frames, .device = Device::descriptors}, BONDING_MODE_ACTIVE_BACKUP, "mode 1");
  }
  sending.add_worker("worker-l34-warm", warm);
  sending.add_worker("worker-l34-imix", {rig.imix});
  sending.add_pmd("pmd-tx-warm", warm);
  sending.add_pmd("pmd-tx-imix", {rig.imix});
  sending.add_pmd("pmd-tx-burst4", {.frames = rig.warm, .burst = 4});
}

}  // namespace lagoon::bench
