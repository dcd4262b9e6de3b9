// Networks that several scenarios share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lagoon_station.hpp"
#include "reference_partner.hpp"
#include "simulator.hpp"

namespace lagoon::sim {

/// Differ from each other in several bits, so that one flipped bit makes no other System of them.
inline constexpr MacAddress kSystemA{{0x02, 0x4c, 0x41, 0x00, 0x0f, 0x00}};
inline constexpr MacAddress kSystemB{{0x02, 0x4c, 0x42, 0xf0, 0x30, 0x40}};
inline constexpr MacAddress kSystemC{{0x02, 0x4c, 0x44, 0x3c, 0xc0, 0x80}};

/// Two Lagoon stations, A with the lower System ID, and links between their ports of one number.
struct Pair {
  Simulator simulator;
  LagoonStation& a;
  LagoonStation& b;

  Pair(std::uint64_t seed, lacp::AggregatorConfig a_lacp, lacp::AggregatorConfig b_lacp, std::size_t links,
       bool builds_tables = true)
      : Pair(seed, with_system(a_lacp, kSystemA), ports(links), with_system(b_lacp, kSystemB), ports(links),
             builds_tables) {}
  Pair(std::uint64_t seed, const lacp::AggregatorConfig& a_lacp, std::vector<lacp::PortConfig> a_ports,
       const lacp::AggregatorConfig& b_lacp, std::vector<lacp::PortConfig> b_ports, bool builds_tables = true)
      : simulator{seed},
        a{simulator.add(std::make_unique<LagoonStation>(LagoonSettings{"A", a_lacp, a_ports}, simulator.now(),
                                                        builds_tables))},
        b{simulator.add(std::make_unique<LagoonStation>(LagoonSettings{"B", b_lacp, b_ports}, simulator.now(),
                                                        builds_tables))} {
    simulator.connect_all(0, 1, std::min(a_ports.size(), b_ports.size()));
  }

  [[nodiscard]] static lacp::AggregatorConfig with_system(lacp::AggregatorConfig config,
                                                          const MacAddress& system) {
    if (config.system.is_zero()) config.system = system;
    return config;
  }
  /// Both ends collect and distribute on these members and no other.
  [[nodiscard]] bool both_carry(std::uint32_t members) const {
    return a.collecting() == members && b.collecting() == members && a.distributing() == members &&
           b.distributing() == members;
  }
};

}  // namespace lagoon::sim
