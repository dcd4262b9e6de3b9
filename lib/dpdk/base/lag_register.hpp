// RegisteredLag: a LAG's entry in the list of what the LAGs of this process say of themselves to Partners. No
// two may be one to a Partner, also where each is a configuration of its own (PMD, library): the list is in a
// memzone of DPDK's, which all libraries of the process see. A file's LAGs are judged before (config/rules);
// this knows the addresses that LAGs have from their members as well.
//
// Thread: any, one at a time for each LAG.
#pragma once

#include <cstddef>
#include <optional>

#include "base/error.hpp"
#include "base/mac_address.hpp"
#include "config/rules/identity.hpp"

namespace lagoon::dpdk {

class RegisteredLag {
 public:
  RegisteredLag() = default;
  RegisteredLag(const RegisteredLag&) = delete;
  RegisteredLag& operator=(const RegisteredLag&) = delete;
  ~RegisteredLag() { put(std::nullopt); }

  /// Enters it, in place of what it was. Nothing: it runs no LACP. Errors: invalid_argument (another LAG is
  /// like it), no_resources; then all is as it was.
  [[nodiscard]] Result<void> change(const std::optional<config::LagIdentity>& identity);
  /// Without asking.
  void put(const std::optional<config::LagIdentity>& identity) noexcept;

  /// The LAG's at its start: its System where the configuration names none.
  MacAddress address{};

 private:
  std::optional<std::size_t> place_{};
};

}  // namespace lagoon::dpdk
