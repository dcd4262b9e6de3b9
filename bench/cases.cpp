// Turns of the contestants, and what is raced. StandIn replaces the ports of one contestant for one turn.
#include "cases.hpp"

#include <memory>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "contestants.hpp"
#include "dist/flow_hash.hpp"
#include "support/flow_frames.hpp"

namespace lagoon::bench {
namespace {

static_assert(kTurn % kBurst == 0);

// Every turn goes over all packets of the rig once.
template <typename Contestant>
void distribute_turn(std::span<rte_mbuf*> packets, Contestant& contestant) {
  for (std::size_t next = 0; next < kTurn; next += kBurst) {
    Burst burst;
    std::copy_n(packets.begin() + static_cast<std::ptrdiff_t>(next), kBurst, burst.begin());
    LAGOON_CHECK(contestant.send(burst) == kBurst);
  }
}

template <typename Contestant>
void collect_turn(Contestant& contestant) {
  for (std::size_t bursts = 0; bursts < kTurn / kBurst; ++bursts) {
    Burst burst;
    LAGOON_CHECK(contestant.receive(burst) == kBurst);
    benchmark::DoNotOptimize(burst);
  }
}

template <typename Contestant>
void forward_turn(std::uint16_t source, Contestant& contestant) {
  for (std::size_t bursts = 0; bursts < kTurn / kBurst; ++bursts) {
    Burst burst;
    LAGOON_CHECK(rte_eth_rx_burst(source, 0, burst.data(), kBurst) == kBurst);
    LAGOON_CHECK(contestant.send(burst) == kBurst);
  }
}

// `turn_of(contestant)` gives the function that runs one turn of it.
template <typename TurnOf>
Group races(std::string title, Rig& rig, TurnOf turn_of) {
  Group group{.title = std::move(title)};
  for (const std::size_t members : kMemberCounts) {
    Race& race = group.races.emplace_back(std::to_string(members));
    race.add("bare", turn_of(BarePorts{rig, members}));
    race.add("net_bonding", turn_of(NetBonding{rig.balance_bond(members)}));
    if (members == kLacpMembers) {
      race.add("net_bonding-lacp", turn_of(NetBonding{rig.lacp_bond()}));
      race.add("lagoon-embedded", turn_of(Embedded{rig}));
    }
    race.add("lagoon", turn_of(Lagoon{rig, members}));
  }
  return group;
}

void add_hash(Race& race, const std::string& name, dist::HashPolicy policy, const test::FlowFrame& frame) {
  const std::vector<std::byte> octets{frame.octets().begin(), frame.octets().end()};
  race.add(name, [octets, policy] {
    const dist::FlowMixer mix{1};
    dist::with_policy({.policy = policy}, [&]<dist::HashPolicy chosen, dist::Direction direction>() {
      for (std::size_t i = 0; i < kTurn; ++i) {
        std::span<const std::byte> look{octets};
        benchmark::DoNotOptimize(look);
        benchmark::DoNotOptimize(mix(dist::fold<chosen, direction>(look)));
      }
    });
  });
}

}  // namespace

Group distribute_races(Rig& rig) {
  const auto turn = [&rig](auto contestant) {
    return [&rig, contestant]() mutable {
      const StandIn stand_in{contestant.ports(), {}, 0};
      distribute_turn(rig.packets(), contestant);
    };
  };
  Group group = races("distribute by l3+4, ports that touch nothing", rig, turn);
  for (std::size_t i = 0; i < group.races.size(); ++i) {
    group.races[i].add("lagoon-counting", turn(Lagoon{rig, kMemberCounts[i], Way::counting}));
    group.races[i].add("lagoon-weighted", turn(Lagoon{rig, kMemberCounts[i], Way::weighted}));
  }
  return group;
}

Group collect_races(Rig& rig) {
  const auto turn_on = [](std::span<rte_mbuf*> packets) {
    return [packets](auto contestant) {
      return [packets, contestant]() mutable {
        const auto share = static_cast<std::uint16_t>(kBurst / contestant.ports().size());
        const StandIn stand_in{contestant.ports(), packets, share};
        collect_turn(contestant);
      };
    };
  };
  Group group = races("collect, ports that touch nothing", rig, turn_on(rig.packets()));
  for (std::size_t i = 0; i < group.races.size(); ++i)
    group.races[i].add("lagoon-classified", turn_on(rig.classified_packets())(Lagoon{rig, kMemberCounts[i]}));
  return group;
}

Group forward_races(Rig& rig) {
  return races("receive, distribute by l3+4, transmit, over net_null as it is", rig, [&](auto contestant) {
    return [&rig, contestant]() mutable { forward_turn(rig.source(), contestant); };
  });
}

Race hash_race() {
  using dist::HashPolicy;
  using test::FlowFrame;
  Race race{"parse and hash, one frame in the first-level cache"};
  const auto plain = [] { return FlowFrame{}.macs().ipv4({}).udp(1, 2).zeros(20); };
  add_hash(race, "l3+4, IPv4", HashPolicy::l34, plain());
  add_hash(race, "l2, any", HashPolicy::l2, plain());
  add_hash(race, "l2+3, IPv4", HashPolicy::l23, plain());
  add_hash(race, "l3+4, IPv4 with a tag", HashPolicy::l34,
           FlowFrame{}.macs().tag(0x8100, 5).ipv4({}).udp(1, 2).zeros(20));
  add_hash(race, "l3+4, IPv4 with options", HashPolicy::l34,
           FlowFrame{}.macs().ipv4({.option_words = 2}).udp(1, 2).zeros(20));
  add_hash(race, "l3+4, IPv4 fragment", HashPolicy::l34,
           FlowFrame{}.macs().ipv4({.flags_and_offset = 185}).zeros(40));
  add_hash(race, "l3+4, IPv6", HashPolicy::l34, FlowFrame{}.macs().ipv6({}).udp(1, 2).zeros(20));
  add_hash(race, "encap3+4, IPv4", HashPolicy::encap34, plain());
  add_hash(race, "encap3+4, VXLAN", HashPolicy::encap34,
           FlowFrame{}.macs().ipv4({}).udp(1, 4789).be64(0x0800'0000'0000'0100).macs().ipv4({}).udp(1, 2));
  return race;
}

}  // namespace lagoon::bench
