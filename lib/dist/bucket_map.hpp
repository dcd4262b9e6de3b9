// BucketMap: which member carries which bucket of the flow hash.
//
// A pure function of {capacity of each member, which members distribute}: no history. Every bucket has an
// order of preference over all members with a capacity; it belongs to the first of them that distributes. So
// when a member goes, only its buckets move, and when it returns exactly those move back. The orders are laid
// out so that the shares follow the capacities as evenly as whole buckets allow, also after a member has
// gone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.hpp"

namespace lagoon::dist {

/// A power of two: bucket = hash & (kBuckets - 1).
inline constexpr std::size_t kBuckets = 4096;

using BucketMap = std::array<std::uint8_t, kBuckets>;

/// Capacity of each member in any common unit, 0 for an index without a member. A member that is down keeps
/// its capacity: whether it distributes is said by `distributing`, a bit set of members.
struct BucketMapInput {
  std::array<std::uint32_t, kMembersMax> capacity{};
  std::uint32_t distributing = 0;
};

/// Precondition: at least one distributing member has a capacity. Costs a microsecond or so for each member
/// that has a capacity and does not distribute, once the preferences for these capacities were laid out,
/// which for 4096 buckets takes about 2 ms for 8 members and 10 ms for 32, and which is kept. Exists for the
/// two sizes that are named (load_group.hpp has the other).
template <std::size_t Size>
class Preferences {
 public:
  Preferences() = default;
  /// Lays out the preferences anew when the capacities differ from the last call's.
  void map(const BucketMapInput& input, std::array<std::uint8_t, Size>& out);

 private:
  void lay_out(std::span<const std::uint32_t, kMembersMax> capacity);

  std::array<std::uint32_t, kMembersMax> capacity_{};
  std::size_t members_ = 0;
  // choice_[i][b]: the i-th choice of bucket b, i < members_. So that all buckets are looked at side by side.
  std::array<std::array<std::uint8_t, Size>, kMembersMax> choice_{};
};

using BucketPreferences = Preferences<kBuckets>;

}  // namespace lagoon::dist
