// PortUpkeep: what a member's port is given for the LAG's sake besides its queues, address and MTU:
// secondary addresses, multicast groups, receive modes, VLAN filter, pause frames. Applied as a difference to
// what it has, so it can change while traffic flows; what a port can't filter it lets through, and says so.
//
// Thread: one at a time; the control lcore once the member is in its LAG.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "options/lag_options.hpp"

namespace lagoon::dpdk {

class PortUpkeep {
 public:
  explicit PortUpkeep(EthdevId port) : port_{port} {}

  /// Without LACP, a port that can't choose multicast groups needs no promiscuous mode to hear LACPDUs.
  /// Before the first apply().
  void serves(bool hears_lacpdus) noexcept { hears_lacpdus_ = hears_lacpdus; }
  /// Precondition: the port is started. `address_refused`: it keeps an address that it is not to carry, so it
  /// has to receive in promiscuous mode. Gives a sentence for each thing that it lacks while traffic still
  /// flows.
  [[nodiscard]] std::vector<std::string> apply(const control::PortOptions& wanted, bool address_refused);
  /// Before the port is stopped: it gets back what it had.
  void take_back();

 private:
  [[nodiscard]] bool set_addresses(const std::vector<MacAddress>& wanted);
  [[nodiscard]] bool set_multicast(const std::vector<MacAddress>& groups);
  [[nodiscard]] bool set_vlans(const std::vector<std::uint16_t>& wanted);
  bool set_promiscuous(bool on);
  bool set_all_multicast(bool on);
  [[nodiscard]] bool set_pause(std::optional<control::Pause> wanted);
  [[nodiscard]] bool set_pfc(const std::vector<std::uint8_t>& wanted);

  EthdevId port_;
  bool hears_lacpdus_ = true;
  std::vector<MacAddress> addresses_;  // that it has
  std::vector<std::uint16_t> vlans_;
  std::optional<control::Pause> pause_{};      // that we set
  std::optional<control::Pause> own_pause_{};  // that it had before
  std::vector<std::uint8_t> pfc_;
};

}  // namespace lagoon::dpdk
