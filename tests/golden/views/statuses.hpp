// Fixed status values: one LAG in each mode, with members in every condition that a view has a word for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/status.hpp"

namespace lagoon::test {

struct NamedStatus {
  std::string_view name;
  control::LagStatus lag;
};

[[nodiscard]] std::vector<NamedStatus> fixed_statuses();
[[nodiscard]] std::optional<control::LagStatus> fixed_status(std::string_view name);

}  // namespace lagoon::test
