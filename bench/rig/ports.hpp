// The ports of a run: net_null's, bonds of net_bonding over some, and a LAG of net_lagoon over others, all in
// one process. Each has members of its own, for each takes its members over. DPDK has room for 32 ports.
#pragma once

#include <rte_ethdev.h>
#include <rte_mempool.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lagoon::bench {

struct LagPort {
  std::uint16_t id = 0;
  std::vector<std::uint16_t> members;
};

/// net_bonding's. It has a function for each mode, so one bond can race in several.
struct Bond : LagPort {
  std::map<std::uint8_t, eth_tx_burst_t> send_in{};  // by mode: rte_eth_bond.h
};

class Ports {
 public:
  Ports();

  /// In the modes that need no protocol. Precondition: 2, 4 or 8 members.
  [[nodiscard]] const Bond& bond(std::size_t members) const { return bonds_.at(members); }
  /// Of 4 members. Its machines are left out (an "external" one says who distributes), for there is no
  /// Partner here.
  [[nodiscard]] const Bond& lacp_bond() const { return lacp_bond_; }
  /// Of 4 members; nothing where the PMD has not been built.
  [[nodiscard]] const std::optional<LagPort>& lagoon() const { return lagoon_; }

 private:
  [[nodiscard]] std::uint16_t new_port();
  [[nodiscard]] std::vector<std::uint16_t> new_ports(std::size_t count);
  [[nodiscard]] Bond new_bond(std::uint8_t mode, std::size_t members);
  [[nodiscard]] std::optional<LagPort> new_lagoon(std::size_t members);

  rte_mempool* pool_ = nullptr;
  unsigned made_ = 0;
  std::map<std::size_t, Bond> bonds_;
  Bond lacp_bond_;
  std::optional<LagPort> lagoon_;
};

}  // namespace lagoon::bench
