#include "dpdk/base/log.hpp"

#include <rte_log.h>

namespace lagoon::dpdk {

namespace {

int log_type() noexcept {
  static const int type = rte_log_register_type_and_pick_level("lagoon", RTE_LOG_NOTICE);
  return type;
}

std::uint32_t rte_level(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::error:
      return RTE_LOG_ERR;
    case LogLevel::warning:
      return RTE_LOG_WARNING;
    case LogLevel::notice:
      return RTE_LOG_NOTICE;
    case LogLevel::debug:
      return RTE_LOG_DEBUG;
  }
  return RTE_LOG_ERR;
}

}  // namespace

void log_line(LogLevel level, std::string_view text) noexcept {
  const int type = log_type();
  if (type < 0) return;
  rte_log(rte_level(level), static_cast<std::uint32_t>(type), "lagoon: %.*s\n", static_cast<int>(text.size()),
          text.data());
}

}  // namespace lagoon::dpdk
