// The map of buckets comes from dist::BucketPlan; what is added here is the proof that it names only members
// that distribute.
#include "table/port_table_builder.hpp"

#include "base/check.hpp"

namespace lagoon::table {

std::unique_ptr<PortTable> build_port_table(const PortTableInput& input, dist::BucketPlan& plan) {
  auto table = std::make_unique<PortTable>();
  table->generation = input.generation;
  table->collecting = input.collecting;
  table->distributing = input.distributing;
  table->hash = input.hash;
  if (input.distributing == 0) return table;
  for (std::size_t i = 0; i < kMembersMax; ++i)
    LAGOON_CHECK((input.distributing >> i & 1U) == 0 || input.capacity[i] != 0);
  plan.map({.capacity = input.capacity, .distributing = input.distributing}, table->bucket);
  for (const std::uint8_t member : table->bucket) LAGOON_CHECK((input.distributing >> member & 1U) != 0);
  return table;
}

}  // namespace lagoon::table
