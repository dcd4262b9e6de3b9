// What an operator decides about LACP. Plain values; config/ fills them from a file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "lacp/unselected_reason.hpp"

namespace lagoon::lacp {

enum class Activity : std::uint8_t { passive, active };
/// The rate at which the Partner is asked to send; it decides our timeout as well (6.4.4).
enum class Rate : std::uint8_t { slow, fast };
enum class MuxControl : std::uint8_t { independent, coupled };
/// Which group of ports with one LAG ID gets the Aggregator, when there are several.
enum class SelectPolicy : std::uint8_t {
  stable,         // the group in use stays while it has a port; else the port with the best Port ID decides
  bandwidth,      // the group with the greatest sum of speeds
  count,          // the group with the most ports
  port_priority,  // the group of the port with the best Port ID, always (the seed's figures 5 and 6)
};
/// As the configuration has them, by value.
inline constexpr std::array<std::string_view, 4> kSelectPolicyNames{"stable", "bandwidth", "count",
                                                                    "port-priority"};
[[nodiscard]] constexpr std::string_view name_of(SelectPolicy policy) noexcept {
  return kSelectPolicyNames[static_cast<std::size_t>(policy)];
}

/// Whether a Partner is asked, by an LACPDU that is in no standard, if it knows retry counts (docs/lacp.md).
enum class RetryProbe : std::uint8_t {
  off,
  lldp,  // one that LLDP shows to be a Lagoon or a SONiC
  always,
};
/// As the configuration has them, by value.
inline constexpr std::array<std::string_view, 3> kRetryProbeNames{"off", "lldp", "always"};

/// Who may be our Partner.
struct PartnerSystem {
  MacAddress system{};
  std::optional<std::uint16_t> priority{};  // nothing: any
  friend constexpr bool operator==(const PartnerSystem&, const PartnerSystem&) noexcept = default;
};

struct AggregatorConfig {
  std::uint16_t system_priority = 32768;
  MacAddress system{};                 // must be an individual address
  std::uint16_t lag_number = 0;        // makes automatic keys of several LAGs of one System differ
  std::optional<std::uint16_t> key{};  // nothing: computed from speed and duplex
  bool any_speed = false;              // the speed is left out of it, so that unequal ports may aggregate
  Activity activity = Activity::active;
  Rate rate = Rate::fast;
  MuxControl mux = MuxControl::independent;
  std::optional<PartnerSystem> partner_system{};  // nothing: any System may be our Partner
  SelectPolicy select = SelectPolicy::stable;
  std::uint8_t min_links = 1;            // fewer: the LAG is down, nothing is distributed
  std::uint8_t min_links_up = 1;         // once down, this many bring it up again; >= min_links
  std::uint8_t max_links = kMembersMax;  // the rest is STANDBY
  Duration swap_patience = 5s;           // for a port that is to distribute in another one's place
  Duration aggregate_wait = 2s;          // Aggregate_Wait_Time (6.4.4)
  // From the Partner's first word that it collects from us to our first frame: some speak a little before
  // they do.
  Duration partner_settle = 100ms;
  // A Partner that says that it collects while we are not in sync takes frames as soon as it hears that we
  // are: it need not say so again.
  bool takes_over = false;
  // All ports that could carry are STANDBY, for no_uplink or stands_by; none: they carry.
  UnselectedReason held_back = UnselectedReason::none;
  std::uint8_t retry_count = 3;  // 3 .. 10: what a Partner is asked for that knows retry counts
  RetryProbe retry_probe = RetryProbe::lldp;
  friend constexpr bool operator==(const AggregatorConfig&, const AggregatorConfig&) noexcept = default;
};

struct PortConfig {
  std::uint16_t port_number = 0;  // 1..65535, unique in the System
  std::uint16_t port_priority = 32768;
  bool aggregatable = true;  // false: Individual
  friend constexpr bool operator==(const PortConfig&, const PortConfig&) noexcept = default;
};

}  // namespace lagoon::lacp
