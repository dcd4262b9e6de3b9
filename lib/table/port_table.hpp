// PortTable: what the fast path needs to know about one LAG.
//
// Built by the control lcore, immutable once published, replaced whole, and freed after every worker was
// quiescent (dpdk/qsbr_publisher.hpp). A worker loads the pointer once for a burst.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/ids.hpp"
#include "dist/bucket_map.hpp"
#include "dist/policy.hpp"

namespace lagoon::table {

struct alignas(64) PortTable {
  std::uint64_t generation = 0;    // counts publications of this LAG, from 1
  std::uint32_t collecting = 0;    // bit set of members that frames are taken from
  std::uint32_t distributing = 0;  // bit set of members that frames are sent to; 0: drop by name
  dist::FlowHashSettings hash{};
  dist::BucketMap bucket{};  // names distributing members only, when there is one

  // Buckets that have changed their member a moment ago. Their frames wait (fast/hold_queue.hpp), so that
  // they can't overtake those that are still on their way over the member before.
  bool holding = false;
  std::array<std::uint64_t, dist::kBuckets / 64> held{};

  [[nodiscard]] constexpr bool is_held(std::uint32_t flow_hash) const noexcept {
    const std::size_t b = flow_hash & (dist::kBuckets - 1);
    return (held[b / 64] >> (b % 64) & 1U) != 0;
  }
  [[nodiscard]] constexpr MemberIndex member(std::uint32_t flow_hash) const noexcept {
    return MemberIndex{bucket[flow_hash & (dist::kBuckets - 1)]};
  }
  [[nodiscard]] constexpr bool collects(MemberIndex m) const noexcept {
    return (collecting >> m.value() & 1U) != 0;
  }
};

}  // namespace lagoon::table
