#include "support/catch.hpp"
#include "support/meter_cases.hpp"
#include "support/reference_meter.hpp"

namespace lagoon::qos::meter_test {
namespace {

TEST_CASE("The reference meter colours as RFC 2697 and RFC 2698 say", "[qos][meter]") {
  for (const test::MeterCase& one : test::meter_cases()) {
    const auto policy = TrafficPolicy::from({.classes = {{.name = "a", .rate = one.limit}}});
    REQUIRE(policy.has_value());
    const Instant start = instant_from_ns(123'456);
    test::ReferenceMeter meter{*policy, start};
    for (std::size_t i = 0; i < one.steps.size(); ++i) {
      CAPTURE(one.name, i);
      CHECK(meter.colour(0, one.steps[i].octets, start + one.steps[i].at) == one.steps[i].colour);
    }
  }
}

}  // namespace
}  // namespace lagoon::qos::meter_test
