// Health: what an operator should know now, in sentences: one list, to which each part adds what it knows.
// The console, telemetry and metrics show it.
//
// Thread: any; they are values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control/status/status.hpp"

namespace lagoon::control {

/// The worst comes last.
enum class Severity : std::uint8_t {
  note,  // it is over, or it does no harm
  good,
  warning,  // less works than should
  failure,  // what it is about does not work
};
inline constexpr std::array<std::string_view, 4> kSeverityNames{"note", "good", "warning", "failure"};
[[nodiscard]] constexpr std::string_view name_of(Severity severity) noexcept {
  return kSeverityNames[static_cast<std::size_t>(severity)];
}

struct Finding {
  Severity severity = Severity::good;
  std::string subject;   // who it is about: "lag0", "lag0/m1", "worker 2", "control"
  std::string sentence;  // about the subject, which it does not name
};

using Health = std::vector<Finding>;

/// Good where there is nothing worse.
[[nodiscard]] Severity worst_of(const Health& health) noexcept;

/// What the status of a LAG comes to.
void add_health(Health& health, const LagStatus& lag);

/// Of frames that found no room in the kernel's ring in the last ten seconds.
[[nodiscard]] std::string ring_full_in_words(std::uint64_t frames);

/// An object: "health", the worst of all, and "findings".
[[nodiscard]] std::string health_json(const Health& health);

}  // namespace lagoon::control
