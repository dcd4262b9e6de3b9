// Periodic, Churn and Transmit machine, and the timers.
#include <deque>

#include "lacp/churn_machine.hpp"
#include "lacp/periodic_machine.hpp"
#include "lacp/timers.hpp"
#include "lacp/transmit_machine.hpp"
#include "rig.hpp"
#include "support/catch.hpp"

namespace small_machines_test {

using namespace lagoon;
using namespace lagoon::lacp;

TEST_CASE("Periodic machine follows 6.4.13", "[lacp][periodic]") {
  const auto N = PeriodicState::no_periodic;
  const auto F = PeriodicState::fast_periodic;
  const auto L = PeriodicState::slow_periodic;
  struct Row {
    PeriodicState from;
    PeriodicInputs in;
    PeriodicStep to;
  };
  const Row rows[] = {
      {N, {.may_speak = false, .fast = true}, {.state = N}},
      {F, {.may_speak = false, .fast = true, .expired = true}, {.state = N}},
      {N, {.may_speak = true, .fast = true}, {.state = F, .restart = true}},
      {N, {.may_speak = true, .fast = false}, {.state = L, .restart = true}},
      {F, {.may_speak = true, .fast = true}, {.state = F}},
      {F,
       {.may_speak = true, .fast = true, .expired = true},
       {.state = F, .transmit = true, .restart = true}},
      {F, {.may_speak = true, .fast = false}, {.state = L, .restart = true}},
      {L, {.may_speak = true, .fast = false}, {.state = L}},
      {L,
       {.may_speak = true, .fast = false, .expired = true},
       {.state = L, .transmit = true, .restart = true}},
      {L, {.may_speak = true, .fast = true}, {.state = F, .transmit = true, .restart = true}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.from, row.in.may_speak, row.in.fast, row.in.expired);
    CHECK((step(row.from, row.in) == row.to));
  }
  CHECK(period(F) == 1s);
  CHECK(period(L) == 30s);
}

TEST_CASE("Churn machine follows 6.4.17", "[lacp][churn]") {
  const auto M = ChurnState::monitor;
  const auto N = ChurnState::no_churn;
  const auto C = ChurnState::churn;
  struct Row {
    ChurnState from;
    ChurnInputs in;
    ChurnState to;
  };
  const Row rows[] = {
      {M, {.port_enabled = true}, M},
      {M, {.port_enabled = true, .expired = true}, C},
      {M, {.port_enabled = true, .synchronization = true, .expired = true}, N},
      {N, {.port_enabled = true, .synchronization = true}, N},
      {N, {.port_enabled = true}, M},
      {C, {.port_enabled = true}, C},
      {C, {.port_enabled = true, .synchronization = true}, N},
      {C, {.port_enabled = false, .synchronization = true}, M},
      {M, {.port_enabled = false, .expired = true}, M},
  };
  for (const Row& row : rows) {
    CAPTURE(row.from, row.in.port_enabled, row.in.synchronization, row.in.expired);
    CHECK(next(row.from, row.in) == row.to);
  }
}

TEST_CASE("Transmit machine sends 3 in a sliding second, and keeps the NTT that must wait",
          "[lacp][transmit]") {
  TransmitMachine machine;
  const Instant start{5s};
  CHECK_FALSE(machine.take(start));
  for (const Duration after : {0ms, 400ms, 900ms}) {
    machine.need();
    CHECK_FALSE(machine.held_until(start + after));
    CHECK(machine.take(start + after));
    CHECK_FALSE(machine.take(start + after));
  }
  machine.need();
  CHECK_FALSE(machine.take(start + 950ms));
  CHECK(machine.needed());
  const auto until = machine.held_until(start + 950ms);
  REQUIRE(until.has_value());
  CHECK(*until - start > 1s);
  CHECK(*until - start <= 1s + kTransmitGuard);
  CHECK_FALSE(machine.take(*until - 1ns));
  CHECK(machine.take(*until));
  machine.need();  // the window slides: the second of the first three is next
  CHECK_FALSE(machine.take(*until + 1ms));
  CHECK(machine.take(start + 1400ms + kTransmitGuard));
}

TEST_CASE("No second of a NTT storm holds more than 3 LACPDUs, and it ends with one", "[lacp][transmit]") {
  TransmitMachine machine;
  std::deque<Instant> window;
  Instant last{};
  Instant now{1s};
  for (int i = 0; i < 20'000; ++i, now += 1ms) {
    if (i < 10'000) machine.need();
    if (!machine.take(now)) continue;
    last = now;
    window.push_back(now);
    while (now - window.front() > 1s) window.pop_front();
    CHECK(window.size() <= 3);
  }
  CHECK(last >= Instant{1s} + 9'999ms);
  CHECK_FALSE(machine.needed());
}

TEST_CASE("A timer tells its expiry once, and next() is the earliest that runs", "[lacp][timers]") {
  TimerTable timers;
  CHECK_FALSE(timers.next());
  timers.start(Timer::periodic, Instant{3s});
  timers.start(Timer::wait_while, Instant{2s});
  CHECK(timers.next() == Instant{2s});
  CHECK_FALSE(timers.take_expired(Timer::wait_while, Instant{2s} - 1ns));
  CHECK(timers.take_expired(Timer::wait_while, Instant{2s}));
  CHECK_FALSE(timers.take_expired(Timer::wait_while, Instant{9s}));
  CHECK(timers.next() == Instant{3s});
  timers.stop(Timer::periodic);
  CHECK_FALSE(timers.next());
}

}  // namespace small_machines_test
