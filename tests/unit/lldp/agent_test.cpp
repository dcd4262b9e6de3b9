#include "lldp/agent.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/prng.hpp"

namespace agent_test {

using namespace lagoon;
using namespace lagoon::lldp;
using test::Prng;

namespace {

constexpr MacAddress kSource{{0x02, 0, 0, 0, 0, 0x99}};
constexpr Instant kStart{1000s};

wire::Lldpdu named(std::string_view chassis, std::string_view port = "e1") {
  wire::Lldpdu pdu;
  pdu.chassis = {.subtype = 7, .value = wire::lldp_value(chassis)};
  pdu.port = {.subtype = wire::kPortInterfaceName, .value = wire::lldp_value(port)};
  return pdu;
}

std::vector<std::byte> octets_of(const wire::Lldpdu& pdu) {
  std::vector<std::byte> octets(1500);
  octets.resize(wire::emit_lldpdu(pdu, octets));
  return octets;
}

std::optional<Event> hears(Agent& agent, wire::Lldpdu pdu, std::uint16_t ttl_s, Instant now) {
  pdu.ttl_s = ttl_s;
  return agent.receive(octets_of(pdu), kSource, now);
}

Agent running(const Options& options = {}) {
  Agent agent{options, kStart};
  CHECK(agent.link_changed(true, kStart).empty());
  agent.tell(named("us"), kStart);
  return agent;
}

// When it sends from `from` to `until`, asked at its deadlines alone.
std::vector<Duration> sent_at(Agent& agent, Instant from, Instant until) {
  std::vector<Duration> times;
  for (Instant now = from; now <= until;) {
    while (agent.transmit(now)) times.push_back(now - kStart);
    static_cast<void>(agent.expire(now));
    const auto next = agent.deadline();
    if (!next) break;
    REQUIRE(*next > now);
    now = *next;
  }
  return times;
}

}  // namespace

TEST_CASE("It tells at the start and each interval, with a TTL of four intervals and a second", "[lldp]") {
  Agent agent = running();
  const auto first = agent.transmit(kStart);
  REQUIRE(first);
  CHECK(first->ttl_s == 121);
  CHECK(first->chassis == named("us").chassis);
  CHECK(sent_at(agent, kStart, kStart + 95s) == std::vector<Duration>{30s, 60s, 90s});
  CHECK(ttl_of({.interval = 3600s, .hold = 100}) == 65'535);
}

TEST_CASE("It is silent while the link is down, nothing is to be told, or it may not", "[lldp]") {
  Agent down{{}, kStart};
  down.tell(named("us"), kStart);
  CHECK_FALSE(down.transmit(kStart + 100s));
  Agent nothing{{}, kStart};
  static_cast<void>(nothing.link_changed(true, kStart));
  CHECK_FALSE(nothing.transmit(kStart + 100s));
  Agent off = running({.transmit = false});
  CHECK_FALSE(off.transmit(kStart + 100s));
  CHECK_FALSE(off.deadline());
  CHECK(off.set({}, kStart + 100s).empty());
  CHECK(off.transmit(kStart + 100s));
}

TEST_CASE("A new neighbour is told four times a second apart, and each change at once", "[lldp]") {
  Agent agent = running();
  CHECK(sent_at(agent, kStart, kStart + 5s) == std::vector<Duration>{0s});
  const auto event = hears(agent, named("sw1"), 120, kStart + 10s);
  REQUIRE(event);
  CHECK(event->change == Change::appeared);
  CHECK(sent_at(agent, kStart + 10s, kStart + 50s) == std::vector<Duration>{10s, 11s, 12s, 13s, 43s});
  agent.tell(named("us", "e2"), kStart + 60s);
  const auto changed = agent.transmit(kStart + 60s);
  REQUIRE(changed);
  CHECK(changed->port == named("us", "e2").port);
  agent.tell(named("us", "e2"), kStart + 61s);
  CHECK_FALSE(agent.transmit(kStart + 61s));
}

TEST_CASE("However often what it tells changes, it sends five frames and then one each second", "[lldp]") {
  Agent agent = running();
  std::size_t sent = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Instant now = kStart + i * 1ms;
    agent.tell(named("us", i % 2 == 0 ? "e1" : "e2"), now);
    while (agent.transmit(now)) ++sent;
  }
  CHECK(sent >= 5 + 8);
  CHECK(sent <= 5 + 10);
}

TEST_CASE("A neighbour is there until its TTL is over, or until it says that it goes", "[lldp]") {
  Agent agent = running();
  CHECK(hears(agent, named("sw1"), 3, kStart)->change == Change::appeared);
  CHECK_FALSE(hears(agent, named("sw1"), 3, kStart + 2s));
  CHECK(agent.expire(kStart + 4s).empty());
  const Events expired = agent.expire(kStart + 5s);
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].change == Change::expired);
  CHECK(expired[0].neighbor.since == kStart);
  CHECK(agent.neighbors().empty());

  CHECK(hears(agent, named("sw1"), 120, kStart + 6s)->change == Change::appeared);
  wire::Lldpdu renamed = named("sw1");
  renamed.system_name = wire::lldp_value("another");
  CHECK(hears(agent, renamed, 120, kStart + 7s)->change == Change::changed);
  CHECK_FALSE(hears(agent, renamed, 60, kStart + 8s));  // how long it holds is no change
  CHECK(agent.neighbors()[0].until == kStart + 68s);
  CHECK(hears(agent, named("sw1"), 0, kStart + 9s)->change == Change::left);
  CHECK_FALSE(hears(agent, named("sw1"), 0, kStart + 10s));
  CHECK(agent.neighbors().empty());
}

TEST_CASE("Four neighbours are kept, more are counted, and a lost link loses all", "[lldp]") {
  Agent agent = running();
  constexpr std::array kNames{"a", "b", "c", "d", "e"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto event = hears(agent, named(kNames.at(i)), 120, kStart + i * 1s);
    CHECK(event.has_value() == (i < kNeighborsMax));
  }
  CHECK(agent.too_many_neighbors() == 1);
  CHECK(hears(agent, named("b"), 0, kStart + 10s)->change == Change::left);
  CHECK(hears(agent, named("e"), 120, kStart + 11s)->change == Change::appeared);
  const Events lost = agent.link_changed(false, kStart + 12s);
  CHECK(lost.size() == kNeighborsMax);
  for (const Event& event : lost) CHECK(event.change == Change::lost);
  CHECK_FALSE(hears(agent, named("a"), 120, kStart + 13s));
  CHECK_FALSE(agent.deadline());
}

TEST_CASE("A flood is looked at as far as its budget goes, and delays no neighbour's end", "[lldp]") {
  Agent agent = running();
  CHECK(hears(agent, named("sw1"), 2, kStart));
  constexpr int kFrames = 100'000;
  for (int i = 0; i < kFrames; ++i) static_cast<void>(hears(agent, named("sw2"), 120, kStart + i * 10us));
  CHECK(agent.counters().received <= 1 + Agent::kBudgetMax + 4);
  CHECK(agent.counters().too_often + agent.counters().received == kFrames + 1);
  CHECK(agent.expire(kStart + 2s).size() == 1);
  const std::array<std::byte, 3> wrong{};
  CHECK_FALSE(agent.receive(wrong, kSource, kStart + 10s));
  CHECK(agent.counters().discarded == 1);
}

TEST_CASE("It says goodbye once, and only to whom it has told something", "[lldp]") {
  Agent agent = running();
  CHECK_FALSE(agent.farewell());
  CHECK(agent.transmit(kStart));
  const auto last = agent.farewell();
  REQUIRE(last);
  CHECK(last->ttl_s == 0);
  CHECK(last->chassis == named("us").chassis);
  CHECK_FALSE(agent.farewell());
  Agent other = running();
  CHECK(hears(other, named("us"), 120, kStart + 1s)->change == Change::appeared);
  CHECK(other.receive(octets_of(*last), kSource, kStart + 2s)->change == Change::left);
}

// Two ends of a cable that is pulled and put back, frames lost at random: whoever has heard the other within
// its TTL knows it, and nobody else.
TEST_CASE("Two agents know each other while frames pass, and for a TTL after that", "[lldp]") {
  Prng random{test::seed_from_environment().value_or(33)};
  for (int round = 0; round < 200; ++round) {
    const Options options{.interval = std::chrono::seconds{random.between(5, 40)},
                          .hold = static_cast<std::uint16_t>(random.between(1, 5))};
    std::array<Agent, 2> agents{Agent{options, kStart}, Agent{options, kStart}};
    std::array<std::optional<Instant>, 2> until{};  // the agent knows the other, by what was delivered
    bool up = false;
    for (Instant now = kStart; now < kStart + 600s; now += 250ms) {
      for (std::size_t i = 0; i < 2; ++i) agents.at(i).tell(named(i == 0 ? "one" : "two"), now);
      if (random.chance(0.004)) {
        up = !up;
        for (std::size_t i = 0; i < 2; ++i) static_cast<void>(agents.at(i).link_changed(up, now));
        if (!up) until = {};
      }
      const bool passes = up && random.chance(0.7);
      for (std::size_t i = 0; i < 2; ++i) {
        static_cast<void>(agents.at(i).expire(now));
        while (const auto pdu = agents.at(i).transmit(now)) {
          REQUIRE(up);
          if (!passes) continue;
          static_cast<void>(agents.at(1 - i).receive(octets_of(*pdu), kSource, now));
          until.at(1 - i) = now + std::chrono::seconds{pdu->ttl_s};
        }
      }
      for (std::size_t i = 0; i < 2; ++i) {
        static_cast<void>(agents.at(i).expire(now));
        const bool knows = !agents.at(i).neighbors().empty();
        REQUIRE(knows == (until.at(i).has_value() && *until.at(i) > now));
      }
    }
  }
}

}  // namespace agent_test
