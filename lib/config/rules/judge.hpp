// The judge: whether a configuration may become another. Files are read by validate(); everybody else who
// changes one (console, telemetry, control socket, C API, PMD, net_bonding's API) asks here, and hears of the
// same rules in the same sentences, without lines.
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "config/model.hpp"
#include "config/text/source_map.hpp"

namespace lagoon::config {

enum class Readiness : std::uint8_t {
  runs,        // or is to run as it is
  unfinished,  // members, and what names them, may still come
};

/// Refuses what the change from `before` (an empty one: from nothing) newly breaks: what was wrong before (a
/// member's device was taken away, say) may stay so, or be mended step by step. EAL and cross-connects are
/// not judged: no command changes them. Errors: invalid_argument.
[[nodiscard]] Result<void> judge(const Config& before, const Config& after,
                                 Readiness readiness = Readiness::runs);

/// A whole one that was said in arguments: what has no effect is refused too, where `said` has its place.
/// Errors: invalid_argument.
[[nodiscard]] Result<void> judge_said(const Config& config, const SourceMap& said,
                                      Readiness readiness = Readiness::runs);

}  // namespace lagoon::config
