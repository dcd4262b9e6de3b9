// Two Aggregators of ours, wired back to back: every mixture of settings must come to carry, and recover.
#include <array>
#include <bit>

#include "rig.hpp"
#include "support/catch.hpp"

namespace pair_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

struct Pair {
  Pair(const AggregatorConfig& a, const AggregatorConfig& b, unsigned count)
      : end{Aggregator{a, now}, Aggregator{b, now}} {
    for (unsigned i = 0; i < count; ++i)
      for (Aggregator& side : end)
        side.add_port(Rig::at(i), {.port_number = static_cast<std::uint16_t>(i + 1)}, now);
  }
  void link(unsigned port, const LinkState& state) {
    for (Aggregator& side : end) side.link_changed(Rig::at(port), state, now);
  }
  // Frames take no time, so an exchange ends only when both ends have nothing more to say.
  void exchange() {
    for (bool moved = true; moved;) {
      moved = false;
      for (Aggregator& side : end)
        if (side.moving_off() != 0) side.moved_off(side.moving_off(), now);
      for (std::size_t from : {0U, 1U})
        while (const auto out = end[from].transmit(now)) {
          moved = true;
          if (!cut[from]) end[1 - from].receive(out->port, out->pdu, now);
          REQUIRE(std::popcount(end[0].distributing()) >= least);
        }
    }
  }
  void run(Duration by) {
    const Instant stop = now + by;
    exchange();
    while (true) {
      std::optional<Instant> due;
      for (const Aggregator& side : end)
        if (const auto at = side.deadline(); at && (!due || *at < *due)) due = at;
      if (!due || *due > stop) break;
      now = *due;
      for (Aggregator& side : end) side.expire(now);
      exchange();
      ++steps;
      REQUIRE(steps < 100'000);
    }
    now = stop;
  }
  [[nodiscard]] bool both_distribute(std::uint32_t ports) const {
    return end[0].distributing() == ports && end[1].distributing() == ports;
  }

  Instant now{1s};
  std::array<Aggregator, 2> end;
  std::array<bool, 2> cut{};
  int least = 0;  // ports of the first end that are to distribute, whatever happens
  unsigned steps = 0;
};

AggregatorConfig end_config(unsigned number, unsigned bits_of_choice) {
  AggregatorConfig config{.system = number == 0 ? kOurs : kTheirs};
  config.mux = (bits_of_choice & 1U) != 0 ? MuxControl::coupled : MuxControl::independent;
  config.rate = (bits_of_choice & 2U) != 0 ? Rate::slow : Rate::fast;
  config.activity = (bits_of_choice & 4U) != 0 ? Activity::passive : Activity::active;
  return config;
}

}  // namespace

TEST_CASE("Two ends come to carry within 3.5 s under every mixture of control, rate and activity",
          "[lacp][pair]") {
  for (unsigned a = 0; a < 8; ++a)
    for (unsigned b = 0; b < 8; ++b) {
      CAPTURE(a, b);
      Pair pair{end_config(0, a), end_config(1, b), 3};
      for (unsigned port = 0; port < 3; ++port) pair.link(port, kUp10G);
      pair.run(3500ms);
      const bool both_passive = (a & b & 4U) != 0;
      CHECK(pair.both_distribute(both_passive ? 0U : 0b111U));
      pair.link(1, kDown);
      CHECK(pair.both_distribute(both_passive ? 0U : 0b101U));
      pair.link(1, kUp10G);
      pair.run(3500ms);
      CHECK(pair.both_distribute(both_passive ? 0U : 0b111U));
      pair.run(600s);
      CHECK(pair.both_distribute(both_passive ? 0U : 0b111U));
    }
}

TEST_CASE("One direction cut: both ends are silent within 3.5 s, and carry 5 s after it heals",
          "[lacp][pair]") {
  for (const std::size_t direction : {0U, 1U})
    for (const Duration hole : {4s, 8s, 100s}) {
      CAPTURE(direction, hole.count());
      Pair pair{end_config(0, 0), end_config(1, 0), 2};
      pair.link(0, kUp10G);
      pair.link(1, kUp10G);
      pair.run(10s);
      REQUIRE(pair.both_distribute(0b11));
      pair.cut[direction] = true;
      pair.run(3500ms);
      CHECK(pair.both_distribute(0));
      pair.run(hole - 3500ms);
      pair.cut[direction] = false;
      pair.run(5s);
      CHECK(pair.both_distribute(0b11));
    }
}

TEST_CASE("Two ends with different limits and policies agree on the ports that carry", "[lacp][pair]") {
  AggregatorConfig a = end_config(0, 0);
  AggregatorConfig b = end_config(1, 0);
  a.max_links = 2;
  b.max_links = 3;
  Pair pair{a, b, 5};
  for (const unsigned port : {4U, 2U, 3U, 0U, 1U}) pair.link(port, kUp10G);
  pair.run(4s);
  CHECK(pair.both_distribute(0b00011));
  pair.link(0, kDown);
  pair.run(100ms);
  CHECK(pair.both_distribute(0b00110));
  pair.link(0, kUp10G);
  pair.run(4s);
  CHECK(pair.both_distribute(0b00011));
}

TEST_CASE("A planned change under max-links never leaves fewer ports distributing than before",
          "[lacp][pair][swap]") {
  for (unsigned choice = 0; choice < 16; ++choice) {
    CAPTURE(choice);
    AggregatorConfig a = end_config(0, choice & 7U);
    AggregatorConfig b = end_config(1, choice & 8U ? 1 : 0);
    a.max_links = 2;
    Pair pair{a, b, 4};
    for (unsigned port = 0; port < 4; ++port) pair.link(port, kUp10G);
    pair.run(5s);
    REQUIRE(pair.both_distribute(0b0011));
    pair.least = 2;
    Aggregator& us = pair.end[0];
    us.leave(Rig::at(0), pair.now);
    pair.run(3s);
    CHECK(pair.both_distribute(0b0110));
    us.set_drained(Rig::at(1), true, pair.now);
    pair.run(3s);
    CHECK(us.distributing() == 0b1100);
    CHECK(us.collecting() == 0b1110);
    us.set_enabled(Rig::at(0), true, pair.now);
    us.set_drained(Rig::at(1), false, pair.now);
    CHECK(std::popcount(us.distributing()) == 2);
    pair.run(6s);
    CHECK(pair.both_distribute(0b0011));
    us.change_port(Rig::at(1), {.port_number = 2, .port_priority = 50000}, pair.now);
    pair.run(6s);
    CHECK(pair.both_distribute(0b0101));
  }
}

TEST_CASE("Two ends with one limit let the old port go when its patience is over", "[lacp][pair][swap]") {
  AggregatorConfig a = end_config(0, 0);
  AggregatorConfig b = end_config(1, 0);
  a.max_links = b.max_links = 2;
  Pair pair{a, b, 3};
  for (unsigned port = 0; port < 3; ++port) pair.link(port, kUp10G);
  pair.run(5s);
  pair.end[0].leave(Rig::at(0), pair.now);
  pair.run(a.swap_patience - 1ms);
  CHECK(pair.both_distribute(0b011));
  pair.run(2ms);
  CHECK(pair.both_distribute(0b010));
  pair.run(5s);
  CHECK(pair.both_distribute(0b110));
}

TEST_CASE("Two ends learn by a probe that both know retry counts, and go on with version 1",
          "[lacp][pair][retry]") {
  for (const Rate rate : {Rate::fast, Rate::slow})
    for (const bool both : {false, true}) {
      AggregatorConfig a = end_config(0, 0);
      AggregatorConfig b = end_config(1, 0);
      a.rate = b.rate = rate;
      a.retry_probe = RetryProbe::always;
      if (both) b.retry_probe = RetryProbe::always;
      Pair pair{a, b, 2};
      for (unsigned port = 0; port < 2; ++port) pair.link(port, kUp10G);
      pair.run(600s);
      for (const Aggregator& end : pair.end)
        for (unsigned port = 0; port < 2; ++port) {
          const RetryView retry = end.port(Rig::at(port)).retry;
          CAPTURE(both, port, retry.sent);
          CHECK(retry.known);
          CHECK(retry.partner == 3);
          CHECK(retry.sent >= 1);
          CHECK(retry.sent <= 2);
          CHECK(retry.received <= 2);
        }
      // What one end wants it says always, and the other answers in kind.
      AggregatorConfig wants = pair.end[0].config();
      wants.retry_count = 5;
      pair.end[0].change(wants, pair.now);
      pair.run(100s);
      CHECK(pair.end[1].port(Rig::at(0)).retry.partner == 5);
      CHECK(pair.end[0].port(Rig::at(0)).retry.partner == 3);
      const std::uint64_t before = pair.end[1].port(Rig::at(0)).counters.lacpdu_tx;
      pair.run(300s);
      CHECK(pair.end[1].port(Rig::at(0)).counters.lacpdu_tx - before <= (rate == Rate::fast ? 301 : 21));
      CHECK(pair.both_distribute(0b11));
    }
}

TEST_CASE("A restart of ten seconds at the fast rate is not seen by an end that knows retry counts",
          "[lacp][pair][retry][restore]") {
  for (const bool counts : {true, false}) {
    AggregatorConfig a = end_config(0, 0);
    const AggregatorConfig b = end_config(1, 0);
    a.retry_probe = counts ? RetryProbe::always : RetryProbe::off;
    Pair pair{a, b, 2};
    for (unsigned port = 0; port < 2; ++port) pair.link(port, kUp10G);
    pair.run(20s);
    pair.end[1].refresh(pair.now);
    pair.exchange();
    std::array<PortRestore, 2> ports{};
    for (std::uint8_t port = 0; port < 2; ++port)
      ports[port] = {.port = Rig::at(port), .link = kUp10G, .saved = *pair.end[1].saved(Rig::at(port))};
    pair.end[1] = Aggregator{b, pair.now};  // nobody answers, and nobody is there to hear
    pair.run(10s);
    CHECK(pair.end[0].distributing() == (counts ? 0b11U : 0U));
    pair.run(1500ms);
    for (unsigned i = 0; i < 2; ++i)
      pair.end[1].add_port(Rig::at(i), {.port_number = static_cast<std::uint16_t>(i + 1)}, pair.now);
    pair.end[1].restore(ports, true, pair.now);
    pair.exchange();
    CHECK(pair.both_distribute(counts ? 0b11U : 0U));
    CHECK((ports[0].fault == RestoreFault::none) == counts);
    pair.run(60s);
    for (unsigned port = 0; port < 2 && counts; ++port) {
      CHECK(pair.end[0].port(Rig::at(port)).counters.expirations == 0);
      CHECK(pair.end[0].port(Rig::at(port)).retry.partner == 3);
      CHECK(pair.end[1].port(Rig::at(port)).counters.expirations == 0);
    }
    CHECK(pair.both_distribute(counts ? 0b11U : 0U));
  }
}

}  // namespace pair_test
