// LagIdentity: what a LAG that runs LACP says of itself to its Partner. Two LAGs that say the same are one to
// it: it would take ports of both into one LAG of its own, and see port numbers twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/mac_address.hpp"
#include "config/model.hpp"

namespace lagoon::config {

struct LagIdentity {
  std::string name;  // of the LAG; the Partner does not see it
  MacAddress system{};
  std::uint16_t system_priority = 0;
  std::optional<std::uint16_t> key{};  // nothing: automatic keys,
  std::uint16_t number = 0;            // made of the LAG's number among those of its Engine
  friend bool operator==(const LagIdentity&, const LagIdentity&) = default;
};

/// Nothing where the mode does without LACP, or nobody knows the System: neither system-id nor mac is set,
/// and `address` (what the LAG has while it runs) is zero.
[[nodiscard]] std::optional<LagIdentity> identity_of(const Lag& lag, std::size_t number,
                                                     const MacAddress& address = {});

/// Whether a Partner could take ports of both for those of one LAG.
[[nodiscard]] bool alike(const LagIdentity& a, const LagIdentity& b) noexcept;

/// What is wrong with `later` and `earlier` that are alike. `line` stands after the earlier one's name.
[[nodiscard]] std::string words_of_likeness(const LagIdentity& later, const LagIdentity& earlier,
                                            const std::string& line = {});

}  // namespace lagoon::config
