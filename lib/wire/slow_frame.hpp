// Whole slow-protocol frames, from the destination address on and without FCS.
#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <span>
#include <variant>

#include "base/mac_address.hpp"
#include "wire/lacpdu.hpp"
#include "wire/marker_pdu.hpp"
#include "wire/slow_frame_error.hpp"
#include "wire/slow_protocol.hpp"

namespace lagoon::wire {

using SlowPdu = std::variant<Lacpdu, MarkerPdu>;

/// Precondition: the frame's EtherType is Slow Protocols and it is not tagged (the Frame Collector saw to
/// that). Never reads outside `frame`, whatever it holds.
[[nodiscard]] std::expected<SlowPdu, SlowFrameError> parse_slow_frame(
    std::span<const std::byte> frame) noexcept;

using SlowFrame = std::array<std::byte, kSlowFrameSize>;

/// The frame to send: to the Slow_Protocols_Multicast address, from `source` (the port's own address).
[[nodiscard]] SlowFrame emit_slow_frame(const MacAddress& source, const SlowPdu& pdu) noexcept;

}  // namespace lagoon::wire
