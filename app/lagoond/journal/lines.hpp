// Lines: entries of journals as text, one line each, in the order in which they came. It keeps no file and no
// clock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "dpdk/control/event_feed.hpp"

namespace lagoon::lagoond {

enum class Severity : std::uint8_t {
  notice,   // something changed
  warning,  // and carries less than before
};

struct Line {
  Severity severity = Severity::notice;
  std::optional<Instant> at{};  // nothing: it is about the journal itself
  std::string text{};
};

/// "lag0 #12 m1: mux DISTRIBUTING -> ATTACHED: partner_not_in_sync; Partner says ...".
[[nodiscard]] Line line_of(const dpdk::LagEvent& event);

/// Finds out which entries are missing between those that came, by their sequence.
class GapFinder {
 public:
  /// A line about what is missing before this entry, if something is.
  [[nodiscard]] std::optional<Line> before(const dpdk::LagEvent& event);
  [[nodiscard]] std::uint64_t missing() const noexcept { return missing_; }

 private:
  std::map<std::string, std::uint64_t, std::less<>> last_;  // the sequence, by LAG
  std::uint64_t missing_ = 0;
};

/// RFC 3339 in UTC with microseconds: "2026-03-01T12:00:00.000250Z". `unix_ns`: since 1970.
[[nodiscard]] std::string timestamp(std::int64_t unix_ns);

}  // namespace lagoon::lagoond
