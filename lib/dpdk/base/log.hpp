// Lines for the operator, through DPDK's log (so that --log-level rules them), under the name "lagoon".
#pragma once

#include <cstdint>
#include <string_view>

namespace lagoon::dpdk {

enum class LogLevel : std::uint8_t { error, warning, notice, debug };

/// Thread: any.
void log_line(LogLevel level, std::string_view text) noexcept;

}  // namespace lagoon::dpdk
