// PortUpkeep: what a member's port is given for the LAG's sake besides its queues and its address: MTU,
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
#include "dpdk/base/port_mtu.hpp"
#include "options/lag_options.hpp"

namespace lagoon::dpdk {

class PortUpkeep {
 public:
  /// `own_mtu`: what it is to have again at the end; nothing: what it has now.
  explicit PortUpkeep(EthdevId port, std::optional<std::uint16_t> own_mtu = {});

  /// For a program's LAG, and without LACP, less is asked of a port: an MTU that its driver has no call for
  /// may stand, and one that can't choose multicast groups needs no promiscuous mode to hear LACPDUs. Before
  /// the first apply().
  void serves(MtuFor whom, bool hears_lacpdus) noexcept {
    mtu_for_ = whom;
    hears_lacpdus_ = hears_lacpdus;
  }
  /// Precondition: the port is started. `address_refused`: it keeps an address that it is not to carry, so it
  /// has to receive in promiscuous mode. Gives a sentence for each thing that it lacks while traffic still
  /// flows. Errors: not_supported (the MTU; nothing else was changed then).
  [[nodiscard]] Result<std::vector<std::string>> apply(const control::PortOptions& wanted,
                                                       bool address_refused);
  /// Before the port is stopped: it gets back what it had.
  void take_back();

 private:
  [[nodiscard]] Result<void> set_mtu(std::uint16_t mtu);
  [[nodiscard]] bool set_addresses(const std::vector<MacAddress>& wanted);
  [[nodiscard]] bool set_multicast(const std::vector<MacAddress>& groups);
  [[nodiscard]] bool set_vlans(const std::vector<std::uint16_t>& wanted);
  bool set_promiscuous(bool on);
  bool set_all_multicast(bool on);
  [[nodiscard]] bool set_pause(std::optional<control::Pause> wanted);
  [[nodiscard]] bool set_pfc(const std::vector<std::uint8_t>& wanted);

  EthdevId port_;
  MtuFor mtu_for_ = MtuFor::appliance;
  bool hears_lacpdus_ = true;
  std::uint16_t own_mtu_ = 0;
  std::vector<MacAddress> addresses_;  // that it has
  std::vector<std::uint16_t> vlans_;
  std::optional<control::Pause> pause_{};      // that we set
  std::optional<control::Pause> own_pause_{};  // that it had before
  std::vector<std::uint8_t> pfc_;
};

}  // namespace lagoon::dpdk
