// Entries of the extended statistics: the fields of control/status/fields.hpp that have a name for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/status/status.hpp"

namespace lagoon::pmd {

struct Entry {
  std::string name;  // at most 63 characters: letters, digits, '.', ':' and '_'
  std::uint64_t value = 0;
  bool counts = true;  // false: as it is now, and not set to zero
};

/// "lag_...", "drop_REASON", "member_NAME_...", in the order of the status.
[[nodiscard]] std::vector<Entry> entries_of(const control::LagStatus& lag);

}  // namespace lagoon::pmd
