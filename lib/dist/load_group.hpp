// Load groups: the buckets in 256 groups, by which load is counted and moved (balance-tlb). 256 counters stay
// in the first-level cache, 4096 do not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dist/bucket_map.hpp"

namespace lagoon::dist {

inline constexpr std::size_t kLoadGroups = 256;

/// Of a bucket, or of a whole flow hash.
[[nodiscard]] constexpr std::size_t load_group(std::uint32_t bucket) noexcept {
  return bucket & (kLoadGroups - 1);
}

using GroupOctets = std::array<std::uint64_t, kLoadGroups>;
using GroupMap = std::array<std::uint8_t, kLoadGroups>;  // MemberIndex of each group
using GroupPreferences = Preferences<kLoadGroups>;

}  // namespace lagoon::dist
