// The map of buckets comes from dist::BucketPreferences, or from load groups; what is added here is the proof
// that it names only members that distribute.
#include "table/port_table_builder.hpp"

#include <array>
#include <bit>

#include "base/check.hpp"

namespace lagoon::table {

namespace {

void map_by_preference(const PortTableInput& input, dist::BucketPreferences& preferences,
                       dist::BucketMap& out) {
  if (input.order.empty())
    return preferences.map({.capacity = input.capacity, .distributing = input.distributing}, out);
  dist::BucketMapInput dense;
  for (std::size_t i = 0; i < input.order.size(); ++i) {
    const std::uint8_t member = input.order[i].value();
    dense.capacity[i] = input.capacity[member];
    if ((input.distributing >> member & 1U) != 0) dense.distributing |= std::uint32_t{1} << i;
  }
  preferences.map(dense, out);
  bool as_they_are = true;
  for (std::size_t i = 0; i < input.order.size(); ++i)
    as_they_are = as_they_are && input.order[i].value() == i;
  if (as_they_are) return;
  for (std::uint8_t& member : out) member = input.order[member].value();
}

void map_by_group(const dist::GroupMap& groups, dist::BucketMap& out) {
  for (std::size_t b = 0; b < dist::kBuckets; ++b)
    out[b] = groups[dist::load_group(static_cast<std::uint32_t>(b))];
}

[[nodiscard]] bool names_only(std::uint32_t members, const dist::BucketMap& map) {
  std::array<std::uint8_t, dist::kBuckets> named{};
  for (; members != 0; members &= members - 1) {
    const auto m = static_cast<std::uint8_t>(std::countr_zero(members));
    for (std::size_t b = 0; b < dist::kBuckets; ++b)
      named[b] |= static_cast<std::uint8_t>(map[b] == m ? 1U : 0U);
  }
  std::uint8_t all = 1;
  for (const std::uint8_t is : named) all &= is;
  return all != 0;
}

}  // namespace

std::unique_ptr<PortTable> build_port_table(const PortTableInput& input,
                                            dist::BucketPreferences& preferences) {
  auto table = std::make_unique<PortTable>();
  table->generation = input.generation;
  table->collecting = input.collecting;
  table->distributing = input.distributing;
  if (input.distributing == 0) return table;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    LAGOON_CHECK((input.distributing >> i & 1U) == 0 || input.capacity[i] != 0);
  if (input.groups != nullptr)
    map_by_group(*input.groups, table->bucket);
  else
    map_by_preference(input, preferences, table->bucket);
  LAGOON_CHECK(names_only(input.distributing, table->bucket));
  return table;
}

}  // namespace lagoon::table
