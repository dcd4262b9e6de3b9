#include "console/interpreter.hpp"
#include "console/text/units_text.hpp"
#include "console/text/watch_view.hpp"
#include "support/catch.hpp"
#include "support/fake_running.hpp"

namespace lagoon::console::watch_test {
namespace {

TEST_CASE("The live view has rates and loads of the time between two looks", "[console][watch]") {
  test::FakeRunning running;
  Interpreter interpreter{running};
  const auto first = interpreter.run("watch lag0 every 2");
  REQUIRE(first);
  CHECK(first->after == After::repeat);
  CHECK(first->interval == 2s);
  CHECK(first->text ==
        "lag0: up, lacp, 2 of 2 members distributing\n"
        "  member  link    state   tx load  tx pps  tx bit/s  rx pps  rx bit/s\n"
        "  m0      up 10G  in use  -        -       -         -       -\n"
        "  m1      up 10G  in use  -        -       -         -       -\n");
  control::LagStatus& lag = running.at(0);
  lag.taken += 2s;
  lag.members[0].traffic = {
      .rx_packets = 4000, .rx_bytes = 256'000, .tx_packets = 2'000'000, .tx_bytes = 1'250'000'000};
  // p1 was taken out and put back: it counts from the beginning again.
  lag.members[1].traffic = {};
  CHECK(interpreter.run("watch lag0")->text ==
        "lag0: up, lacp, 2 of 2 members distributing, rx 2kpps 1.02Mbit/s, tx 1Mpps 5Gbit/s\n"
        "  member  link    state   tx load                     tx pps  tx bit/s  rx pps  rx bit/s\n"
        "  m0      up 10G  in use  [##########..........] 50%  1M      5G        2k      1.02M\n"
        "  m1      up 10G  in use  [....................] 0%   0       0         0       0\n");
}

TEST_CASE("An interval or a number of times that is none is refused", "[console][watch]") {
  test::FakeRunning running;
  Interpreter interpreter{running};
  for (const char* line : {"watch every 0", "watch every 1s", "watch every nan", "watch every 1e9",
                           "watch count 0", "watch count -1", "watch lag9", "watch every"}) {
    CAPTURE(line);
    CHECK_FALSE(interpreter.run(line));
  }
}

TEST_CASE("Numbers are scaled to three digits", "[console]") {
  CHECK(scaled(0) == "0");
  CHECK(scaled(999.4) == "999");
  CHECK(scaled(999.6) == "1k");
  CHECK(scaled(1234) == "1.23k");
  CHECK(scaled(99'960) == "100k");
  CHECK(scaled(25e9) == "25G");
  CHECK(scaled(1e16) == "10000T");
  CHECK(duration_words(59'990ms) == "60 s");
  CHECK(duration_words(61s) == "1 min");
  CHECK(duration_words(3h) == "3 h");
}

}  // namespace
}  // namespace lagoon::console::watch_test
