// Who carries which MAC address. A pure function of the mode's rule, the members' own addresses and the
// active member; the ports are set to it (dpdk/), and what a port's own address is comes back when it leaves.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.hpp"
#include "base/mac_address.hpp"

namespace lagoon::failover {

/// Linux's fail_over_mac, for active-backup.
enum class FailOverMac : std::uint8_t {
  none,    // all members carry the LAG's address
  active,  // members keep their own, and the LAG has that of the active one
  follow,  // the active member carries the LAG's address, the others their own
};
inline constexpr std::array<std::string_view, 3> kFailOverMacNames{"none", "active", "follow"};
[[nodiscard]] constexpr std::string_view name_of(FailOverMac f) noexcept {
  return kFailOverMacNames[static_cast<std::size_t>(f)];
}

struct AddressInput {
  FailOverMac rule = FailOverMac::none;  // tlb and alb follow
  MacAddress lag{};                      // what was set, or the first member's own
  std::uint32_t members = 0;             // bit set
  std::array<MacAddress, kMembersMax> own{};
  std::optional<MemberIndex> active{};
  std::optional<MemberIndex> last_active{};  // stands for `active` while there is none
};

struct AddressAssignment {
  MacAddress lag{};
  std::array<MacAddress, kMembersMax> member{};  // of those in `members`
  friend constexpr bool operator==(const AddressAssignment&, const AddressAssignment&) noexcept = default;
};

/// Under follow, no two members carry one address: who owns the LAG's address and is not active carries the
/// active one's in exchange.
[[nodiscard]] AddressAssignment assign_addresses(const AddressInput& input) noexcept;

}  // namespace lagoon::failover
