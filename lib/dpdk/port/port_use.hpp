// PortUse: an ethdev is used by one part of this process at a time: an access port, a LAG, a wire. Who comes
// second is told who has it, and nothing is done to the port.
//
// In lagoond the list is our own: DPDK's owners would take the ports out of /ethdev/list and of
// dpdk-dumpcap's. In a program with ports of its own (PMD, library) DPDK's owners say it, so that the program
// and other drivers know, and theirs is respected.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/ids.hpp"

namespace lagoon::dpdk {

/// Who is to use a port.
struct PortUser {
  std::string words;        // "port 'lan'", "LAG 'lag0'"
  bool owns = false;        // as DPDK's owner, in a program with other users
  std::uint64_t owner = 0;  // of DPDK's, who has it already in our name; 0: nobody
};

class PortUse {
 public:
  /// Of no port.
  PortUse() = default;
  /// Errors: busy.
  [[nodiscard]] static Result<PortUse> begin(EthdevId port, const PortUser& user);
  PortUse(PortUse&& other) noexcept;
  PortUse& operator=(PortUse&& other) noexcept;
  ~PortUse() { end(); }

 private:
  void end() noexcept;

  std::optional<EthdevId> port_{};
  std::uint64_t owner_ = 0;  // that we have made
};

}  // namespace lagoon::dpdk
