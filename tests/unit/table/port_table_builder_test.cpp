#include "table/port_table_builder.hpp"

#include <bit>

#include "support/catch.hpp"
#include "support/prng.hpp"

namespace port_table_builder_test {

using namespace lagoon;

TEST_CASE("A PortTable names distributing members only, each of them, and carries what it was given",
          "[table]") {
  test::Prng random{1};
  dist::BucketPreferences preferences;
  for (int round = 0; round < 200; ++round) {
    table::PortTableInput input;
    input.generation = random.next();
    input.collecting = random.u32();
    input.distributing = random.u32() & (round % 2 == 0 ? 0xffU : ~0U);
    if (round % 20 == 0)
      for (std::uint32_t& capacity : input.capacity)
        capacity = static_cast<std::uint32_t>(random.between(1, 10));
    else
      input.capacity.fill(10'000);
    const auto table = table::build_port_table(input, preferences);
    CHECK(table->generation == input.generation);
    CHECK(table->collecting == input.collecting);
    CHECK(table->distributing == input.distributing);
    if (input.distributing == 0) continue;
    std::uint32_t named = 0;
    for (const std::uint8_t member : table->bucket) named |= std::uint32_t{1} << member;
    CHECK(named == input.distributing);
  }
}

}  // namespace port_table_builder_test
