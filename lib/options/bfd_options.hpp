#pragma once

#include "bfd/options.hpp"

namespace lagoon::control {

/// micro-BFD on the members of a LAG.
struct BfdOptions {
  bool enabled = false;
  bfd::Options session{};  // .local all zeros: both addresses by LLDP (MemberSessions)

  [[nodiscard]] bool automatic() const noexcept { return session.local == IpAddress{}; }
  friend bool operator==(const BfdOptions&, const BfdOptions&) noexcept = default;
};

}  // namespace lagoon::control
