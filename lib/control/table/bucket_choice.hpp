// BucketChoice: the buckets of the flow hash that an operator places on a member.
#pragma once

#include <cstddef>
#include <optional>

#include "base/ids.hpp"
#include "dist/bucket_map.hpp"
#include "dist/lanes.hpp"

namespace lagoon::control {

/// Buckets first to last; with `of` those of them that are to be on that member now.
struct BucketChoice {
  std::size_t first = 0;
  std::size_t last = dist::kBuckets - 1;
  std::optional<MemberIndex> of{};
};

struct BucketsPlaced {
  std::size_t chosen = 0;
  dist::LaneSet buckets{};
};

}  // namespace lagoon::control
