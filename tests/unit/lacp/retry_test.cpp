// Retry counts: how long each end bears not to hear the other, and who is told.
#include <algorithm>
#include <array>

#include "rig.hpp"
#include "support/catch.hpp"

namespace retry_test {

using namespace lagoon;
using namespace lagoon::lacp;
using namespace lagoon::lacp::test;

namespace {

// A Partner that counts, on a Rig that carries.
struct Counting : Rig {
  explicit Counting(const AggregatorConfig& config = config_of()) : Rig{config} {
    bring_up({0});
    talk({0}, 1500ms);  // (what was said for that counts no more under the limit)
  }

  void hear_count(std::uint8_t ours, std::uint8_t theirs = 3) {
    wire::Lacpdu pdu = peer[0].pdu();
    pdu.version = wire::kRetryCountVersion;
    pdu.retry = wire::RetryCounts{.actor = ours, .partner = theirs};
    lag.receive(at(0), pdu, now);
    drain();
  }
  [[nodiscard]] RetryView retry() const { return view(0).retry; }
  [[nodiscard]] const wire::Lacpdu& last() const { return sent.back().pdu; }
  // For how long it still distributes when nothing more is heard.
  [[nodiscard]] Duration patience() {
    const Instant from = now;
    while (distributes(0) && now < from + 1000s) advance(100ms);
    return now - from;
  }
  // Counts that were sent from now on, by what they say of us.
  [[nodiscard]] std::vector<std::uint8_t> counts_sent() const {
    std::vector<std::uint8_t> counts;
    for (const Sent& s : sent)
      if (s.pdu.retry) counts.push_back(s.pdu.retry->actor);
    return counts;
  }
};

using Counts = std::vector<std::uint8_t>;

AggregatorConfig probing(RetryProbe probe, std::uint8_t count = 3) {
  return config_of([&](auto& c) {
    c.retry_probe = probe;
    c.retry_count = count;
  });
}

}  // namespace

TEST_CASE("An LACPDU with counts is answered by one at once, and those after it are of version 1 again",
          "[lacp][retry]") {
  Counting rig;
  rig.talk({0}, 5s);
  CHECK(rig.counts_sent().empty());
  CHECK_FALSE(rig.retry().known);
  rig.sent.clear();
  rig.hear_count(3);
  REQUIRE(rig.sent.size() == 1);
  CHECK(rig.last().version == 0xf1);
  CHECK((rig.last().retry == wire::RetryCounts{.actor = 3, .partner = 3}));
  CHECK(rig.retry().known);
  rig.talk({0}, 5s);
  CHECK(rig.counts_sent() == Counts{3});
  CHECK(rig.last().version == 1);
  rig.hear_count(3);  // (each feature test has its answer)
  CHECK(rig.counts_sent() == Counts{3, 3});
  CHECK(rig.retry().received == 2);
  CHECK(rig.retry().sent == 2);
}

TEST_CASE("We wait for the Partner through as many periods as it asks for", "[lacp][retry]") {
  struct Row {
    Rate rate;
    std::uint8_t count;
    Duration patience;
  };
  for (const Row& row : {Row{Rate::fast, 3, 3s}, Row{Rate::fast, 5, 5s}, Row{Rate::fast, 10, 13s},
                         Row{Rate::slow, 3, 90s}, Row{Rate::slow, 5, 150s}, Row{Rate::slow, 10, 303s}}) {
    Counting rig{config_of([&](auto& c) { c.rate = row.rate; })};
    CAPTURE(static_cast<int>(row.rate), int{row.count});
    rig.hear_count(row.count);
    CHECK(rig.retry().partner == row.count);
    CHECK(rig.last().retry->partner == row.count);
    CHECK(rig.patience() == row.patience);
    CHECK(rig.retry().partner == 3);
  }
}

TEST_CASE("A count that nobody may have is none", "[lacp][retry]") {
  for (const std::uint8_t count : Counts{0, 1, 2, 11, 255}) {
    Counting rig;
    rig.hear_count(count);
    CHECK(rig.retry().known);
    CHECK(rig.retry().partner == 3);
    CHECK(rig.patience() == 3s);
  }
}

TEST_CASE("An LACPDU without counts takes them back after a minute, another count at once", "[lacp][retry]") {
  Counting rig;
  rig.hear_count(10);
  rig.talk({0}, 1s);
  rig.sent.clear();
  rig.talk({0}, 58s);
  CHECK(rig.counts_sent().empty());  // (it may have another program now)
  CHECK(rig.retry().partner == 10);
  rig.talk({0}, 2s);
  CHECK(rig.retry().partner == 3);
  CHECK(rig.retry().known);
  rig.hear_count(7);
  CHECK(rig.retry().partner == 7);
  rig.hear_count(3);
  CHECK(rig.retry().partner == 3);
  CHECK(rig.count(EventKind::retry_count) == 4);  // 10, 3, 7, 3
}

TEST_CASE("Counts are forgotten with the Partner", "[lacp][retry]") {
  Counting rig{probing(RetryProbe::off, 5)};
  rig.hear_count(10);
  CHECK(rig.retry().ours == 5);
  rig.link(0, kDown);
  CHECK_FALSE(rig.retry().known);
  CHECK(rig.retry().partner == 3);
  rig.bring_up({0});
  rig.hear(0);
  CHECK(rig.patience() == 3s);

  Counting another;
  another.hear_count(10);
  another.peer[0].actor.system.octets[5] ^= 1;
  another.hear(0);
  CHECK_FALSE(another.retry().known);
  CHECK(another.retry().partner == 3);
}

TEST_CASE("What we want is told to a Partner that knows counts, and to no other", "[lacp][retry]") {
  Counting rig{probing(RetryProbe::off, 6)};
  rig.talk({0}, 10s);
  CHECK(rig.counts_sent().empty());
  rig.hear_count(3);
  CHECK(rig.retry().ours == 6);
  rig.talk({0}, 5s);
  for (const Sent& s : rig.sent)
    if (s.at > rig.now - 4s) CHECK(s.pdu.retry->actor == 6);
  // Another one is told at once; the standard's own as well, and then version 1 does.
  AggregatorConfig config = rig.lag.config();
  config.retry_count = 8;
  rig.sent.clear();
  rig.lag.change(config, rig.now);
  rig.drain();
  CHECK(rig.counts_sent() == Counts{8});
  rig.talk({0}, 3s);
  config.retry_count = 3;
  rig.sent.clear();
  rig.lag.change(config, rig.now);
  rig.drain();
  rig.talk({0}, 5s);
  CHECK(rig.counts_sent() == Counts{3});
}

TEST_CASE("A probe is one more LACPDU, three times at most, to whom it may be sent", "[lacp][retry]") {
  for (const bool lldp : {true, false}) {
    Counting rig{probing(lldp ? RetryProbe::lldp : RetryProbe::always, 9)};
    if (lldp) {
      rig.talk({0}, 60s);
      CHECK(rig.counts_sent().empty());
      rig.lag.set_retry_neighbors(1);
    }
    rig.sent.clear();
    const Instant from = rig.now;
    rig.talk({0}, 100s);
    CHECK(rig.counts_sent() == Counts{3, 3, 3});
    std::vector<Duration> when;
    for (std::size_t i = 0; i < rig.sent.size(); ++i) {
      if (!rig.sent[i].pdu.retry) continue;
      when.push_back(rig.sent[i].at - from);
      // (who takes no such version misses nothing)
      REQUIRE(i + 1 < rig.sent.size());
      CHECK(rig.sent[i + 1].pdu.version == 1);
      CHECK(rig.sent[i + 1].at - rig.sent[i].at < 1s);
    }
    REQUIRE(when.size() == 3);
    CHECK(when[0] >= (lldp ? 2s : 500ms));  // (it had carried for 1.5 s)
    CHECK(when[0] < 3s);
    CHECK(when[1] - when[0] == 10s);
    CHECK(when[2] - when[1] == 10s);
  }
  Counting none{probing(RetryProbe::off)};
  none.lag.set_retry_neighbors(1);
  none.talk({0}, 60s);
  CHECK(none.counts_sent().empty());
}

TEST_CASE("A Partner that answers a probe is asked no more", "[lacp][retry]") {
  Counting rig{probing(RetryProbe::always, 9)};
  while (rig.counts_sent().empty()) rig.talk({0}, 500ms);
  rig.sent.clear();
  rig.hear_count(3, 3);
  rig.talk({0}, 1500ms);
  REQUIRE(!rig.counts_sent().empty());  // no answer to an answer, but what we want
  rig.talk({0}, 60s);
  for (const std::uint8_t count : rig.counts_sent()) CHECK(count == 9);
}

TEST_CASE("Before a restart a Partner that knows counts is asked to wait as long as it can",
          "[lacp][retry]") {
  Counting rig;
  rig.hear_count(3);
  rig.talk({0}, 5s);
  rig.sent.clear();
  rig.lag.refresh(rig.now);
  rig.drain();
  CHECK(rig.counts_sent() == Counts{10});
  Counting plain;
  plain.talk({0}, 5s);
  plain.sent.clear();
  plain.lag.refresh(plain.now);
  plain.drain();
  REQUIRE(plain.sent.size() == 1);
  CHECK(plain.last().version == 1);
}

TEST_CASE("A port goes on after as long as the Partner was asked to wait, and takes that back",
          "[lacp][retry][restore]") {
  const auto restored = [](std::uint8_t count, Duration after) {
    Counting before;
    if (count != 3) before.hear_count(3);
    before.talk({0}, 5s);
    before.lag.refresh(before.now);
    before.drain();
    const auto saved = before.lag.saved(Rig::at(0));
    REQUIRE(saved);
    CHECK(saved->retry.ours == count);
    Rig next;
    next.now = before.now + after;
    next.peer = before.peer;
    std::array<PortRestore, 1> ports{{{.port = Rig::at(0), .link = kUp10G, .saved = *saved}}};
    next.lag.restore(ports, true, next.now);
    next.lag.link_changed(Rig::at(0), kUp10G, next.now);
    next.drain();
    if (ports[0].fault == RestoreFault::none) {
      CHECK(next.distributes(0));
      REQUIRE(next.sent.size() == 1);
      CHECK(next.sent[0].pdu.retry.has_value() == (count != 3));
      if (count != 3) CHECK(next.sent[0].pdu.retry->actor == 3);
      CHECK(next.view(0).retry.known == (count != 3));
      next.talk({0}, 10s);
      CHECK(next.sent.back().pdu.version == 1);
    }
    return ports[0].fault;
  };
  CHECK(restored(3, 2s) == RestoreFault::none);
  CHECK(restored(3, 2600ms) == RestoreFault::partner_timed_out);
  CHECK(restored(10, 2600ms) == RestoreFault::none);
  CHECK(restored(10, 12400ms) == RestoreFault::none);
  CHECK(restored(10, 12600ms) == RestoreFault::partner_timed_out);
}

}  // namespace retry_test
