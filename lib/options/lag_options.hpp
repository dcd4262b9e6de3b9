// LagOptions: all that an operator can decide about one LAG, but for its members. Plain values; config/ fills
// them from a file or from a command, and Lag::change() takes others while traffic flows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "balance/load_balancer.hpp"
#include "balance/rebalancer.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "failover/active_member.hpp"
#include "failover/address_assignment.hpp"
#include "failover/announcer.hpp"
#include "failover/damping.hpp"
#include "failover/debounce.hpp"
#include "lacp/config.hpp"
#include "lldp/options.hpp"
#include "monitor/target_monitor.hpp"
#include "options/bfd_options.hpp"
#include "options/formation_options.hpp"
#include "options/mode.hpp"
#include "options/move_options.hpp"
#include "options/multichassis_options.hpp"
#include "qos/traffic_options.hpp"
#include "table/fast_options.hpp"
#include "table/weights.hpp"

namespace lagoon::control {

/// How conversations are dealt out, in modes that keep each on one member and have several.
enum class LoadSharing : std::uint8_t {
  flow_hash,  // by bucket, shares by capacity
  weighted,   // each placed when it begins, by load
};
inline constexpr std::array<std::string_view, 2> kLoadSharingNames{"flow-hash", "weighted"};
[[nodiscard]] constexpr std::string_view name_of(LoadSharing d) noexcept {
  return kLoadSharingNames[static_cast<std::size_t>(d)];
}

struct WeightedOptions {
  table::PlaceBy by = table::PlaceBy::share;
  BitsPerSecond unit = mbps(100);  // of weights: a 10G port has 100 of them
  Duration window = 200ms;         // that loads are averaged over
  std::optional<BitsPerSecond>
      estimate{};                        // that a new conversation is charged with; nothing: by what is seen
  std::uint32_t conversations = 65'536;  // that each worker has room for; fixed while the LAG runs
  Duration idle = 10s;                   // a conversation that is silent for longer is forgotten
  friend constexpr bool operator==(const WeightedOptions&, const WeightedOptions&) noexcept = default;
};

struct LacpExtras {
  bool strict = true;              // the LAG is up only while it distributes; false: while a link is up
  bool fallback = false;           // one member is used when no Partner speaks
  Duration fallback_delay = 5s;    // after so long
  std::uint16_t flood_limit = 10;  // LACPDUs of a member in a second; what is above is dropped
  Duration hold_out = 60s;         // the longest time that a member is held out; 0: none ever is
  friend constexpr bool operator==(const LacpExtras&, const LacpExtras&) noexcept = default;
};

struct ActiveOptions {
  std::string primary;  // a member's name; empty: none
  failover::Reselect reselect = failover::Reselect::always;
  failover::FailOverMac fail_over_mac = failover::FailOverMac::none;
  bool all_members_active = false;  // inactive members' frames are taken, too (lagg: failover-rx-all)
  friend bool operator==(const ActiveOptions&, const ActiveOptions&) = default;
};

struct AdaptiveOptions {
  balance::LoadBalancerOptions load{};
  Duration learning_interval = 1s;  // lp-interval: between learning packets of each member
  friend constexpr bool operator==(const AdaptiveOptions&, const AdaptiveOptions&) noexcept = default;
};

/// What the operator has made of a member.
enum class Administration : std::uint8_t { enabled, drained, disabled };
inline constexpr std::array<std::string_view, 3> kAdministrationNames{"enabled", "drained", "disabled"};
[[nodiscard]] constexpr std::string_view name_of(Administration a) noexcept {
  return kAdministrationNames[static_cast<std::size_t>(a)];
}

/// 802.3x: whether a port obeys pause frames (receive), sends them (transmit), or both.
enum class Pause : std::uint8_t { off, receive, transmit, full };
inline constexpr std::array<std::string_view, 4> kPauseNames{"off", "rx", "tx", "full"};
[[nodiscard]] constexpr std::string_view name_of(Pause pause) noexcept {
  return kPauseNames[static_cast<std::size_t>(pause)];
}

/// What every member's port gets, old and new ones.
struct PortOptions {
  std::optional<std::uint16_t> mtu{};
  std::vector<MacAddress> addresses{};  // secondary ones
  std::vector<MacAddress> multicast{};  // groups to receive
  std::vector<std::uint16_t> vlans{};   // filter; empty: all are let through
  bool promiscuous = true;
  bool all_multicast = true;
  std::optional<Pause> pause{};     // nothing: as the port has it
  std::vector<std::uint8_t> pfc{};  // priorities that pause for themselves (802.1Qbb), both ways
  friend bool operator==(const PortOptions&, const PortOptions&) = default;
};

struct LagOptions {
  Mode mode = Mode::lacp;         // fixed while the LAG runs
  lacp::AggregatorConfig lacp{};  // min_links, min_links_up and max_links count in every mode
  LacpExtras lacp_extras{};
  table::FastOptions fast{};
  bool random_seed = true;     // hash-seed: random; fast.hash.seed has what was drawn
  bool unequal_speed = false;  // members of different speeds aggregate: the speed is not in the key
  LoadSharing distribute = LoadSharing::flow_hash;  // fixed while the LAG runs
  WeightedOptions weighted{};
  MoveOptions move{};
  std::optional<bool> rebalances{};  // nothing: when weighted
  balance::RebalancerOptions rebalance{};
  Duration miimon = 1ms;  // between polls of the links; 0: interrupts only
  lldp::Options lldp{};
  BfdOptions bfd{};
  FormationOptions formation{};
  bool automatic = false;  // it finds its members by itself; fixed while the LAG runs
  failover::DebounceOptions debounce{};
  failover::DampingOptions damping{};
  monitor::TargetOptions targets{};
  ActiveOptions active{};
  failover::AnnounceOptions announce{};
  std::vector<HostAddress> announce_addresses;  // besides those of the kernel's interface behind the LAG
  AdaptiveOptions adaptive{};
  qos::TrafficOptions traffic{};
  std::optional<MacAddress> mac{};  // nothing: the first member's
  std::string mac_from;             // the member whose address all take, and which keeps its own; empty: none
  PortOptions port{};
  std::vector<std::string> uplinks{};  // access ports or LAGs; when all are down, no member is in sync
  MultichassisOptions multichassis{};
  friend bool operator==(const LagOptions&, const LagOptions&) = default;
};

}  // namespace lagoon::control
