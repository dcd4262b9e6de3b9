// Builds the PortTable of one LAG from what its machines and its operator say. Control lcore only.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/fixed_vector.hpp"
#include "base/ids.hpp"
#include "dist/bucket_map.hpp"
#include "dist/load_group.hpp"
#include "table/port_table.hpp"

namespace lagoon::table {

struct PortTableInput {
  std::uint64_t generation = 0;
  std::uint32_t collecting = 0;                       // bit set of members
  std::uint32_t distributing = 0;                     // bit set of members
  std::array<std::uint32_t, kMembersMax> capacity{};  // of every member, also of one that is down
  // Preferences are laid out over members in this order, so that two LAGs with the same members in the same
  // order have the same map, whatever indices these happened to get. Empty: by index.
  FixedVector<MemberIndex, kMembersMax> order{};
  const dist::GroupMap* groups = nullptr;  // instead of preferences: a member for each load group
};

/// Precondition (checked): every distributing member has a capacity. `preferences` belong to this LAG and are
/// kept from one call to the next, so that only the first call for given capacities is costly (about 10 ms
/// for 32 members, 2 ms for 8).
[[nodiscard]] std::unique_ptr<PortTable> build_port_table(const PortTableInput& input,
                                                          dist::BucketPreferences& preferences);

}  // namespace lagoon::table
