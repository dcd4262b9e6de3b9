// Fixed status values: one LAG in each mode, with members in every condition that a view has a word for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/status/status.hpp"

namespace lagoon::test {

struct NamedStatus {
  std::string_view name;
  control::LagStatus lag;
};

[[nodiscard]] std::vector<NamedStatus> fixed_statuses();
/// Those of LAGs that place or move conversations by load (statuses_load.cpp), made of others.
[[nodiscard]] std::vector<NamedStatus> load_statuses(control::LagStatus balance_xor, control::LagStatus lacp);
[[nodiscard]] std::optional<control::LagStatus> fixed_status(std::string_view name);

}  // namespace lagoon::test
