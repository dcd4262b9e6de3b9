// The class of a frame, from its headers. Reads only what lies in the span (the first segment) and believes
// nothing: where a header is cut off, what was found before it decides.
//
// Without configured matches it is one look at the EtherType and one into a table. Up to four VLAN tags are
// skipped, as the flow hash does. Fragments have neither protocol nor ports here, so that all of a datagram
// are in one class.
#pragma once

#include <cstddef>
#include <span>

#include "qos/traffic_policy.hpp"
#include "wire/octets.hpp"

namespace lagoon::qos {

/// What of a frame the classifier and the marker look at.
struct OuterHeaders {
  std::uint16_t ether_type = 0;  // behind the tags; 0: the frame ends before
  std::size_t network_at = 0;    // where what it names begins
  std::uint8_t pcp = kNoClass;   // of the outermost tag; kNoClass: untagged
  std::uint8_t dscp = kNoClass;  // kNoClass: no IP header, or not enough of it
};

[[nodiscard]] OuterHeaders outer_headers(std::span<const std::byte> frame) noexcept;

/// The general case of class_of().
[[nodiscard]] ClassIndex class_by_walk(const TrafficPolicy& policy,
                                       std::span<const std::byte> frame) noexcept;

[[nodiscard]] inline ClassIndex class_of(const TrafficPolicy& policy,
                                         std::span<const std::byte> frame) noexcept {
  constexpr std::size_t kTypeAt = 12;
  if (frame.size() >= kTypeAt + 4 && policy.matches().empty()) {
    const std::uint32_t type_and_first = wire::be32_at(frame, kTypeAt);
    // An untagged packet with its version: what there is most of.
    std::uint32_t dscp = kCodePoints;
    if (type_and_first >> 12 == 0x08004) dscp = type_and_first >> 2 & 0x3fU;
    if (type_and_first >> 12 == 0x86dd6) dscp = type_and_first >> 6 & 0x3fU;
    if (dscp != kCodePoints) {
      const ClassIndex of_dscp = policy.of_dscp(static_cast<std::uint8_t>(dscp));
      return of_dscp != kNoClass ? of_dscp : policy.default_class();
    }
  }
  return class_by_walk(policy, frame);
}

}  // namespace lagoon::qos
