// The times of LACP (802.1AX-2014 6.4.4) and the limits we set ourselves.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace lagoon::lacp {

inline constexpr Duration kFastPeriodicTime = 1s;
inline constexpr Duration kSlowPeriodicTime = 30s;
inline constexpr Duration kShortTimeoutTime = 3s;
inline constexpr Duration kLongTimeoutTime = 90s;
inline constexpr Duration kChurnDetectionTime = 60s;

/// A port goes on from what another process knew while the Partner still waits so long for a LACPDU of ours.
inline constexpr Duration kRestoreMargin = 500ms;
/// A port that goes on, or whose control was away, hears the Partner within this, or takes it for silent:
/// nobody listened in between.
inline constexpr Duration kRestoredHearing = kFastPeriodicTime + kRestoreMargin;

/// A port whose conversations have not all moved off it in so long goes without them.
inline constexpr Duration kMovesMost = 10s;

/// From our word that a port distributes until the Partner may send on it: partner_settle, and the way there.
inline constexpr Duration kHeardAfter = 150ms;

/// Retry counts (docs/lacp.md): periods without a word that an end bears; what the standard's timeouts are
/// made of, and the most that may be asked for.
inline constexpr std::uint8_t kRetryStandard = 3;
inline constexpr std::uint8_t kRetryMost = 10;
/// For who asks for the most: it starts anew, and that takes time as well.
inline constexpr Duration kRetryGrace = 3s;
/// An LACPDU without counts takes them back when the last one with counts came longer ago.
inline constexpr Duration kRetryKept = 60s;
/// Probes of one Partner, and when: from the port's distributing on, and from the one before.
inline constexpr std::uint8_t kRetryProbes = 3;
inline constexpr Duration kRetryProbeAfter = 2s;
inline constexpr Duration kRetryProbeAgain = 10s;

/// LACPDUs in one Fast_Periodic_Time on one port (6.4.16).
inline constexpr std::size_t kTransmitMax = 3;
/// Added to the window of that limit: what leaves us a second apart may reach an observer a little closer.
inline constexpr Duration kTransmitGuard = 10ms;

/// Events kept for a reader that is late; older ones are forgotten.
inline constexpr std::size_t kEventsMax = 256;
/// Rounds in which the machines of all ports must have come to rest after one input.
inline constexpr unsigned kRoundsMax = 16;

}  // namespace lagoon::lacp
