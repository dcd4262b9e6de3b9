// Frames, times and the colours that RFC 2697 and RFC 2698 give them, worked out by hand. The reference meter
// and rte_meter both are held to them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "qos/traffic_policy.hpp"

namespace lagoon::test {

struct MeterStep {
  Duration at;  // since the meter was made; both buckets are full then
  std::uint32_t octets;
  qos::Colour colour;
};
struct MeterCase {
  const char* name;
  qos::RateLimit limit;
  std::vector<MeterStep> steps;
};

/// 8 Mb/s is an octet each microsecond.
[[nodiscard]] inline std::array<MeterCase, 3> meter_cases() {
  using enum qos::Colour;
  return {{{"RFC 2697: what overflows CBS fills EBS, and red takes nothing",
            {.cir = mbps(8), .cbs = 2000, .ebs = 3000},
            {{0us, 1500, green},       // C 500, E 3000
             {0us, 501, yellow},       // C 500, E 2499
             {0us, 500, green},        // C 0
             {0us, 2500, red},         // E 2499 is too little, and stays
             {0us, 2400, yellow},      // E 99
             {1000us, 1000, green},    // C 1000 - 1000
             {3500us, 400, green},     // C 2000 after 2000 us, and 500 of E: 99 + 500
             {3500us, 1601, red},      // C 1600, E 599
             {3500us, 1600, green},    // C 0
             {3500us, 599, yellow},    // E 0 (all of it)
             {3500us, 100, red},       //
             {10'000us, 2000, green},  // long enough for both
             {10'000us, 3000, yellow},
             {10'000us, 1, red}}},
           {"RFC 2697 without an excess burst: green or red",
            {.cir = mbps(8), .cbs = 1600, .ebs = 0},
            {{0us, 1600, green}, {0us, 64, red}, {65us, 64, green}, {66us, 64, red}, {1000us, 900, green}}},
           {"RFC 2698: red by the peak rate, yellow beyond the committed one",
            {.cir = mbps(8), .cbs = 2000, .ebs = 0, .pir = mbps(16), .pbs = 3000},
            {{0us, 1500, green},      // C 500, P 1500
             {0us, 600, yellow},      // P 900, C stays 500
             {0us, 1000, red},        // nothing is taken
             {0us, 500, green},       // C 0, P 400
             {0us, 401, red},         //
             {100us, 600, yellow},    // P 400 + 200 - 600, C 100
             {100us, 1, red},         //
             {200us, 200, green},     // C 200 - 200, P 200 - 200
             {700us, 501, yellow},    // P 1000 - 501, C 500
             {5000us, 2000, green},   // full again
             {5000us, 1000, yellow},  // P 0
             {5000us, 1, red}}}}};
}

}  // namespace lagoon::test
