// TrafficPolicy: TrafficOptions in the form in which workers use them. Immutable once made, and shared by all
// workers and all members of a LAG. All of it lies in the object, but for long names of classes, which no
// worker reads: so workers may be in other processes.
//
// Classes are numbered in the order in which they are served: by priority, and among equals as they were
// given. A frame belongs to the class of the first match that fits, else to that of its DSCP, else to that
// of the PCP in its outermost VLAN tag, else to the default one.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "base/error.hpp"
#include "base/fixed_vector.hpp"
#include "qos/dscp.hpp"
#include "qos/traffic_options.hpp"

namespace lagoon::qos {

/// Position of a class in its policy: the order of service.
using ClassIndex = std::uint8_t;
inline constexpr ClassIndex kNoClass = 0xff;

/// What the shares of classes and of conversations are counted in: an ordinary frame without FCS.
inline constexpr std::uint32_t kQuantum = 1514;

struct ClassPolicy {
  std::string name{};
  std::uint8_t peers = 0;            // the classes of the same priority, as a bit set; itself among them
  std::uint32_t quantum = kQuantum;  // octets of a turn among them
  std::uint32_t limit_frames = 0;
  std::uint32_t limit_octets = 0;
  bool metered = false;
  RateLimit rate{};
};

/// A MatchOptions with everything in network order and under masks, as wire::FlowHeaders has it.
struct Match {
  bool any_ether_type = true;
  bool any_vlan = true;
  bool any_protocol = true;
  bool any_port = true;
  std::uint8_t ip_version = 0;  // 0: any
  std::uint8_t protocol = 0;
  std::uint16_t ether_type = 0;
  std::uint16_t vlan = 0;
  std::array<std::uint64_t, 2> source{};
  std::array<std::uint64_t, 2> source_mask{};
  std::array<std::uint64_t, 2> destination{};
  std::array<std::uint64_t, 2> destination_mask{};
  PortRange source_port{0, 0xffff};
  PortRange destination_port{0, 0xffff};
  ClassIndex to = 0;
};

class TrafficPolicy {
 public:
  /// Errors: invalid_argument, with all mistakes in words; also when there are no classes.
  [[nodiscard]] static Result<TrafficPolicy> from(const TrafficOptions& options);

  [[nodiscard]] std::span<const ClassPolicy> classes() const noexcept {
    return {classes_.begin(), classes_.size()};
  }
  [[nodiscard]] std::span<const Match> matches() const noexcept {
    return {matches_.begin(), matches_.size()};
  }
  [[nodiscard]] ClassIndex default_class() const noexcept { return default_; }
  /// kNoClass: the code point says nothing.
  [[nodiscard]] ClassIndex of_pcp(std::uint8_t pcp) const noexcept { return pcp_[pcp % kPriorities]; }
  [[nodiscard]] ClassIndex of_dscp(std::uint8_t dscp) const noexcept { return dscp_[dscp % kCodePoints]; }
  /// Frames that all classes together may have waiting.
  [[nodiscard]] std::uint32_t frames_max() const noexcept { return frames_max_; }
  [[nodiscard]] bool shape() const noexcept { return shape_; }
  /// 0: by the speed.
  [[nodiscard]] std::uint32_t burst() const noexcept { return burst_; }

 private:
  TrafficPolicy() = default;

  FixedVector<ClassPolicy, kClassesMax> classes_;
  FixedVector<Match, kMatchesMax> matches_;
  std::array<ClassIndex, kPriorities> pcp_{};
  std::array<ClassIndex, kCodePoints> dscp_{};
  ClassIndex default_ = 0;
  std::uint32_t frames_max_ = 0;
  bool shape_ = false;
  std::uint32_t burst_ = 0;
};

}  // namespace lagoon::qos
