// What the queues in front of a member ask for besides fast/concepts.hpp.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "fast/concepts.hpp"
#include "qos/colour.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::fast {

/// A packet whose header can be rewritten:
///   writable_headers(p)    as headers(p), to write to; empty when somebody else holds a reference to it
template <typename P>
concept MarkablePacket = Packet<P> && requires(P& packet) {
  { PacketTraits<P>::writable_headers(packet) } noexcept -> std::same_as<std::span<std::byte>>;
};

/// Tells how a frame stands to its class's rate limit, and counts it. Asked for classes that have one only.
template <typename M>
concept Meter = requires(M& meter, qos::ClassIndex which, std::uint32_t octets, Instant now) {
  { meter.colour(which, octets, now) } noexcept -> std::same_as<qos::Colour>;
};

}  // namespace lagoon::fast
