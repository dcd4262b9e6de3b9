// What the two boxes of a domain are called, and what a LAG is to both.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

#include "base/mac_address.hpp"
#include "base/strong.hpp"

namespace lagoon::cluster {

/// LAGs of a domain.
inline constexpr std::size_t kLagsMax = 64;
/// Number of a box, 1 .. 14: the high four bits of its ports' numbers.
inline constexpr std::uint8_t kNodeNumberMax = 14;

/// A box's life, chosen by chance at its start: two of them never have the same one.
using Incarnation = Strong<struct IncarnationTag, std::uint64_t>;
/// etcd's revision. That of a claim is the epoch. 0: none.
using Revision = Strong<struct RevisionTag, std::int64_t>;
/// etcd's lease. 0: none.
using LeaseId = Strong<struct LeaseIdTag, std::int64_t>;

/// 802.1AX's System Identifier: the lower one is better.
struct SystemId {
  std::uint16_t priority = 0;
  MacAddress mac{};
  friend constexpr auto operator<=>(const SystemId&, const SystemId&) noexcept = default;
};

enum class Mode : std::uint8_t { standby, independent };
/// Who is alone: offers itself under a System ID of its own, or stands by.
enum class WhenIsolated : std::uint8_t { ask_partner, stand_by };
enum class Revert : std::uint8_t { never, prefer };

enum class Role : std::uint8_t { standby, holder, releasing, isolated, independent, refused };

/// What both boxes have to say alike of a LAG.
struct LagIdentity {
  SystemId system{};
  std::uint16_t key = 0;
  Mode mode = Mode::standby;
  friend constexpr bool operator==(const LagIdentity&, const LagIdentity&) noexcept = default;
};

/// Where a LAG's members lead, as its Partner says. All zero: nobody was heard.
struct PartnerSeen {
  SystemId system{};
  std::uint16_t key = 0;
  [[nodiscard]] constexpr bool known() const noexcept { return !system.mac.is_zero(); }
  friend constexpr bool operator==(const PartnerSeen&, const PartnerSeen&) noexcept = default;
};

/// A LAG at one box, as the box's control lcore sees it.
struct Fitness {
  std::uint8_t members_ready = 0;     // links that are up and whose Partner is heard
  std::uint8_t members_carrying = 0;  // whose Partner collects, under the ID in use now
  bool uplinks = true;                // one is up at least, or none is asked for
  PartnerSeen partner{};
  [[nodiscard]] constexpr bool fit() const noexcept { return members_ready > 0 && uplinks; }
  [[nodiscard]] constexpr bool carries() const noexcept { return fit() && members_carrying > 0; }
  friend constexpr bool operator==(const Fitness&, const Fitness&) noexcept = default;
};

}  // namespace lagoon::cluster
