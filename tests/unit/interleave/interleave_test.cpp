// What threads share without a lock, in every order in which they can meet. A fault planted in the code or in
// its memory orders is found; what is not planted with one has been seen whole.
#include "scenarios.hpp"
#include "support/catch.hpp"

namespace interleave_test {

using namespace lagoon::interleave;

namespace {

void check_whole(const Outcome& outcome) {
  CAPTURE(outcome.runs, outcome.found);
  CHECK(outcome.found.empty());
  CHECK(outcome.complete);
}

void check_found(const Outcome& outcome) {
  CAPTURE(outcome.runs);
  CHECK_FALSE(outcome.found.empty());
}

}  // namespace

TEST_CASE("A queue of one pusher and one popper loses nothing in any order of their steps", "[interleave]") {
  check_whole(explore_queue(Fault::none));
  check_found(explore_queue(Fault::no_release));
  check_found(explore_queue(Fault::no_acquire));
}

TEST_CASE("The gate lets the user or control to the queue, in no order both", "[interleave]") {
  check_whole(explore_gate(Fault::none));
  check_found(explore_gate(Fault::not_claimed));
  check_found(explore_gate(Fault::no_release));
  // Dekker's algorithm without its fences.
  check_found(explore_gate(Fault::no_sequence));
}

TEST_CASE("Control takes the queue from a dead user, and in no order from a living one", "[interleave]") {
  check_whole(explore_dead_user(Fault::none));
  check_found(explore_dead_user(Fault::not_claimed));
  check_found(explore_dead_user(Fault::no_release));
  check_found(explore_dead_user(Fault::no_sequence));
}

TEST_CASE("No snapshot is freed under a reader that comes and goes, in any order", "[interleave]") {
  check_whole(explore_publisher(Fault::none));
  check_found(explore_publisher(Fault::freed_at_once));
  check_found(explore_publisher(Fault::no_release));
  check_found(explore_publisher(Fault::no_acquire));
  check_found(explore_publisher(Fault::no_sequence));
}

TEST_CASE("No snapshot is freed under a worker before it has said that it holds none, in any order",
          "[interleave]") {
  check_whole(explore_worker(Fault::none));
  check_found(explore_worker(Fault::freed_at_once));
  check_found(explore_worker(Fault::no_release));
}

}  // namespace interleave_test
