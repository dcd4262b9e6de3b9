// Marker responder (802.1AX-2014 6.5.4): answers a Marker with a Marker Response, and nothing else. The
// answers are bounded, so a Partner that floods Markers can't make us flood the link (802.3 57A.2 allows 10
// slow-protocol frames in a second).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "wire/marker_pdu.hpp"

namespace lagoon::marker {

/// One for each Aggregation Port.
class Responder {
 public:
  /// The response to send, if one is due; a response to a Marker of ours, or one above the limit, gives
  /// nothing and is counted.
  [[nodiscard]] std::optional<wire::MarkerPdu> receive(const wire::MarkerPdu& pdu, Instant now) noexcept;

  [[nodiscard]] std::uint64_t markers_received() const noexcept { return received_; }
  [[nodiscard]] std::uint64_t responses_sent() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t dropped_by_limit() const noexcept { return limited_; }
  [[nodiscard]] std::uint64_t responses_ignored() const noexcept { return ignored_; }

 private:
  static constexpr std::size_t kPerSecond = 10;
  static constexpr Duration kWindow = 1s;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t limited_ = 0;
  std::uint64_t ignored_ = 0;
  RingQueue<Instant, kPerSecond> answered_{};  // the limit slides: any second, not the calendar's
};

}  // namespace lagoon::marker
