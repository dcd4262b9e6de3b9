#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lagoon::control {

/// "1 member", "2 members".
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string{count == 1 ? one : many};
}

}  // namespace lagoon::control
