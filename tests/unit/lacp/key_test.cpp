#include "lacp/key.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "lacp/lag_id.hpp"
#include "rig.hpp"
#include "support/catch.hpp"

namespace key_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

TEST_CASE("Automatic keys of all speeds, duplexes and LAGs are different, and none is 0", "[lacp][key]") {
  std::set<std::uint16_t> keys;
  std::size_t made = 0;
  for (const auto lag : std::initializer_list<std::uint16_t>{0, 1, 2, 255, 510, 511})
    for (const bool full : {false, true}) {
      keys.insert(automatic_key(lag, {.up = true, .speed = BitsPerSecond{}, .full_duplex = full}));
      ++made;
      for (const std::uint32_t speed : {10U, 100U, 1'000U, 2'500U, 5'000U, 10'000U, 14'000U, 20'000U, 25'000U,
                                        40'000U, 50'000U, 56'000U, 100'000U, 200'000U, 400'000U, 800'000U}) {
        keys.insert(automatic_key(lag, {.up = true, .speed = mbps(speed), .full_duplex = full}));
        ++made;
      }
    }
  CHECK(keys.size() == made);
  CHECK_FALSE(keys.contains(0));
}

TEST_CASE("A speed that is not listed never shares the key of one that is, nor of one twice as fast",
          "[lacp][key]") {
  std::set<std::uint16_t> listed{key_speed_code(BitsPerSecond{})};
  for (const std::uint32_t speed : kKeySpeedsMbps) listed.insert(key_speed_code(mbps(speed)));
  CHECK(listed.size() == kKeySpeedsMbps.size() + 1);
  for (std::uint64_t speed = 3; speed < 4'000'000; speed = speed * 5 / 4 + 1) {
    if (std::ranges::find(kKeySpeedsMbps, speed) != kKeySpeedsMbps.end()) continue;
    CAPTURE(speed);
    CHECK_FALSE(listed.contains(key_speed_code(mbps(speed))));
    CHECK(key_speed_code(mbps(speed)) != key_speed_code(mbps(2 * speed)));
    CHECK(key_speed_code(mbps(speed)) < 64);
  }
  CHECK(key_speed_code(BitsPerSecond{1}) < 64);  // below 1 Mb/s
  CHECK(key_speed_code(BitsPerSecond{~std::uint64_t{0}}) < 64);
}

TEST_CASE("Both ends write the same LAG ID, the lower System first", "[lacp][lag_id]") {
  const auto aggregates = bits({aggregation});
  const wire::LacpInfo a{10, kTheirs, 401, 1, 2, aggregates};
  const wire::LacpInfo b{20, kOurs, 12945, 3, 4, aggregates};
  CHECK((make_lag_id(a, b) == make_lag_id(b, a)));
  CHECK(make_lag_id(a, b).first.system_priority == 10);  // the priority comes before the address
  CHECK(make_lag_id(a, b).first.port_number == 0);
  CHECK(make_lag_id(a, b).second.key == 12945);
}

TEST_CASE("The LAG ID of an Individual link has the Port IDs of both ends in it", "[lacp][lag_id]") {
  const wire::LacpInfo a{10, kOurs, 401, 1, 2, bits({aggregation})};
  const wire::LacpInfo b{20, kTheirs, 12945, 3, 4, bits({})};
  CHECK((make_lag_id(a, b) == make_lag_id(b, a)));
  CHECK(make_lag_id(a, b).first.port_number == 2);
  CHECK(make_lag_id(a, b).second.port_priority == 3);
}

}  // namespace key_test
