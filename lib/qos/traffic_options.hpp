// TrafficOptions: what an operator says about the queues in front of a LAG's members. Plain values; a
// TrafficPolicy is made of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "base/units.hpp"
#include "qos/colour.hpp"

namespace lagoon::qos {

inline constexpr std::size_t kClassesMax = 8;
inline constexpr std::size_t kMatchesMax = 64;
/// Of a class that says no priority: served when all that say one have nothing.
inline constexpr std::uint8_t kLastPriority = 7;

struct ColourAction {
  enum class Kind : std::uint8_t { pass, mark, drop };
  Kind kind = Kind::pass;
  std::uint8_t dscp = 0;  // to mark with
  friend constexpr bool operator==(const ColourAction&, const ColourAction&) noexcept = default;
};

/// What a class may bring. Octets are those of frames from the destination address on, without FCS.
struct RateLimit {
  BitsPerSecond cir{};
  std::uint64_t cbs = 64 * 1024;
  std::uint64_t ebs = 0;               // with one rate (RFC 2697)
  std::optional<BitsPerSecond> pir{};  // with two (RFC 2698)
  std::optional<std::uint64_t> pbs{};  // default: as cbs
  std::array<ColourAction, kColours> action{ColourAction{}, ColourAction{},
                                            ColourAction{ColourAction::Kind::drop, 0}};
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

struct ClassOptions {
  std::string name{};
  std::uint8_t priority = kLastPriority;  // strict: the lower one is served first
  std::uint8_t weight = 1;                // of the octets that those of one priority share
  std::uint32_t limit = 1000;             // frames that wait, for each member and worker
  std::optional<std::uint32_t> limit_octets{};
  std::optional<RateLimit> rate{};
  std::vector<std::uint8_t> pcp{};   // of frames with a VLAN tag
  std::vector<std::uint8_t> dscp{};  // of IP packets
  friend bool operator==(const ClassOptions&, const ClassOptions&) = default;
};

struct Prefix {
  IpAddress address{};
  std::uint8_t length = 0;
  friend bool operator==(const Prefix&, const Prefix&) = default;
};

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  friend constexpr bool operator==(const PortRange&, const PortRange&) noexcept = default;
};

/// All that is given must be so.
struct MatchOptions {
  std::optional<std::uint16_t> ether_type{};
  std::optional<std::uint16_t> vlan{};
  std::optional<std::uint8_t> protocol{};
  std::optional<Prefix> source{};
  std::optional<Prefix> destination{};
  std::optional<PortRange> source_port{};
  std::optional<PortRange> destination_port{};
  std::string class_name{};
  friend bool operator==(const MatchOptions&, const MatchOptions&) = default;
};

struct TrafficOptions {
  std::vector<ClassOptions> classes{};   // none: no queues at all
  std::string default_class{};           // empty: the last one
  std::vector<MatchOptions> match{};     // the first that fits decides
  bool shape = false;                    // queues build here and not in the port
  std::optional<std::uint32_t> burst{};  // octets that the shaper lets go at once; default: by the speed
  [[nodiscard]] bool enabled() const noexcept { return !classes.empty(); }
  friend bool operator==(const TrafficOptions&, const TrafficOptions&) = default;
};

}  // namespace lagoon::qos
