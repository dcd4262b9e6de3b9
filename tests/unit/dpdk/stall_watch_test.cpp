// Who stands still, and that nobody says so who slept. Under a clock that the test sets.
#include "dpdk/worker/stall_watch.hpp"

#include "support/catch.hpp"

namespace stall_watch_test {

using namespace lagoon;
using lagoon::dpdk::Heartbeat;
using lagoon::dpdk::StallWatch;

namespace {

struct Watching {
  Watching() {
    watch.add(heart, "worker 1", {0});
    turn(1ms);
  }
  // Control's next turn comes after `gap`, and somebody else was awake for so much of it.
  bool turn(Duration gap, Duration witnessed) {
    now += gap;
    awake += witnessed;
    return watch.look(now, awake);
  }
  bool turn(Duration gap) { return turn(gap, gap); }
  // The worker turns, too.
  void go_on(Duration by) {
    for (Duration done{}; done < by; done += 10ms) {
      heart.turns.fetch_add(1, std::memory_order_relaxed);
      CHECK_FALSE(turn(10ms));
    }
  }

  Instant now{1s};
  Duration awake{};
  Heartbeat heart{};
  StallWatch watch{1s};
};

}  // namespace

TEST_CASE("Control that stood while others did not learns of it", "[stalls]") {
  Watching w;
  w.go_on(2s);
  CHECK(w.watch.control_stands(w.now + 1500ms, w.awake + 1400ms) == 1500ms);
  REQUIRE(w.turn(2s, 1900ms));
  REQUIRE(w.watch.news().size() == 1);
  CHECK(w.watch.news()[0].of == nullptr);
  CHECK(w.watch.news()[0].stood == 2s);
  CHECK(w.watch.control().stalls.load() == 1);
  CHECK(w.watch.control().longest_ns.load() == 2'000'000'000);
}

TEST_CASE("A machine that stood is nobody's stall", "[stalls]") {
  Watching w;
  w.go_on(2s);
  // (a look of the witness, or two, when it goes on)
  CHECK(w.watch.control_stands(w.now + 4s, w.awake + 100ms) == Duration::zero());
  CHECK_FALSE(w.turn(4s, 100ms));
  CHECK(w.watch.control().stalls.load() == 0);
  CHECK(w.watch.watched()[0].record.stalls.load() == 0);
  // Nor does it excuse who stands afterwards.
  for (int i = 0; i < 8; ++i) CHECK_FALSE(w.turn(100ms));
  REQUIRE(w.turn(100ms));
  CHECK(w.watch.news()[0].of == &w.watch.watched()[0]);
  CHECK(w.watch.is_stalled(0));
}

TEST_CASE("A stall begins after so long, and not before", "[stalls]") {
  Watching w;
  w.go_on(1s);
  CHECK_FALSE(w.turn(999ms));
  CHECK(w.watch.control().stalls.load() == 0);
  w.watch.end();
  CHECK(w.watch.control_stands(w.now + 10s, w.awake + 10s) == Duration::zero());
}

}  // namespace stall_watch_test
